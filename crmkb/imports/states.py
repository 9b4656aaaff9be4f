"""Support cases that say in words whether they are open: told where their days say otherwise.

For us a case is solved from the day in `resolved`; a word without a day is kept, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crmkb.store.markdown import Value
from crmkb.text import fold

STATE = "status"
_CLOSED = frozenset(("closed", "resolved", "solved", "done", "completed"))
_OPEN = frozenset(("open", "new", "pending", "reopened", "in progress", "waiting"))


class States:
    """Counts the cases whose state and day contradict each other."""

    def __init__(self) -> None:
        self._closed_without_day = self._open_with_day = 0

    def see(self, fields: Mapping[str, Value]) -> None:
        """Take in the values of a row."""
        if fields.get("type") == "support" and (state := fold(str(fields.get(STATE, "")))):
            has_day = "resolved" in fields
            self._closed_without_day += state in _CLOSED and not has_day
            self._open_with_day += state in _OPEN and has_day

    def notes(self) -> Iterator[str]:
        """Yield what to tell of them."""
        if count := self._closed_without_day:
            yield f"{count:,} are closed by their status but resolved on no day: they count as open"
        if count := self._open_with_day:
            yield f"{count:,} are open by their status but resolved on a day: they count as solved"
