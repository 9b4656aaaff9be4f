"""CSV text cut into rows of cells: the rules that every CSV of ours and of others goes by.

Finding out how a foreign file is encoded and parted is left to `connectors/csv_file.py`, what the
series of a customer hold to `store/series.py`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from crmkb.errors import BadValue
from crmkb.incoming import Row

# Excel's own way to name the delimiter, on a line before the header.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# What a spreadsheet program takes for a formula, and the quote that keeps it from running it.
_RUNNING = ("=", "+", "-", "@")
_GUARDED = re.compile(r"'(?=\s*[=+\-@])")


class NotCut(BadValue):
    """A row cannot be cut into cells for certain; nor can what comes after it."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(*_explained(words))
        self.line = line


def separator(text: str) -> tuple[str, int]:
    """Return the delimiter that the text names before its header, and where that header begins.

    They are empty and 0 where no delimiter is named.
    """
    match = _SEPARATOR_LINE.match(text)
    return (match[1], match.end()) if match else ("", 0)


def records(text: str, delimiter: str, first_line: int = 1) -> Iterator[Row]:
    """Yield every row, those of blanks too, with the first of its lines; raise `NotCut`.

    Cells are trimmed, line ends within them made LF, and the quote of `guarded` is taken off.
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
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # not quoted, a CR begins a row
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
