"""Read front matter that is certainly valid into the values of the index, without the models.

Most records are simple, and loading Pydantic takes longer than the rest of a command. The values
are the same as those of a model in `entities`, in the form that the index stores: days and moments
are ISO text. If any value is not simple, the result is None and the model must read the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, get_args

from crmkb.schema import choices
from crmkb.schema.histories import read_close_date_change, read_stage_change
from crmkb.schema.kinds import EMPTY, Kind

_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(rf"{_DAY.pattern}T\d\d:\d\d:\d\d", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Values:
    """A record's values as the index stores them: `known` to its model, or its `own` keys."""

    known: Mapping[str, Any]
    own: Mapping[str, Any]


def fast_values(kind: Kind, fields: Mapping[str, Any], stages: Collection[str]) -> Values | None:
    """Return the values of a record that its model would certainly accept, else None."""
    known, own = dict(_nothing(kind)), {}
    for key, value in fields.items():
        if value in EMPTY:
            continue
        written = kind.types.get(key)
        if written is None:
            own[key] = value
            continue
        read = _READ.get(written) or _one_of(written)
        found = read(value)
        if found is None or (key in kind.ruled and not _keeps_rule(key, found, stages)):
            return None
        known[key] = found
    return None if any(known[key] is None for key in kind.needed) else Values(known, own)


@cache
def _nothing(kind: Kind) -> Mapping[str, Any]:
    """Return the values of an empty record of a kind."""
    return {key: [] if written == "Texts" else None for key, written in kind.types.items()}


def _keeps_rule(key: str, found: Any, stages: Collection[str]) -> bool:
    """Return whether the validators of the models would certainly accept a value."""
    match key:
        case "stage":
            return not stages or found in stages
        case "probability":
            return bool(0 <= found <= 1)
        case "stage_history":
            return all(map(read_stage_change, found))
        case "close_date_history":
            return all(map(read_close_date_change, found))
    return False


def _text(value: Any) -> str | None:
    is_text = isinstance(value, str) and (value.isascii() or value.isprintable())
    return value if is_text else None


def _texts(value: Any) -> list[str] | None:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or None in map(_text, items):
        return None
    return [item for item in items if item not in EMPTY]


def _day(value: Any) -> str | None:
    return value if isinstance(value, str) and _DAY.fullmatch(value) and _is(date, value) else None


def _moment(value: Any) -> str | None:
    if isinstance(value, str) and _MOMENT.fullmatch(value) and _is(datetime, value):
        return value
    return _day(value)


def _is(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(value: Any) -> float | None:
    """Return a number, as an integer if it is whole: the index stores `5.00` as 5."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def _whole(value: Any) -> float | None:
    number = _number(value)
    return None if number is None or number % 1 else number


def _truth(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


@cache
def _one_of(written: str) -> Callable[[Any], str | None]:
    """Return a function that reads a word of a closed set, given its name in `choices`."""
    known = frozenset(get_args(getattr(choices, written, None)))
    return lambda value: value if isinstance(value, str) and value in known else None


_READ: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "Texts": _texts,
    "Day": _day,
    "Moment": _moment,
    "Whole": _whole,
    "Number": _number,
    "Amount": _number,
    "Truth": _truth,
}
"""The function that reads a type, by its name in the models; other types are in `choices`."""
