"""`KEY=VALUE`, `KEY+=ITEM`, `KEY-=ITEM` and `KEY=` into edits, each value as its key wants it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from crmkb.actions._references import currency_code, member
from crmkb.dates import parse_iso_day, read_day, read_moment, say_day
from crmkb.errors import BadValue, did_you_mean
from crmkb.text import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.change import to_value

if TYPE_CHECKING:
    from crmkb.entities import Entity

_PAIR = re.compile(r"([^\W\d](?:[\w-]*\w)?)\s*(\+=|-=|=)(.*)", re.DOTALL)
_MEMBERS, _CURRENCIES = ("owner", "csm", "us"), ("currency", "contract_currency")
_RECORDS = {
    "contacts": "contact",
    "them": "contact",
    "reports_to": "contact",
    "deal": "deal",
    "parent": "customer",
}
"""Keys that name another record by its slug, with that record's kind."""

Sign = Literal["=", "+=", "-="]


class BadPair(BadValue):
    """An assignment is not written as one."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no assignment",
            "write KEY=VALUE, KEY+=ITEM, KEY-=ITEM, or KEY= to remove it",
        )


class NoList(BadValue):
    """Something is added to or taken from a key that holds a single value."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key}: holds one value, not a list", f"write {key}=VALUE")


@dataclass(frozen=True, slots=True)
class Pair:
    """One assignment; `value` is a list for a key that holds one, `note` is what to tell of it."""

    key: str
    sign: Sign
    value: str | list[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The record that assignments are for: its kind, its customer, and the keys it has."""

    workspace: Workspace
    noun: str
    customer: str = ""
    keys: Collection[str] = ()

    @property
    def model(self) -> type[Entity]:
        """Return the model of its kind."""
        from crmkb.entities import entities

        return entities()[self.noun]

    def knows(self, key: str) -> bool:
        """Return whether a key is one of the kind's own."""
        return key in self.model.model_fields

    def holds(self, key: str, kind: object) -> bool:
        """Return whether a key's values are of just this type."""
        from crmkb.entities import holds

        return holds(self.model, key, kind)

    def choices(self, key: str) -> tuple[str, ...]:
        """Return the words a key of a closed set takes, none for another key."""
        from crmkb.entities import literal_choices

        return literal_choices(self.model, key)


def read_pair(target: Target, text: str) -> Pair:
    """Return an assignment with its value as front matter of that kind holds it."""
    match = _PAIR.fullmatch(text)
    if match is None:
        raise BadPair(text)
    key, given = match[1], match[3].strip()
    is_list = target.holds(key, list)
    if match[2] == "-=":
        return Pair(_listed(target, key), "-=", given)
    if match[2] == "+=":
        return Pair(_listed(target, key), "+=", _one(target, key, given), _own(target, key))
    if not given or not is_list:
        value = _one(target, key, given)
        return Pair(key, "=", value, _told(target, key, given, value))
    items = [item.strip() for item in given.split(",") if item.strip()]
    return Pair(key, "=", [_one(target, key, item) for item in items])


def new_fields(
    target: Target, pairs: Iterable[str]
) -> tuple[dict[str, str | list[str]], list[str]]:
    """Return the keys that assignments give a new record, and what to tell of them."""
    read = [read_pair(target, text) for text in pairs]
    for pair, text in zip(read, pairs, strict=True):
        if pair.sign != "=":
            raise BadPair(text)
    return {pair.key: pair.value for pair in read}, [pair.note for pair in read if pair.note]


def _listed(target: Target, key: str) -> str:
    """Return a key that may hold a list."""
    if target.knows(key) and not target.holds(key, list):
        raise NoList(key)
    return key


def _told(target: Target, key: str, given: str, value: str) -> str:
    """Return what to tell of an assignment: the day that is meant, or a key of one's own."""
    if not given:
        return ""
    if value != given and (day := parse_iso_day(value)):
        return f"{key} is {say_day(day)}"
    return _own(target, key)


def _own(target: Target, key: str) -> str:
    """Return what to tell of a new key that the kind does not know."""
    if target.knows(key) or key in target.keys or key.endswith("_id"):
        return ""
    close = did_you_mean(close_matches(key, list(target.model.model_fields)))
    return f"{key!r} is kept as your own key" + (f"; {close}" if close else "")


def _one(target: Target, key: str, text: str) -> str:
    """Return one value as the key holds it."""
    if not text or not target.knows(key):
        return text
    workspace = target.workspace
    if choices := target.choices(key):
        word = text.lower().replace(" ", "_").replace("-", "_")
        return word if word in choices else text
    if kind := _RECORDS.get(key):
        customer = "" if kind == "customer" else target.customer
        return workspace.find(text, kind, customer=customer).slug
    if key in _MEMBERS:
        return member(workspace, text)
    if key in _CURRENCIES:
        return currency_code(text)
    if target.holds(key, Decimal) and key != "probability":
        from crmkb.money import read_amount

        return str(to_value(read_amount(text)))
    if target.holds(key, bool):
        return {"yes": "true", "no": "false"}.get(text.lower(), text.lower())
    return _when(target, key, text)


def _when(target: Target, key: str, text: str) -> str:
    """Return the day or moment that is meant for a key that holds one, else the text."""
    workspace, start = target.workspace, target.workspace.config.fiscal_year_start
    if target.holds(key, date):
        return read_day(text, workspace.today, start).isoformat()
    if target.holds(key, datetime | date):
        return str(to_value(read_moment(text, workspace.now, start)))
    return text
