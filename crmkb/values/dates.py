"""Days and moments: as people type them, as files store them, and as quarters count them.

Nothing here knows the current day: callers pass `today` or `now`. A moment without an offset is
wall time; `config/settings.py` knows its time zone. `export_dates` reads the dates of exports, in
any order of day, month and year.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from crmkb.errors import BadValue

CLOCK = r"(?:\d{1,2}(?::\d{2}){1,2}(?:[.,]\d{1,9})?(?: ?[ap]m)?|\d{1,2} ?[ap]m)"
"""The pattern of a time of day within a text; `read_clock` validates it."""

_CLOCK_PARTS = r"(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:[.,]\d+)?)?(?: ?([ap]m))?"
_ISO_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
    r"(?: ?(?:Z|[+-]\d{2}(?::?\d{2})?))?",
    re.ASCII | re.IGNORECASE,
)
_AHEAD = r"in (\d{1,4}) (day|week|month|quarter|year)s?"
_AGO = r"(\d{1,4}) (day|week|month|quarter|year)s? ago"
_SHIFT = r"([+-])(\d{1,4})([dwmqy])"
_DAY_THEN_CLOCK = rf"(?:(.+?) )??(?:at )?({CLOCK})"
_CLOCK_THEN_DAY = rf"({CLOCK}) (.+)"

_NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY_NUMBERS = {
    word: number
    for number, name in enumerate(map(str.lower, _WEEKDAYS))
    for word in (name, name[:3])
} | {"tues": 1, "thur": 3, "thurs": 3}


class BadDay(BadValue):
    """The words are not a day."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not a day",
            hint="write 2026-11-27, today, tomorrow, fri, last fri, in 3 days, 2 weeks ago, "
            "+1m, eow, eom, eoq, eoy or next week",
        )


