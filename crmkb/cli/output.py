"""Print: results to stdout, talk to stderr, as the terminal or pipe at the other end wants it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TextIO

from crmkb.text import one_line, printable, shorten, text_width

SCHEMA_VERSION = 1
MOST_DRAWN = 500
"""Longer tables are written plainly: a person does not read them, and drawing takes long."""

Format = Literal["table", "csv", "tsv", "jsonl", "ids"]


class Output:
    """Where a command speaks; `is_quiet` keeps the talk, never the results."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet

    @property
    def is_terminal(self) -> bool:
        """Return whether a person sees the results."""
        return sys.stdout.isatty()

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

    def json(self, kind: str, data: Any) -> None:
        """Print a result for programs."""
        envelope = {"schema_version": SCHEMA_VERSION, "kind": kind, "data": data}
        print(_json(envelope, indent=2))

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Format) -> None:
        """Print rows in one of the formats of `list`; ids are the first column."""
        match form:
            case "table":
                self.table(columns, rows)
            case "csv" | "tsv":
                write_csv(sys.stdout, columns, rows, "," if form == "csv" else "\t")
            case "jsonl":
                for row in rows:
                    print(_json(dict(zip(columns, row, strict=True))))
            case "ids":
                for row in rows:
                    self.line(str(row[0]))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print rows for people: drawn on a terminal, aligned by blanks in a pipe."""
        cells = [[cell(value) for value in row] for row in rows]
        numeric = [_is_numeric(row[place] for row in rows) for place in range(len(columns))]
        if self.is_terminal and len(rows) <= MOST_DRAWN:
            _draw(columns, cells, numeric)
        else:
            _align(columns, cells, numeric)


def cell(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return one_line(str(value))


def write_csv(
    file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ","
) -> None:
    """Write rows as CSV; a text that a spreadsheet would run as a formula gets a quote before."""
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _is_numeric(values: Iterable[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float | Decimal) for value in known)


def _draw(columns: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)


def _align(columns: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    lines = [list(columns), *map(list, cells)]
    widths = [min(max(text_width(line[i]) for line in lines), 60) for i in range(len(columns))]
    for line in lines:
        cells_of_line = zip(line, widths, numeric, strict=True)
        padded = [_pad(text, width, is_number) for text, width, is_number in cells_of_line]
        print("  ".join(padded).rstrip())


def _pad(text: str, width: int, is_number: bool) -> str:
    short = shorten(text, width)
    blanks = " " * (width - text_width(short))
    return blanks + short if is_number else short + blanks


def _json(data: Any, indent: int | None = None) -> str:
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return json.dumps(data, ensure_ascii=not is_utf8, indent=indent, default=_plain)


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
