"""Dates in files from other systems: exports with their own order of day, month and year.

A date is never guessed: if two orders fit and give different days, the caller must choose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, assert_never, get_args

from crmkb.errors import BadValue
from crmkb.values.dates import CLOCK, parse_iso_day, parse_iso_moment, read_clock, weekday_number

Order = Literal["ymd", "mdy", "dmy"]

_PIVOT = 69  # as in POSIX: 69 is 1969, 68 is 2068
_STAMP = re.compile(
    rf"(?P<day>.+?)(?:(?:,? +|T)(?P<clock>{CLOCK}) ?(?P<zone>Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}})?)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBERS = re.compile(r"(\d{1,4})([-/.]) ?(\d{1,2})\2 ?(\d{1,4})", re.ASCII)
_COMPACT = re.compile(r"(?:19|20)\d{6}", re.ASCII)
_WEEKDAY = r"(?:(?P<weekday>[a-z]+),? +)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_NAMED = tuple(
    re.compile(_WEEKDAY + pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_DAY}\.?[ /-]*(?P<month>[a-z]{{3,9}})\.?,?[ /-]*{_YEAR}",
        rf"(?P<month>[a-z]{{3,9}})\.?[ /-]*{_DAY}(?:, *|[ /-]+){_YEAR}",
    )
)
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {
    word: number for number, name in enumerate(_MONTH_NAMES, start=1) for word in (name, name[:3])
} | {"sept": 9}


class BadDate(BadValue):
    """A text of an import is not a date, or not a date in the requested order."""

    def __init__(self, text: str, order: Order | None) -> None:
        wanted = f" in the order {order}" if order else ""
        super().__init__(
            f"{text!r} is not a date{wanted}",
            hint="write it as 2026-02-24, 24 Feb 2026, 02/24/2026 or 24.02.2026, "
            "with or without a time",
        )


class AmbiguousDate(BadValue):
    """A date fits several orders that give different days; `readings` holds the day of each."""

    def __init__(self, text: str, readings: Mapping[Order, date]) -> None:
        choices = " or ".join(f"{order} ({day})" for order, day in readings.items())
        super().__init__(
            f"{text!r} can be {len(set(readings.values()))} dates",
            hint=f"say in which order it is written: --date-order {choices}",
        )
        self.readings = dict(readings)


def read_date(text: str, order: Order | None = None) -> date | datetime:
    """Return the date of an import, with its time if one is written.

    `order` is the order of numeric dates; ISO dates and named months need none. Two-digit years
    are between 1969 and 2068. Raise `AmbiguousDate` or `BadDate`.
    """
    text = text.strip()
    if iso := parse_iso_day(text) or parse_iso_moment(text):
        return iso
    stamp = _STAMP.fullmatch(text)
    if stamp is None:
        raise BadDate(text, order)
    day = _read_numbers(stamp["day"], text, order) or _read_named(stamp["day"])
    moment = _add_clock(day, stamp["clock"], stamp["zone"]) if day and stamp["clock"] else day
    if moment is None:
        raise BadDate(text, order)
    return moment


def _read_numbers(day_text: str, text: str, order: Order | None) -> date | None:
    if _COMPACT.fullmatch(day_text):
        return _date(day_text[:4], day_text[4:6], day_text[6:])
    match = _NUMBERS.fullmatch(day_text)
    if match is None:
        return None
    numbers = match.group(1, 3, 4)
    if len(numbers[0]) == 4:
        order = "ymd"
    if order:
        return _in_order(order, *numbers)
    readings = {each: day for each in get_args(Order) if (day := _in_order(each, *numbers))}
    if len(set(readings.values())) > 1:
        raise AmbiguousDate(text, readings)
    return next(iter(readings.values()), None)


def _in_order(order: Order, first: str, second: str, third: str) -> date | None:
    match order:
        case "ymd":
            return _date(first, second, third)
        case "mdy":
            return _date(third, first, second)
        case "dmy":
            return _date(third, second, first)
    assert_never(order)


def _read_named(text: str) -> date | None:
    for pattern in _NAMED:
        if match := pattern.fullmatch(text):
            month = _MONTHS.get(match["month"].lower(), 0)
            day = _date(match["year"], str(month), match["day"])
            name = match["weekday"]
            return day if not name or (day and day.weekday() == weekday_number(name)) else None
    return None


def _date(year: str, month: str, day: str) -> date | None:
    if len(year) not in (2, 4) or len(day) > 2:
        return None
    century = 0 if len(year) == 4 else 1900 if int(year) >= _PIVOT else 2000
    try:
        return date(century + int(year), int(month), int(day))
    except ValueError:
        return None


def _add_clock(day: date, clock_text: str, zone: str | None) -> datetime | None:
    clock = read_clock(clock_text)
    if clock is None:
        return None
    if not zone:
        return datetime.combine(day, clock)
    return parse_iso_moment(f"{day}T{clock}{zone if zone[0] in '+-' else 'Z'}")