class BadMoment(BadValue):
    """The words are neither a day nor a time of day."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not a day or time",
            hint="write 2026-11-27, 2026-11-27 14:30, 3pm, yesterday 3pm or last fri 9:00",
        )


def read_day(words: str, today: date, fiscal_year_start: int = 1) -> date:
    """Return the day that words such as `fri`, `in 2 weeks` or `eom` mean; raise `BadDay`.

    A weekday is the next one after today, `last fri` is the last one before today, and `next week`
    is its Monday. `eow` is the Friday of this working week, or on a weekend of the coming one.
    `eoq` and `eoy` are the ends of the fiscal quarter and year. Adding months keeps the day of the
    month, or takes the last day of a shorter month.
    """
    day = _find_day(_plain(words), today, fiscal_year_start)
    if day is None:
        raise BadDay(words)
    return day


def read_moment(words: str, now: datetime, fiscal_year_start: int = 1) -> date | datetime:
    """Return the moment that words such as `yesterday 3pm` mean, or the day if no time is given.

    A time alone is a time of today. The result is wall time like `now`, but has no offset unless
    the words contain one, as ISO text may. Raise `BadMoment` for anything else.
    """
    if moment := parse_iso_moment(words):
        return moment
    plain, today = _plain(words), now.date()
    said_day, said_clock = _split_clock(plain)
    day = _find_day(said_day, today, fiscal_year_start) if said_day else today
    clock = read_clock(said_clock)
    if not plain or day is None or (said_clock and clock is None):
        raise BadMoment(words)
    return day if clock is None else datetime.combine(day, clock)


def parse_iso_day(text: str) -> date | None:
    """Return the day written as `2026-11-27`, or None."""
    if len(text) != 10 or not text[4] == text[7] == "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_iso_moment(text: str) -> datetime | None:
    """Return the moment written as `2026-11-27T14:30:00`, or None.

    A blank may replace the T; the seconds, and the offset or Z, are optional.
    """
    if not _ISO_MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text[:11] + text[11:].replace(" ", "").upper())
    except ValueError:
        return None


def read_clock(text: str) -> time | None:
    """Return the time of day written as `14:30`, `3pm` or `3:30:05 PM`, or None."""
    match = re.fullmatch(_CLOCK_PARTS, text, re.ASCII | re.IGNORECASE)
    if match is None or not (match[2] or match[4]):
        return None
    hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3))
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def weekday_number(name: str) -> int | None:
    """Return 0 for `Mon` or `monday` up to 6 for Sunday, or None for any other word."""
    return _WEEKDAY_NUMBERS.get(name.lower())


def say_day(day: date) -> str:
    """Return a day with its weekday: `Fri 2026-11-27`."""
    return f"{_weekday(day)} {date.isoformat(day)}"


def say_moment(moment: date | datetime) -> str:
    """Return a moment with its weekday: `Fri 2026-11-27 14:30`, or a day without a time."""
    if not isinstance(moment, datetime):
        return say_day(moment)
    return f"{_weekday(moment)} {moment.isoformat(' ', 'minutes')}"


def working_days(start: date, end: date) -> int:
    """Return the number of days from Monday to Friday after `start`, up to and including `end`.

    The number is negative when `end` is before `start`. Holidays are not considered.
    """
    return _working_days_until(end) - _working_days_until(start)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _days_in_month(year, month + 1)))


def month_end(day: date) -> date:
    """Return the last day of the month."""
    return date(day.year, day.month, _days_in_month(day.year, day.month))


def quarter_start(day: date, fiscal_year_start: int = 1) -> date:
    """Return the first day of the quarter."""
    first = date(day.year, day.month, 1)
    return add_months(first, -((day.month - fiscal_year_start) % 3))


def quarter_end(day: date, fiscal_year_start: int = 1) -> date:
    """Return the last day of the quarter."""
    return month_end(add_months(quarter_start(day, fiscal_year_start), 2))


def year_end(day: date, fiscal_year_start: int = 1) -> date:
    """Return the last day of the fiscal year."""
    first = date(day.year, day.month, 1)
    return month_end(add_months(first, (fiscal_year_start - 1 - day.month) % 12))


def fiscal_year(day: date, fiscal_year_start: int = 1) -> int:
    """Return the fiscal year, named by the calendar year in which it ends.

    With a start in February, 2026-02-01 begins the fiscal year 2027.
    """
    return day.year + (1 < fiscal_year_start <= day.month)


def quarter(day: date, fiscal_year_start: int = 1) -> str:
    """Return the quarter: `2026-Q4`, or `FY2027-Q4` when the year does not start in January."""
    number = (day.month - fiscal_year_start) % 12 // 3 + 1
    prefix = "" if fiscal_year_start == 1 else "FY"
    return f"{prefix}{fiscal_year(day, fiscal_year_start)}-Q{number}"


def _weekday(day: date) -> str:
    # Not strftime, which follows the locale.
    return _WEEKDAYS[day.weekday()][:3]


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _split_clock(words: str) -> tuple[str, str]:
    if match := re.fullmatch(_DAY_THEN_CLOCK, words, re.ASCII):
        return match[1] or "", match[2]
    if match := re.fullmatch(_CLOCK_THEN_DAY, words, re.ASCII):
        return match[2], match[1]
    return words, ""


def _find_day(words: str, today: date, fiscal_year_start: int) -> date | None:
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    try:
        return (
            parse_iso_day(words)
            or _find_weekday(words, today)
            or _find_end(words, today, fiscal_year_start)
            or _find_shifted(words, today)
        )
    except (ValueError, OverflowError):  # before the year 1 or after 9999
        return None


def _find_weekday(words: str, today: date) -> date | None:
    if words == "next week":
        words = "monday"
    last, _, name = words.rpartition(" ")
    weekday = weekday_number(name)
    if weekday is None or last not in ("", "last"):
        return None
    if last:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _find_end(words: str, today: date, fiscal_year_start: int) -> date | None:
    match words:
        case "eow":
            return today + timedelta(days=(4 - today.weekday()) % 7)
        case "eom":
            return month_end(today)
        case "eoq":
            return quarter_end(today, fiscal_year_start)
        case "eoy":
            return year_end(today, fiscal_year_start)
    return None


def _find_shifted(words: str, today: date) -> date | None:
    if match := re.fullmatch(_AHEAD, words, re.ASCII):
        return _shift(today, int(match[1]), match[2][0])
    if match := re.fullmatch(_AGO, words, re.ASCII):
        return _shift(today, -int(match[1]), match[2][0])
    if match := re.fullmatch(_SHIFT, words, re.ASCII):
        return _shift(today, int(match[1] + match[2]), match[3])
    return None


def _shift(day: date, count: int, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    return add_months(day, count * {"m": 1, "q": 3, "y": 12}[unit])


def _days_in_month(year: int, month: int) -> int:
    return 31 if month == 12 else (date(year, month + 1, 1) - date(year, month, 1)).days


def _working_days_until(day: date) -> int:
    # Day 1 of the proleptic calendar was a Monday.
    weeks, days = divmod(day.toordinal(), 7)
    return weeks * 5 + min(days, 5)
