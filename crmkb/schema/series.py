"""The dated series of a customer: `context/usage.csv` and `context/nps.csv`, one entry per line.

This module defines their columns for the index, which reads them, and for the import, which adds
lines. People and other programs may write the files too, with any delimiter, more columns and any
order of columns. An invalid line is reported and does not count; all others do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crmkb.errors import BadValue
from crmkb.schema.layout import CUSTOMERS, matches, slug_of
from crmkb.values.csv_table import NotCut, Row, records, separator
from crmkb.values.dates import parse_iso_day, parse_iso_moment
from crmkb.values.display import shorten
from crmkb.values.money import BadAmount, read_currency_amount
from crmkb.values.names import fold

DATE = "date"
ID_SUFFIX = "_id"
"""The end of the name of a column with ids of another system."""

_DELIMITERS = (",", ";", "\t", "|")
_MOST_SHOWN = 60
_QUICK_DIGITS = 15  # longer numbers take the slow path
_DAY_HINT = "write it as 2026-11-20"
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of series: `readers` parse its columns, in the order of the table.

    A file must have the `needed` columns; a new file gets the `usual` ones. The `key` columns
    identify a line, if all of them are filled, and if the series `has_ids`, the ids that other
    systems gave it.
    """

    name: str
    readers: Mapping[str, Callable[[str], Value]]
    needed: tuple[str, ...]
    usual: tuple[str, ...]
    key: tuple[str, ...]
    has_ids: bool = False

    def path(self, customer: str) -> str:
        """Return the path of a customer's series."""
        return f"{CUSTOMERS}/{customer}/context/{self.name}.csv"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text split into cells; `places` are the positions of columns by normalised name."""

    delimiter: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    places: Mapping[str, int]
    not_cut: NotCut | None = None

    def texts(self, row: Row) -> dict[str, str]:
        """Return the texts of a row by the normalised names of their columns."""
        width = len(row.cells)
        return {name: row.cells[at] for name, at in self.places.items() if at < width}


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid line, with the values of the series' own columns."""

    line: int
    day: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem in a line; `column` is empty when it concerns the whole line."""

    line: int
    column: str
    message: str
    hint: str = ""


def series_of(path: str) -> Series | None:
    """Return the series of a file, or None for other CSV files, which are ignored."""
    is_there = matches(path, f"{CUSTOMERS}/*/context/*.csv")
    return SERIES.get(slug_of(path)) if is_there else None


def cut(text: str) -> Sheet:
    """Split the text of a series into cells; `not_cut` is the error that stopped it, if any."""
    named, start = separator(text)
    head = next((line for line in text[start:].splitlines() if line.strip()), "")
    delimiter = named or max(_DELIMITERS, key=head.count)
    found: list[Row] = []
    not_cut = None
    try:
        for row in records(text[start:], delimiter, first_line=2 if start else 1):
            if any(row.cells):
                found.append(row)
    except NotCut as error:
        not_cut = error
    header = found[0].cells if found else ()
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        if word := word_of(name):
            places.setdefault(word, place)
    return Sheet(delimiter, header, tuple(found[1:]), places, not_cut)


def word_of(name: str) -> str:
    """Return the normalised name of a column: `Active users` is `active_users`."""
    return fold(name).replace(" ", "_").replace("-", "_")


def read(series: Series, text: str) -> Iterator[Entry | Wrong]:
    """Yield the valid lines of a series, and the problems of the others."""
    sheet = cut(text)
    headless = without_columns(series, sheet)
    if headless:
        yield headless
    elif sheet.header:
        yield from _entries(series, sheet)
    if sheet.not_cut:
        yield Wrong(sheet.not_cut.line, "", sheet.not_cut.message, sheet.not_cut.hint or "")


def without_columns(series: Series, sheet: Sheet) -> Wrong | None:
    """Return the problem of a file that lacks needed columns, or None."""
    missing = [name for name in series.needed if name not in sheet.places]
    if not sheet.header or not missing:
        return None
    hint = f"name the columns in the first line: {','.join(series.usual)}"
    names = " and ".join(map(repr, missing))
    return Wrong(1, "", f"no column {names}; nothing of the file counts", hint)


def day_of(text: str) -> str:
    """Return the ISO day of a date in a file, with or without a time; raise `BadValue`."""
    if parse_iso_day(text):
        return text
    if moment := parse_iso_moment(text):
        return moment.date().isoformat()
    raise BadValue(f"{_said(text)} is not a day" if text else "the day is missing", _DAY_HINT)


def _entries(series: Series, sheet: Sheet) -> Iterator[Entry | Wrong]:
    width = len(sheet.header)
    lines: dict[tuple[str, ...], int] = {}
    for row in sheet.rows:
        if is_conflict(row):  # reported once for the whole file
            continue
        if any(row.cells[width:]):
            yield Wrong(row.line, "", f"{len(row.cells)} cells, where the header has {width}")
            continue
        texts = sheet.texts(row)
        entry = _entry(series, row.line, texts)
        key = _key(series, texts)
        if isinstance(entry, Entry) and key and lines.setdefault(key, row.line) != row.line:
            named = f"the same {' and '.join(series.key)} as line {lines[key]}"
            entry = Wrong(row.line, DATE, named, "keep one of the two lines")
        yield entry


def is_conflict(row: Row) -> bool:
    """Return whether a row is a marker of an unresolved git conflict."""
    return row.cells[0].startswith(_CONFLICT)


def _entry(series: Series, line: int, texts: Mapping[str, str]) -> Entry | Wrong:
    column = DATE
    try:
        day = day_of(texts.get(DATE, ""))
        values = []
        for column, reader in series.readers.items():
            values.append(reader(texts.get(column, "")))
    except BadValue as error:
        return Wrong(line, column, error.message, error.hint or "")
    return Entry(line, day, tuple(values))


def _key(series: Series, texts: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the texts that identify a line, or None if nothing does."""
    key = tuple(texts.get(name, "") for name in series.key)
    ids: tuple[str, ...] = ()
    if series.has_ids:
        ids = tuple(text for name, text in texts.items() if name.endswith(ID_SUFFIX) and text)
    return (*key, *ids) if ids or all(key) else None


