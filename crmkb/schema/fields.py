"""The types of front-matter fields: they convert text into values and explain invalid ones.

`entities` and `pydantic_model` build the models from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator

from crmkb.errors import did_you_mean
from crmkb.schema.kinds import EMPTY
from crmkb.values.dates import parse_iso_day, parse_iso_moment
from crmkb.values.money import BadAmount, read_currency_amount
from crmkb.values.names import close_matches, fold

MOST_DIGITS = 15
"""Sums of longer amounts would not be exact in the index."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with one value; `position` is the index of the item in a list, from 0.

    `instead` is the correct value, if it is certain.
    """

    field: str
    position: int | None
    message: str
    hint: str = ""
    instead: str = ""


class WithHint(ValueError):
    """An invalid value, with a hint and, if it is certain, the correct value."""

    def __init__(self, message: str, hint: str | None, instead: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.instead = instead


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [item for item in value if item not in EMPTY]
    return [value] if isinstance(value, str) else value


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if (day := parse_iso_day(value)) is None:
        raise _no_date(value, "is not a day such as 2026-11-20", with_time=False)
    return day


def _moment(value: Any) -> Any:
    text = str(value)
    moment = parse_iso_day(text) or parse_iso_moment(text)
    if isinstance(moment, datetime) and moment.year in _EDGES:
        raise WithHint(f"{quoted(text)} is beyond the calendar", "write another year")
    if moment is None:
        words = "is not a date such as 2026-11-20T14:30:00 or 2026-11-20"
        raise _no_date(text, words, with_time=True)
    return moment


_EDGES = (date.min.year, date.max.year)
"""Moments of these years may be outside the calendar in another time zone."""


def _no_date(value: str, words: str, *, with_time: bool) -> WithHint:
    readings = plain_dates(value, with_time=with_time)
    hint = f"write {' or '.join(readings)}" if readings else ""
    return WithHint(f"{quoted(value)} {words}", hint, readings[0] if len(readings) == 1 else "")


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = value.removeprefix("-")
    if plain.replace(".", "", 1).isdecimal() and plain.isascii() and plain[0] != ".":
        if len(plain.replace(".", "")) > MOST_DIGITS:
            raise WithHint(f"{quoted(value)} is too long", f"write at most {MOST_DIGITS} digits")
        return Decimal(value)
    digits, currency = plain_number(value)
    hint = f"write {digits}" if digits else "write digits only, such as 50000 or 1250.50"
    if currency:
        hint += f", and {currency} as the currency on a line of its own"
    raise WithHint(f"{quoted(value)} is not a plain number", hint, "" if currency else digits)


def _truth(value: Any) -> Any:
    if isinstance(value, str) and value.lower() not in ("true", "false"):
        instead = {"yes": "true", "no": "false"}.get(value.lower(), "")
        hint = f"write {instead or 'true or false'}"
        raise WithHint(f"{quoted(value)} is neither true nor false", hint, instead)
    return value


Texts = Annotated[list[str], BeforeValidator(_texts)]


Day = Annotated[date, BeforeValidator(_day)]


Moment = Annotated[datetime | date, PlainValidator(_moment)]


Number = Annotated[Decimal, BeforeValidator(_number)]


Amount = Annotated[Decimal, BeforeValidator(_number)]


Whole = Annotated[int, BeforeValidator(_number)]


Truth = Annotated[bool, BeforeValidator(_truth)]


def unknown_word(value: object, words: Collection[str]) -> tuple[str, str, str]:
    """Return message, hint and certain correction for a word that is not in a closed set."""
    intended = plain_word(str(value), words)
    close = did_you_mean(close_matches(str(value), words)) or ""
    message = f"{quoted(value)} is not one of {', '.join(words)}"
    return message, f"write {intended}" if intended else close, intended


MOST_SHOWN = 60


def quoted(value: object) -> str:
    """Return a value in quotes for a message; a long text is cut."""
    if isinstance(value, str) and len(value) > MOST_SHOWN:
        value = f"{value[: MOST_SHOWN - 1]}…"
    return repr(value)


def plain_word(text: str, words: Iterable[str]) -> str:
    """Return the word of a closed set that differs only in case, blanks and hyphens, or ""."""
    by_key = {_key(word): word for word in words}
    return by_key.get(_key(text), "")


def _key(word: str) -> str:
    return fold(word).replace("-", "_").replace(" ", "_")


def plain_number(text: str) -> tuple[str, str]:
    """Return the digits of an amount and its currency, each "" if there is none."""
    try:
        amount, currency = read_currency_amount(text)
    except BadAmount:
        return "", ""
    return f"{amount:f}", currency


def plain_dates(text: str, *, with_time: bool) -> list[str]:
    """Return the ISO forms that a date can mean: one if it is certain, none if it is not a date."""
    from crmkb.values.export_dates import (  # only errors need it
        AmbiguousDate,
        BadDate,
        read_date,
    )

    try:
        read = read_date(text)
    except AmbiguousDate as error:
        return sorted({day.isoformat() for day in error.readings.values()})
    except BadDate:
        return []
    if not isinstance(read, datetime):
        return [read.isoformat()]
    if with_time:
        return [read.isoformat(timespec="seconds")]
    return [read.date().isoformat()] if read.time() == time() else []
