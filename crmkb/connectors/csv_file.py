"""Read CSV from any program into a table: detect and report encoding, delimiter and header.

Nothing is repaired silently: every interpretation is added to the table's notes, and a file that
cannot be split into cells with certainty is rejected, with the line.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from crmkb.errors import CrmError
from crmkb.values.csv_table import NotCut, Row, Table, records, separator

DELIMITERS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "bars",
    ":": "colons",
    "^": "carets",
    "`": "backticks",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_SAMPLE_CHARACTERS, _SAMPLE_RECORDS = 65_536, 100
_MOST_NAMED = 8


class BadTable(CrmError):
    """A file cannot be read as a table."""

    def __init__(self, name: str, line: int, reason: str, hint: str | None = None) -> None:
        super().__init__(f"{name}:{line}: {reason}", hint or "mend the file and try again")


@dataclass(frozen=True, slots=True)
class _Text:
    """A decoded file; `first_line` is the line on which `text` begins."""

    name: str
    text: str
    encoding: str
    delimiter: str
    first_line: int = 1


def read_csv(data: bytes, name: str) -> Table:
    """Return the table in a CSV file, which messages call `name`; raise `BadTable`.

    Texts are trimmed, line ends within them become LF, and the quote that keeps spreadsheets from
    running a text as a formula is removed. Short rows are padded and listed in the notes.
    """
    source = _source(data, name)
    found = _records(source)
    filled = [record for record in found if any(record.cells)]
    if not filled:
        raise BadTable(name, 1, "holds no table", "its first line must name the columns")
    header, *rows = filled
    width = _width(header.cells, rows)
    columns, notes = _columns(header.cells, width)
    short = [row.line for row in rows if len(row.cells) < width]
    if short:
        notes.append(f"{_lines(short)} shorter than the header; what is missing is taken as empty")
    return Table(
        name=name,
        columns=columns,
        rows=tuple(Row(row.line, _fitted(row.cells, width)) for row in rows),
        form=f"{source.encoding}, {_division(source.delimiter, width)}",
        notes=tuple(notes),
        blanks=len(found) - len(filled),
    )


def _source(data: bytes, name: str) -> _Text:
    if data.startswith(b"PK\x03\x04"):
        raise BadTable(name, 1, "is a spreadsheet or an archive", "save it as CSV (UTF-8) first")
    text, encoding = _decode(data, name)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadTable(name, line, "a NUL character; this is no text", "save it as CSV (UTF-8)")
    named, start = separator(text)
    if named:
        return _Text(name, text[start:], encoding, named, first_line=2)
    return _Text(name, text, encoding, _find_delimiter(text))


def _decode(data: bytes, name: str) -> tuple[str, str]:
    """Return the text and the name of its encoding: by the byte order mark, or UTF-8, or cp1252."""
    for mark, codec, label in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], codec, name), label
    try:
        return data.decode(), "UTF-8"
    except UnicodeDecodeError:
        return _decoded(data, "cp1252", name), "Windows-1252, as it is not UTF-8"


def _decoded(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadTable(name, line, "the encoding is unknown", "save it as CSV (UTF-8)") from error


def _find_delimiter(text: str) -> str:
    """Return the delimiter that gives most rows as many cells as the header, or a comma."""
    sample = text[:_SAMPLE_CHARACTERS]
    is_cut = len(sample) < len(text)
    best, best_score = ",", (0.0, 1)
    for delimiter in DELIMITERS:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            found = [row for row in islice(rows, _SAMPLE_RECORDS) if any(map(str.strip, row))]
        except csv.Error:
            continue
        if is_cut and 1 < len(found) < _SAMPLE_RECORDS:
            found.pop()
        widths = [len(record) for record in found] or [0]
        score = (widths.count(widths[0]) / len(widths), widths[0])
        if widths[0] > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _records(source: _Text) -> list[Row]:
    try:
        return list(records(source.text, source.delimiter, source.first_line))
    except NotCut as error:
        raise BadTable(source.name, error.line, error.message, error.hint) from error


def _width(header: Sequence[str], rows: Iterable[Row]) -> int:
    """Return the number of columns; unnamed ones at the end count only if they hold texts."""
    last_named = max(place for place, cell in enumerate(header) if cell)
    last_filled = max((_last_filled(row.cells[: len(header)]) for row in rows), default=-1)
    return max(last_named, last_filled) + 1


def _last_filled(cells: Sequence[str]) -> int:
    return next((place for place in reversed(range(len(cells))) if cells[place]), -1)


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return the cells padded to the width; further cells are kept only if any holds a text."""
    if len(cells) <= width:
        return cells + ("",) * (width - len(cells))
    return cells if any(cells[width:]) else cells[:width]


def _columns(header: Sequence[str], width: int) -> tuple[tuple[str, ...], list[str]]:
    """Return a unique name for each column, and notes on the names."""
    notes = []
    if len(header) > width:
        notes.append(f"{_number(len(header) - width)} without name or content is left out")
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place, cell in enumerate(header[:width], start=1):
        name = " ".join(cell.split()) or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
        if not cell:
            notes.append(f"a column without a name is called {name!r}")
        elif seen[name] > 1:
            notes.append(f"the column {name!r} is there again and called {names[-1]!r}")
    return tuple(names), notes


def _number(count: int) -> str:
    return "a last column" if count == 1 else f"each of the last {count} columns"


def _lines(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:_MOST_NAMED]))
    more = ", …" if len(numbers) > _MOST_NAMED else ""
    if len(numbers) == 1:
        return f"1 row is (line {named})"
    return f"{len(numbers)} rows are (lines {named}{more})"


def _division(delimiter: str, width: int) -> str:
    if width == 1:
        return "one column"
    return f"{DELIMITERS.get(delimiter, repr(delimiter))} between {width} columns"
