"""Tables for people: the columns that fit, their widths, and the lines to print.

The module has no side effects: `output` passes the width and the styles of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmkb.interface.answer import Cell, Tone
from crmkb.values.display import shorten, text_width

GAP = "  "
COMFORTABLE = 24
"""An optional column is left out if a text column would otherwise be narrower than this."""
NARROWEST = 8
WIDEST = 60
"""If no width is given, texts are cut to this width."""

Paint = Callable[[str, Tone], str]
"""A function that styles a text according to its tone."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How columns shrink: `optional` ones go in this order, `whole` ones are never cut."""

    optional: Sequence[str] = ()
    whole: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    cells: Sequence[Cell]
    is_whole: bool
    is_number: bool
    is_filled: bool
    width: int

    @classmethod
    def of(cls, name: str, cells: Sequence[Cell], *, is_whole: bool) -> _Column:
        filled = [cell for cell in cells if cell.text]
        width = max([text_width(name), *(text_width(cell.text) for cell in filled)])
        is_number = bool(filled) and all(cell.is_number for cell in filled)
        return cls(name, cells, is_whole, is_number, bool(filled), width)

    @property
    def can_give_way(self) -> bool:
        return not self.is_whole and not self.is_number


def lines(
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    width: int | None,
    layout: Layout,
    paint: Paint,
) -> Iterator[str]:
    """Yield the lines of a table, at most `width` terminal columns wide if a width is given.

    A table that cannot fit is written as one block per row.
    """
    if not rows:
        yield paint(GAP.join(names), "strong")
        return
    columns = [
        _Column.of(name, [row[place] for row in rows], is_whole=name in layout.whole)
        for place, name in enumerate(names)
    ]
    wanted = {column.name: column.width for column in columns}
    if width is None:
        yield from _drawn(columns, {name: min(w, WIDEST) for name, w in wanted.items()}, paint)
        return
    columns = _columns_that_fit(columns, layout.optional, width)
    widths = _fitted(columns, width)
    if widths is None:
        yield from _blocks(columns, paint)
    else:
        yield from _drawn(columns, widths, paint)


def _columns_that_fit(
    columns: Sequence[_Column], optional: Sequence[str], width: int
) -> list[_Column]:
    """Return the columns without the optional ones that are empty or do not fit."""
    left = [column for column in columns if column.name not in optional or column.is_filled]
    for name in optional:
        if _total(_comfortable(column) for column in left) <= width:
            break
        left = [column for column in left if column.name != name]
    return left


def _comfortable(column: _Column) -> int:
    return min(column.width, COMFORTABLE) if column.can_give_way else column.width


def _total(widths: Iterator[int]) -> int:
    sizes = list(widths)
    return sum(sizes) + len(GAP) * (len(sizes) - 1)


def _fitted(columns: Sequence[_Column], width: int) -> dict[str, int] | None:
    """Return widths that fit, reducing the widest text columns first, or None if none fit."""
    widths = {column.name: column.width for column in columns}
    soft = [column.name for column in columns if column.can_give_way]
    while (excess := _total(iter(widths.values())) - width) > 0:
        widest = max(soft, key=lambda name: widths[name], default=None)
        if widest is None or widths[widest] <= NARROWEST:
            return None
        others = [widths[name] for name in soft if name != widest]
        step = widths[widest] - max([NARROWEST, *(w for w in others if w < widths[widest])])
        widths[widest] -= max(1, min(step, excess))
    return widths


def _drawn(columns: Sequence[_Column], widths: Mapping[str, int], paint: Paint) -> Iterator[str]:
    heads = [Cell(column.name, "strong") for column in columns]
    for row in [heads, *zip(*(column.cells for column in columns), strict=True)]:
        parts = [
            _padded(cell, widths[column.name], column, paint, is_last=column is columns[-1])
            for cell, column in zip(row, columns, strict=True)
        ]
        yield GAP.join(parts).rstrip()


def _padded(cell: Cell, width: int, column: _Column, paint: Paint, *, is_last: bool) -> str:
    text = cell.text if column.is_whole else shorten(cell.text, width)
    blanks = " " * (width - text_width(text))
    shown = paint(text, cell.tone)
    if column.is_number:
        return blanks + shown
    return shown if is_last else shown + blanks


def _blocks(columns: Sequence[_Column], paint: Paint) -> Iterator[str]:
    """Yield one line per value, for columns that do not fit side by side."""
    margin = max(text_width(column.name) for column in columns)
    for number in range(len(columns[0].cells)):
        if number:
            yield ""
        for column in columns:
            cell = column.cells[number]
            name = column.name + " " * (margin - text_width(column.name))
            yield f"{paint(name, 'strong')}{GAP}{paint(cell.text, cell.tone)}".rstrip()
