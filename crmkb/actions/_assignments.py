"""Parse `KEY=VALUE`, `KEY+=ITEM`, `KEY-=ITEM` and `KEY=`; convert each value for its key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from crmkb.errors import BadValue, did_you_mean
from crmkb.values.dates import parse_iso_day, read_day, read_moment, say_day
from crmkb.values.money import currency_code
from crmkb.values.names import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.change import to_value
from crmkb.workspace.team import member

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
"""Keys that refer to another record by its slug, with the kind of that record."""

Sign = Literal["=", "+=", "-="]


class BadPair(BadValue):
    """A text is not an assignment."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no assignment",
            "write KEY=VALUE, KEY+=ITEM, KEY-=ITEM, or KEY= to remove it",
        )


class NoList(BadValue):
    """An item is added to or removed from a key that holds a single value."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key}: holds one value, not a list", f"write {key}=VALUE")


@dataclass(frozen=True, slots=True)
class Pair:
    """One assignment; `value` is a list for a key that holds one, `note` is shown to the user."""

    key: str
    sign: Sign
    value: str | list[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The record that is assigned to: its kind, its customer, and the keys it has."""

    workspace: Workspace
    noun: str
    customer: str = ""
    keys: Collection[str] = ()

    @property
    def model(self) -> type[Entity]:
        """Return the model of the record's kind."""
        from crmkb.entities import entities

        return entities()[self.noun]

    def knows(self, key: str) -> bool:
        """Return whether the kind defines a key."""
        return key in self.model.model_fields

    def holds(self, key: str, kind: object) -> bool:
        """Return whether the values of a key have exactly this type."""
        from crmkb.entities import holds

        return holds(self.model, key, kind)

    def choices(self, key: str) -> tuple[str, ...]:
        """Return the allowed words of a key with a closed set, empty for other keys."""
        from crmkb.entities import literal_choices

        return literal_choices(self.model, key)


def read_pair(target: Target, text: str) -> Pair:
    """Return an assignment with its value in front matter form; raise `BadPair` or `NoList`."""
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
    """Return the keys that assignments give a new record, and notes on them for the user."""
    read = [read_pair(target, text) for text in pairs]
    for pair, text in zip(read, pairs, strict=True):
        if pair.sign != "=":
            raise BadPair(text)
    return {pair.key: pair.value for pair in read}, [pair.note for pair in read if pair.note]


def _listed(target: Target, key: str) -> str:
    """Return the key; raise `NoList` if it holds a single value."""
    if target.knows(key) and not target.holds(key, list):
        raise NoList(key)
    return key


def _told(target: Target, key: str, given: str, value: str) -> str:
    """Return the note on an assignment: the day that was understood, or a custom key."""
    if not given:
        return ""
    if value != given and (day := parse_iso_day(value)):
        return f"{key} is {say_day(day)}"
    return _own(target, key)


def _own(target: Target, key: str) -> str:
    """Return the note on a new key that the kind does not define, empty for other keys."""
    if target.knows(key) or key in target.keys or key.endswith("_id"):
        return ""
    close = did_you_mean(close_matches(key, list(target.model.model_fields)))
    return f"{key!r} is kept as your own key" + (f"; {close}" if close else "")


def _one(target: Target, key: str, text: str) -> str:
    """Return one value in the form that the key holds."""
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
        from crmkb.values.money import read_amount

        return str(to_value(read_amount(text)))
    if target.holds(key, bool):
        return {"yes": "true", "no": "false"}.get(text.lower(), text.lower())
    return _when(target, key, text)


def _when(target: Target, key: str, text: str) -> str:
    """Return the day or moment of a text for a key that holds one, else the text."""
    workspace, start = target.workspace, target.workspace.config.fiscal_year_start
    if target.holds(key, date):
        return read_day(text, workspace.today, start).isoformat()
    if target.holds(key, datetime | date):
        return str(to_value(read_moment(text, workspace.now, start)))
    return text
