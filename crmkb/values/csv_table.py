"""Split CSV text into rows of cells, with the same rules for our files and foreign ones.

`connectors/csv_file.py` detects the encoding and the delimiter of a foreign file, and
`schema/series.py` knows the columns of a customer's series.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crmkb.errors import BadValue

# Excel names the delimiter like this, on a line before the header.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# The first characters of a formula in spreadsheet programs, and the quote that disables one.
_RUNNING = ("=", "+", "-", "@")
_GUARDED = re.compile(r"'(?=\s*[=+\-@])")


class NotCut(BadValue):
    """A row, and so everything after it, cannot be split into cells reliably."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(*_explained(words))
        self.line = line


def separator(text: str) -> tuple[str, int]:
    """Return the delimiter that the text names before its header, and the header's offset.

    They are empty and 0 if no delimiter is named.
    """
    match = _SEPARATOR_LINE.match(text)
    return (match[1], match.end()) if match else ("", 0)


def records(text: str, delimiter: str, first_line: int = 1) -> Iterator[Row]:
    """Yield every row with its first line number, blank rows included; raise `NotCut`.

    Cells are trimmed, line ends within them become LF, and the quote of `guarded` is removed.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    line = first_line
    try:
        for cells in reader:
            yield Row(line, tuple(map(_clean, cells)))
            line = first_line + reader.line_num
    except csv.Error as error:
        raise NotCut(line, str(error)) from error


def guarded(text: str) -> str:
    """Return a cell's text so that no spreadsheet program runs it as a formula."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # an unquoted CR begins a row
    return f"'{text}" if text.lstrip().startswith(_RUNNING) else text


def _clean(cell: str) -> str:
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    text = cell.strip()
    return _GUARDED.sub("", text, count=1) if text.startswith("'") else text


def _explained(words: str) -> tuple[str, str]:
    if "unexpected end" in words or "field limit" in words:
        return 'a quote (") is opened here and never closed', "close it, or write it twice"
    if "expected after" in words:
        return 'a quote (") within a quoted cell', "write it twice in the file and try again"
    return words, "mend the file and try again"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: trimmed texts by column, and its first line in the file.

    A row with more cells than its table has columns cannot be read reliably.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; each name occurs once.

    `form` describes how the file was read, and `notes` hold what a person should know about it.
    `blanks` counts the rows without any text, which are left out.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    form: str
    notes: tuple[str, ...] = ()
    blanks: int = 0
