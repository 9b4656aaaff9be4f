"""Print: results to stdout, talk to stderr, as the terminal or pipe at the other end wants it."""

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
from typing import Any, Literal, TextIO

from crmkb.cli.table import Cell, Layout, lines
from crmkb.text import one_line, printable

SCHEMA_VERSION = 1

Format = Literal["table", "csv", "tsv", "jsonl", "ids"]

# Of what steers a terminal, JSON itself escapes only a part.
_STEERING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STYLES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


class Output:
    """Where a command speaks; `is_quiet` keeps the talk, never the results."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet

    @property
    def is_terminal(self) -> bool:
        """Return whether a person sees the results."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int | None:
        """Return how many columns the terminal has, None for a pipe or a file."""
        return max(shutil.get_terminal_size().columns, 20) if self.is_terminal else None

    @cached_property
    def has_colour(self) -> bool:
        """Return whether results may be styled."""
        if not self.is_terminal or os.environ.get("NO_COLOR"):
            return False
        return os.environ.get("TERM") != "dumb" and (os.name != "nt" or "WT_SESSION" in os.environ)

    def say(self, text: str) -> None:
        """Tell the person something that is no result."""
        if not self.is_quiet:
            print(printable(text), file=sys.stderr)

    def line(self, text: str = "") -> None:
        """Print one line of a result."""
        print(printable(text))

    def text(self, text: str) -> None:
        """Print a text of several lines as it is, without a second line end."""
        print(printable(text), end="" if text.endswith("\n") else "\n")

    def styled(self, *parts: Cell | str) -> None:
        """Print one line of a result made of parts, each in its style."""
        cells = (part if isinstance(part, Cell) else Cell(part) for part in parts)
        print("".join(self._paint(printable(cell.text), cell.style) for cell in cells))

    def json(self, kind: str, data: Any) -> None:
        """Print a result for programs."""
        envelope = {"schema_version": SCHEMA_VERSION, "kind": kind, "data": data}
        print(_json(envelope, indent=2))

    def json_lines(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Print a result for programs that read line by line, one object a line."""
        for each in objects:
            print(_json(each))

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Format) -> None:
        """Print rows in one of the formats of `list`; ids are the first column."""
        match form:
            case "table":
                self.table(columns, rows)
            case "csv" | "tsv":
                delimiter = "," if form == "csv" else "\t"
                if self.is_terminal:  # programs get what is in the files
                    columns, *rows = (
                        [*map(_harmless_to_terminals, row)] for row in (columns, *rows)
                    )
                write_csv(sys.stdout, columns, rows, delimiter)
            case "jsonl":
                self.json_lines(dict(zip(columns, row, strict=True)) for row in rows)
            case "ids":
                for row in rows:
                    self.line(cell(row[0]))

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        layout: Layout | None = None,
    ) -> None:
        """Print rows for people: fitted to a terminal, in full width in a pipe."""
        cells = [[_cell(value) for value in row] for row in rows]
        heads = [one_line(name) for name in columns]
        for line in lines(heads, cells, self.width, layout or Layout(), self._paint):
            print(line)

    def _paint(self, text: str, style: str) -> str:
        code = _STYLES.get(style)
        return f"\033[{code}m{text}\033[0m" if code and text and self.has_colour else text


def cell(value: Any) -> str:
    """Return a value as a table shows it."""
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
        return Cell(one_line(value.text), value.style, value.is_number)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Cell(cell(value), is_number=is_number)


def write_csv(
    file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ","
) -> None:
    """Write rows as CSV; a text that a spreadsheet would run as a formula gets a quote before."""
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)


def _harmless_to_terminals(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value


def _harmless(value: Any) -> Any:
    from crmkb.csv_text import guarded  # only for CSV and TSV

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
