"""Reads docs/metrics.md: a section a formula, each with examples that can be worked out again.

See `test_documented.py` for how a section is written.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
PARTS = ("Definition", "Formula", "Source", "Example")

Table = list[list[str]]

_FENCE = re.compile(r"```(\w+)(?: (.+))?")
_AS_OF = re.compile(r"[Aa]s of (\d{4}-\d\d-\d\d)")
_OPERATORS: Mapping[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}


@dataclass
class Example:
    """Files, the day, what is reckoned by hand, and what the product answers to a question."""

    section: str
    day: date = date(2026, 11, 20)
    files: dict[str, str] = field(default_factory=dict)
    sums: list[tuple[str, str]] = field(default_factory=list)
    sql: str = ""
    answer: Table = field(default_factory=list)


def sections(text: str) -> dict[str, list[str]]:
    """Return the lines of each `## section` that tells a formula."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("## "):
            lines = found.setdefault(line.removeprefix("## "), [])
        lines.append(line)
    return found


def examples(text: str) -> Iterator[Example]:
    """Yield the examples of all sections; a section's next one begins where SQL was answered."""
    for name, lines in sections(text).items():
        example = Example(name)
        for block in _blocks(lines):
            if isinstance(block, list):
                if example.sql:
                    example.answer = block
                    yield example
                    example = Example(name)
                elif block[0][0] == "file":
                    example.files |= dict(_records(block))
            elif isinstance(block, date):
                example.day = block
            else:
                _take(example, *block)


def _take(example: Example, language: str, place: str, body: str) -> None:
    match language, place:
        case "sql", _:
            example.sql = body
        case "text", "by hand":
            example.sums += [(left, right) for left, right in _sums(body)]
        case _, place if place:
            example.files[place] = body


def _sums(body: str) -> Iterator[tuple[str, str]]:
    for line in body.splitlines():
        left, _, right = line.partition(" # ")[0].rpartition("=")
        yield left.rpartition(":")[2].strip(), right.strip()


def _blocks(lines: list[str]) -> Iterator[Table | date | tuple[str, str, str]]:
    """Yield the tables, the days and the fenced blocks: language, what stands beside it, text."""
    rows: Table = []
    fenced: list[str] | None = None
    head = ("", "")
    for line in [*lines, ""]:
        if fenced is not None:
            if line.startswith("```"):
                yield (*head, "\n".join(fenced) + "\n")
                fenced = None
            else:
                fenced.append(line)
        elif line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            yield [row for row in rows if not set("".join(row)) <= set("-: ")]
            rows = []
        if fenced is None and (match := _FENCE.fullmatch(line)):
            head, fenced = (match[1], match[2] or ""), []
        elif match := _AS_OF.search(line):
            yield date.fromisoformat(match[1])


def _records(table: Table) -> Iterator[tuple[str, str]]:
    """Yield a file for each row: the columns are its keys, `; ` divides the items of a list."""
    heads, *rows = table
    for row in rows:
        lines = []
        for key, cell in zip(heads[1:], row[1:], strict=True):
            if cell and "; " in cell:
                lines += [f"{key}:", *(f"  - {item}" for item in cell.split("; "))]
            elif cell:
                lines.append(f"{key}: {cell}")
        yield f"customers/{row[0]}.md", "\n".join(["---", *lines, "---", ""])


def worked_out(expression: str) -> float:
    """Return what a sum such as `100 * (86 - 240) / 399` comes to."""
    return _value(ast.parse(expression, mode="eval").body)


def _value(node: ast.AST) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left), _value(right))
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_value(operand))
    raise ValueError(ast.unparse(node))


def same(cell: str, value: object) -> bool:
    """Return whether a cell says a value: numbers to the decimals that it has, `–` for none."""
    if value is None:
        return cell == "–"
    if isinstance(value, int | float):
        plain = cell.replace(",", "")
        decimals = len(plain.partition(".")[2])
        return abs(float(plain) - value) <= 0.5 * 10.0**-decimals + 1e-9
    return cell == str(value)