def _count(text: str) -> Value:
    """Return a count, or None for an empty cell; raise `BadValue`."""
    if not text:
        return None
    number = _whole(text)
    if number is None:
        raise BadValue(f"{_said(text)} is not a whole number", "write one such as 120, or nothing")
    if number < 0:
        raise BadValue(f"{_said(text)} is less than nothing")
    return number


def _score(text: str) -> Value:
    """Return a score from 0 to 10, or None for an empty cell; raise `BadValue`."""
    if not text:
        return None
    number = _whole(text)
    if number is None or not 0 <= number <= 10:
        hint = "write a whole number from 0 to 10, or nothing"
        raise BadValue(f"{_said(text)} is not a score", hint)
    return number


def _whole(text: str) -> int | None:
    """Return a whole number, which may be written as `1,200` or `2k`, or None."""
    if len(text) <= _QUICK_DIGITS and text.isascii() and text.isdigit():
        return int(text)
    try:
        number, currency = read_currency_amount(text)
    except BadAmount:
        return None
    return None if currency or number != number.to_integral_value() else int(number)


def _said(text: str) -> str:
    return repr(shorten(text, _MOST_SHOWN))


USAGE = Series(
    name="usage",
    readers={
        "active_users": _count,
        "licensed_users": _count,
        "features_used": _count,
        "features_total": _count,
        "events": _count,
        "events_elsewhere": _count,
    },
    needed=(DATE,),
    usual=(DATE, "active_users", "licensed_users", "features_used", "features_total"),
    key=(DATE,),
)
NPS = Series(
    name="nps",
    readers={"contact": str, "score": _score, "comment": str},
    needed=(DATE, "score"),
    usual=(DATE, "contact", "score", "comment"),
    key=(DATE, "contact"),
    has_ids=True,
)
SERIES: Mapping[str, Series] = {series.name: series for series in (USAGE, NPS)}
