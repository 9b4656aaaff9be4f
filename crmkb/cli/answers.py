"""Print an answer: its blocks for people, its data or plain rows for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never

from crmkb.cli.output import Output
from crmkb.cli.table import Layout
from crmkb.interface.answer import (
    Answer,
    Block,
    Cell,
    Line,
    Listing,
    Markdown,
    Pairs,
    Remark,
    Rows,
    Table,
    Words,
)
from crmkb.values.display import counted, one_line, printable, text_width

Format = Literal["table", "csv", "tsv", "jsonl", "ids"]

WIDEST = 100
"""The maximum width of running text in terminal columns; longer lines are hard to read."""


def print_json(out: Output, answer: Answer) -> None:
    """Print the data of an answer as JSON."""
    data = answer.data()
    _print_notes(out, answer)
    out.json(answer.kind, data)


def print_rows(out: Output, answer: Listing, form: Format) -> None:
    """Print the plain rows of an answer in the requested format."""
    rows = answer.rows()
    _print_notes(out, answer)
    _print_form(out, rows, form)
    if rows.remark:
        out.say(rows.remark)


def print_blocks(out: Output, answer: Answer) -> None:
    """Print an answer for people."""
    blocks = answer.blocks()
    _print_notes(out, answer)
    for block in blocks:
        _print_block(out, block)


def _print_notes(out: Output, answer: Answer) -> None:
    for note in answer.notes():
        out.say(note)


def _print_form(out: Output, rows: Rows, form: Format) -> None:
    match form:
        case "table":
            out.table(rows.columns, rows.rows)
        case "csv" | "tsv":
            out.csv(rows.columns, rows.rows, "," if form == "csv" else "\t")
        case "jsonl":
            out.json_lines(rows.objects())
        case "ids":
            out.ids(rows.ids)
        case _:
            assert_never(form)


def _print_block(out: Output, block: Block) -> None:
    match block:
        case Line():
            _print_line(out, block)
        case Table():
            _print_table(out, block)
        case Pairs():
            _print_pairs(out, block.texts)
        case Words():
            _print_words(out, block)
        case Markdown():
            _print_markdown(out, block)
        case Remark():
            out.say(block.text)
        case _:
            assert_never(block)


def _print_line(out: Output, line: Line) -> None:
    """Print a line; its `aside` goes on the next line if the terminal is too narrow."""
    parts = [part if isinstance(part, Cell) else Cell(part) for part in line.parts]
    if line.aside is None:
        out.styled(*parts)
        return
    taken = sum(text_width(part.text) for part in (*parts, line.aside)) + 2
    if out.width is None or taken <= out.width:
        out.styled(*parts, "  ", line.aside)
    else:
        out.styled(*parts)
        out.styled(" " * line.indent, line.aside)


def _print_table(out: Output, table: Table) -> None:
    out.table(table.columns, table.rows, Layout(table.optional, table.whole))
    if table.counted and out.is_terminal and len(table.rows) > 1:
        out.say(counted(len(table.rows), table.counted))


def _print_pairs(out: Output, pairs: Mapping[str, str]) -> None:
    margin = max((text_width(one_line(key)) for key in pairs), default=0) + 2
    for key, text in pairs.items():
        head = one_line(key)
        first, *rest = _wrapped(text, out.width, margin)
        out.styled(Cell(head, "quiet"), " " * (margin - text_width(head)), first)
        for line in rest:
            out.line(" " * margin + line)


def _wrapped(text: str, width: int | None, margin: int) -> Sequence[str]:
    lines = printable(text).splitlines() or [""]
    if width is None:
        return lines
    room = max(min(width, WIDEST) - margin, 20)
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False)
        or [""]
    ]


def _print_words(out: Output, block: Words) -> None:
    out.styled(Cell(block.heading, "strong"))
    text = ", ".join(block.words)
    for line in textwrap.wrap(text, out.width - 4) if out.width else [text]:
        out.line(f"    {line}")


def _print_markdown(out: Output, block: Markdown) -> None:
    """Print a text or a page: rendered on a terminal, unchanged in a pipe."""
    if out.width is None:
        out.text(block.text)
        return
    from rich.console import Console
    from rich.markdown import Markdown as Rendered

    from crmkb.cli.terminal import for_terminal, harmless

    options: dict[str, Any] = {} if block.is_page else {"width": min(out.width, WIDEST)}
    text = for_terminal(block.text) if block.is_page else harmless(block.text)
    Console(**options).print(Rendered(text, hyperlinks=False))
