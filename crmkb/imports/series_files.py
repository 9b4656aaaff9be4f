"""A customer's series as a file: its existing lines, and its bytes with new lines appended.

Existing content is not rewritten: delimiter, line ends, order and columns stay, and missing
columns are added after the last one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crmkb.errors import BadValue, BrokenFile, Problem
from crmkb.schema.series import (
    DATE,
    Series,
    Sheet,
    cut,
    day_of,
    is_conflict,
    without_columns,
    word_of,
)
from crmkb.values.csv_table import guarded, separator
from crmkb.workspace import Workspace, Write

Texts = Mapping[str, str]
"""A line: the texts of its cells by column, named as in `word_of`."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the series; `row` is its line in the import, 0 if the line was there before."""

    texts: Texts
    row: int = 0


class Lines:
    """The lines of one customer's series, found by id or by key."""

    def __init__(self, workspace: Workspace, series: Series, customer: str, id_key: str) -> None:
        self.series, self.path = series, series.path(customer)
        self._id_key = id_key if series.has_ids else ""
        exists = workspace.exists(self.path)
        self._data = workspace.read_bytes(self.path) if exists else None
        self._text = _decoded(self.path, self._data or b"")
        self._sheet = _sheet(self.path, series, self._text)
        self._by_id: dict[str, Found] = {}
        self._by_key: dict[tuple[str, ...], Found] = {}
        self._added: list[Texts] = []
        for row in self._sheet.rows:
            self._register(Found(self._sheet.texts(row)))

    def find(self, line: Texts) -> Found | None:
        """Return the line with the same id or key as a new one, if any."""
        if self._id_key and (id_ := line.get(self._id_key)):
            found = self._by_id.get(id_)
            return found or (self._by_key.get(self._key(line)) if self._is_stated(line) else None)
        return self._by_key.get(self._key(line))

    def add(self, line: Texts, row: int) -> None:
        """Add a new line; `row` is its line in the import."""
        self._added.append(line)
        self._register(Found(line, row))

    def write(self) -> Write:
        """Return the file with the new lines at its end, sorted by day."""
        lines = sorted(self._added, key=lambda line: line[DATE])
        after = appended(self._text, self._sheet, lines, self.series)
        bom = _BOM if (self._data or b"").startswith(_BOM) else b""
        return Write(self.path, self._data, bom + after.encode())

    def _register(self, found: Found) -> None:
        if self._id_key and (id_ := found.texts.get(self._id_key)):
            self._by_id.setdefault(id_, found)
        else:
            self._by_key.setdefault(self._key(found.texts), found)

    def _is_stated(self, line: Texts) -> bool:
        return all(line.get(name) for name in self.series.key)

    def _key(self, line: Texts) -> tuple[str, ...]:
        """Return the key of a line; if a part of it is missing, use the values of all columns."""
        names = self.series.key if self._is_stated(line) else (DATE, *self.series.readers)
        return tuple(_day(line) if name == DATE else line.get(name, "") for name in names)


def differing(there: Texts, line: Texts) -> tuple[str, ...]:
    """Return the columns, except the date, in which an existing line differs from a new one."""
    return tuple(
        name
        for name, text in line.items()
        if name != DATE and not _is_same(there.get(name, ""), text)
    )


def appended(text: str, sheet: Sheet, lines: Sequence[Texts], series: Series) -> str:
    """Return the text of a series with lines appended."""
    newline = "\r\n" if "\r\n" in text else "\n"
    header = sheet.header or series.usual
    wanted = dict.fromkeys(name for line in lines for name in line)
    words = [word_of(name) for name in header]
    new = [name for name in (*series.readers, *wanted) if name in wanted and name not in words]
    new = list(dict.fromkeys(new))
    if not sheet.header:
        text += _record((*header, *new), sheet.delimiter, newline)
    elif new:
        end = _header_end(text, sheet.delimiter)
        names = _record(new, sheet.delimiter, "")
        text = f"{text[:end]}{sheet.delimiter}{names}{text[end:]}"
    if not text.endswith(("\n", "\r")):
        text += newline
    columns = [*_firsts(words), *new]
    rows = ([guarded(line.get(name, "")) for name in columns] for line in lines)
    return text + "".join(_record(row, sheet.delimiter, newline) for row in rows)


def _firsts(words: Sequence[str]) -> list[str]:
    """Return the words, with repeated ones empty: only the first such column is read."""
    return [word if word not in words[:place] else "" for place, word in enumerate(words)]


def _record(cells: Sequence[str], delimiter: str, newline: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=newline).writerow(cells)
    return file.getvalue()


def _header_end(text: str, delimiter: str) -> int:
    """Return the offset at which the header ends, before its line end."""
    _, start = separator(text)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter)
    next(cells for cells in reader if any(cell.strip() for cell in cells))
    physical = list(io.StringIO(text[start:], newline=""))[: reader.line_num]
    return start + len("".join(physical).rstrip("\r\n"))


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenFile(Problem(path, line, "", "is not UTF-8")) from error


def _sheet(path: str, series: Series, text: str) -> Sheet:
    """Return the cells of a series; raise `BrokenFile` if lines cannot be added to it."""
    sheet = cut(text)
    if wrong := without_columns(series, sheet):
        raise BrokenFile(Problem(path, wrong.line, "", wrong.message, wrong.hint))
    if sheet.not_cut:
        raise BrokenFile(Problem(path, sheet.not_cut.line, "", sheet.not_cut.message))
    for row in sheet.rows:
        if is_conflict(row):
            raise BrokenFile(Problem(path, row.line, "", "an unresolved git conflict"))
    return sheet


def _day(line: Texts) -> str:
    try:
        return day_of(line.get(DATE, ""))
    except BadValue:
        return line.get(DATE, "")


def _is_same(there: str, text: str) -> bool:
    if there == text:
        return True
    try:
        return Decimal(there) == Decimal(text)
    except InvalidOperation:
        return False
