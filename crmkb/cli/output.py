"""Print results to stdout and messages to stderr, formatted for a terminal or a pipe."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TextIO

from crmkb.cli.table import Layout, lines
from crmkb.interface.answer import Cell, Tone, envelope
from crmkb.values.display import one_line, printable

# JSON itself escapes only some of the characters that control a terminal.
_STEERING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_COLOURS: Mapping[Tone, int] = {
    "strong": 1,
    "quiet": 2,
    "bad": 31,
    "good": 32,
    "warning": 33,
    "name": 36,
}


class Output:
    """The output of a command; `is_quiet` suppresses messages, never results."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet

    @property
    def is_terminal(self) -> bool:
        """Return whether stdout is a terminal."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int | None:
        """Return the width of the terminal in columns, or None for a pipe or a file."""
        return max(shutil.get_terminal_size().columns, 20) if self.is_terminal else None

    @cached_property
    def has_colour(self) -> bool:
        """Return whether results may be styled."""
        if not self.is_terminal or os.environ.get("NO_COLOR"):
            return False
        return os.environ.get("TERM") != "dumb" and (os.name != "nt" or "WT_SESSION" in os.environ)

    def say(self, text: str) -> None:
        """Print a message to stderr, unless the output is quiet."""
        if not self.is_quiet:
            print(printable(text), file=sys.stderr)

    def line(self, text: str = "") -> None:
        """Print one line of a result."""
        print(printable(text))

    def text(self, text: str) -> None:
        """Print a text of several lines; add a line end only if it has none."""
        print(printable(text), end="" if text.endswith("\n") else "\n")

    def styled(self, *parts: Cell | str) -> None:
        """Print one line of a result, each part in the colour of its tone."""
        cells = (part if isinstance(part, Cell) else Cell(part) for part in parts)
        print("".join(self._paint(printable(cell.text), cell.tone) for cell in cells))

    def json(self, kind: str, data: Any) -> None:
        """Print a result as JSON."""
        print(_json(envelope(kind, data), indent=2))

    def json_lines(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Print a result as JSON Lines, one object per line."""
        for each in objects:
            print(_json(each))

    def csv(
        self, columns: Sequence[str], rows: Sequence[Sequence[Any]], delimiter: str = ","
    ) -> None:
        """Print rows as CSV or TSV; on a terminal, without control characters."""
        if self.is_terminal:  # programs get the unchanged values
            columns, *rows = ([*map(_harmless_to_terminals, row)] for row in (columns, *rows))
        write_csv(sys.stdout, columns, rows, delimiter)

    def ids(self, ids: Iterable[Any]) -> None:
        """Print one id per line."""
        for each in ids:
            self.line(cell(each))

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        layout: Layout | None = None,
    ) -> None:
        """Print rows as a table for people, fitted to the width of a terminal."""
        cells = [[_cell(value) for value in row] for row in rows]
        heads = [one_line(name) for name in columns]
        for line in lines(heads, cells, self.width, layout or Layout(), self._paint):
            print(line)

    def _paint(self, text: str, tone: Tone) -> str:
        code = _COLOURS.get(tone)
        return f"\033[{code}m{text}\033[0m" if code and text and self.has_colour else text


def cell(value: Any) -> str:
    """Return a value as tables show it."""
    if value is None:
        return ""
    if isinstance(value, float):
        is_small = 0 < abs(value) < 1
        return f"{value:.4g}" if is_small else f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return one_line(str(value))


def _cell(value: Any) -> Cell:
    if isinstance(value, Cell):
        return Cell(one_line(value.text), value.tone, value.is_number)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Cell(cell(value), is_number=is_number)


def write_csv(
    file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ","
) -> None:
    """Write rows as CSV; a text that a spreadsheet would run as a formula gets a leading quote."""
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)


def _harmless_to_terminals(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value


def _harmless(value: Any) -> Any:
    from crmkb.values.csv_table import guarded  # only for CSV and TSV

    return guarded(value) if isinstance(value, str) else value


def _json(data: Any, indent: int | None = None) -> str:
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    text = json.dumps(data, ensure_ascii=not is_utf8, indent=indent, default=_plain)
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return dict(value)
    return str(value)
