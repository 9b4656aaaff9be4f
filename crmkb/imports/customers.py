"""The customers that rows name, and what becomes of rows that name none we know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmkb.imports.names import Names
from crmkb.imports.plan import Rejected
from crmkb.imports.values import listed


class Customers:
    """Finds the customer of a row; rows without one go to the `fallback`, if there is any."""

    def __init__(self, names: Names, fallback: str) -> None:
        self.names, self.fallback = names, fallback
        self._unmatched: Counter[str] = Counter()

    def of(self, text: str) -> str:
        """Return the slug of the one customer that a text means; raise `Rejected`."""
        found = self.names.customers(text) if text else []
        if len(found) > 1:
            raise Rejected(f"customer: {text!r} fits {len(found)}: {', '.join(found)}")
        if found:
            return found[0]
        if not self.fallback:
            raise Rejected(f"customer: none is named {text!r}" if text else "customer: is missing")
        self._unmatched[text] += 1
        return self.fallback

    def notes(self) -> Iterator[str]:
        """Yield what to tell of rows without a customer."""
        if count := self._unmatched.total():
            named = {text: number for text, number in self._unmatched.items() if text}
            words = f"; unknown are {listed(named)}" if named else ""
            yield f"{count:,} without a known customer, put into {self.fallback}{words}"
