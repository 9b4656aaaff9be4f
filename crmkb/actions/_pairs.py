"""`KEY=VALUE`, `KEY+=ITEM`, `KEY-=ITEM` and `KEY=` into edits, each value as its key wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from crmkb.actions._references import currency_code, member
from crmkb.dates import read_day
from crmkb.entities import Entity, holds, literal_choices
from crmkb.errors import BadValue, did_you_mean
from crmkb.money import read_amount
from crmkb.text import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.change import to_value

_PAIR = re.compile(r"([^\W\d][\w-]*)\s*(\+=|-=|=)(.*)", re.DOTALL)
_MEMBERS, _CURRENCIES = ("owner", "csm", "us"), ("currency", "contract_currency")

Sign = Literal["=", "+=", "-="]


class BadPair(BadValue):
    """An assignment is not written as one."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no assignment",
            "write KEY=VALUE, KEY+=ITEM, KEY-=ITEM, or KEY= to remove it",
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """One assignment; `value` is a list for a key that holds one."""

    key: str
    sign: Sign
    value: str | list[str]


def read_pair(workspace: Workspace, model: type[Entity], text: str) -> Pair:
    """Return an assignment with its value as front matter of that kind holds it."""
    match = _PAIR.fullmatch(text)
    if match is None:
        raise BadPair(text)
    key, given = match[1], match[3].strip()
    if match[2] != "=":
        sign: Sign = "+=" if match[2] == "+=" else "-="
        return Pair(key, sign, _one(workspace, model, key, given))
    if given and holds(model, key, list):
        items = [item.strip() for item in given.split(",") if item.strip()]
        return Pair(key, "=", [_one(workspace, model, key, item) for item in items])
    return Pair(key, "=", _one(workspace, model, key, given))


def new_fields(
    workspace: Workspace, model: type[Entity], pairs: list[str]
) -> dict[str, str | list[str]]:
    """Return the keys that assignments give a new record."""
    fields: dict[str, str | list[str]] = {}
    for text in pairs:
        pair = read_pair(workspace, model, text)
        if pair.sign != "=":
            raise BadPair(text)
        fields[pair.key] = pair.value
    return fields


def own_key_note(model: type[Entity], key: str) -> str | None:
    """Return what to tell of a key that the kind does not know, or None for one it does."""
    if key in model.model_fields or key.endswith("_id"):
        return None
    close = did_you_mean(close_matches(key, list(model.model_fields)))
    return f"{key!r} is kept as your own key" + (f"; {close}" if close else "")


def _one(workspace: Workspace, model: type[Entity], key: str, text: str) -> str:
    if not text:
        return text
    if choices := literal_choices(model, key):
        word = text.lower().replace(" ", "_").replace("-", "_")
        return word if word in choices else text
    if key in _MEMBERS and key in model.model_fields:
        return member(workspace, text)
    if key in _CURRENCIES and key in model.model_fields:
        return currency_code(text)
    if holds(model, key, Decimal) and key != "probability":
        return str(to_value(read_amount(text)))
    if holds(model, key, date):
        day = read_day(text, workspace.today, workspace.config.fiscal_year_start)
        return day.isoformat()
    return text
