"""Tables for people: which columns fit, how wide each is, and the lines to print.

Pure: the width and the style of the terminal come from `output`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmkb.text import shorten, text_width

GAP = "  "
COMFORTABLE = 24
"""A text column is this wide before an optional column is left out for it."""
NARROWEST = 8
WIDEST = 60
"""Where no width is given, a text is cut here."""

Paint = Callable[[str, str], str]
"""Returns a text in a style."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as a table shows it: a style may be bold, dim, red, green, yellow or cyan."""

    text: str
    style: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How columns may give way: `optional` are left out in this order, `whole` are never cut."""

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
    """Yield the lines of a table, at most `width` columns of the terminal wide if one is given.

    What does not fit that way is written as a block a row.
    """
    if not rows:
        yield paint(GAP.join(names), "bold")
        return
    columns = [
        _Column.of(name, [row[place] for row in rows], is_whole=name in layout.whole)
        for place, name in enumerate(names)
    ]
    wanted = {column.name: column.width for column in columns}
    if width is None:
        yield from _drawn(columns, {name: min(w, WIDEST) for name, w in wanted.items()}, paint)
        return
    columns = _kept(columns, layout.optional, width)
    widths = _fitted(columns, width)
    if widths is None:
        yield from _blocks(columns, paint)
    else:
        yield from _drawn(columns, widths, paint)


def _kept(columns: Sequence[_Column], optional: Sequence[str], width: int) -> list[_Column]:
    """Return the columns without the optional ones that are empty or have no room."""
    kept = [column for column in columns if column.name not in optional or column.is_filled]
    for name in optional:
        if _total(_comfortable(column) for column in kept) <= width:
            break
        kept = [column for column in kept if column.name != name]
    return kept


def _comfortable(column: _Column) -> int:
    return min(column.width, COMFORTABLE) if column.can_give_way else column.width


def _total(widths: Iterator[int]) -> int:
    sizes = list(widths)
    return sum(sizes) + len(GAP) * (len(sizes) - 1)


def _fitted(columns: Sequence[_Column], width: int) -> dict[str, int] | None:
    """Return the widths that fit, the widest texts cut first; None where none do."""
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
    heads = [Cell(column.name, "bold") for column in columns]
    for row in [heads, *zip(*(column.cells for column in columns), strict=True)]:
        parts = [
            _padded(cell, widths[column.name], column, paint, is_last=column is columns[-1])
            for cell, column in zip(row, columns, strict=True)
        ]
        yield GAP.join(parts).rstrip()


def _padded(cell: Cell, width: int, column: _Column, paint: Paint, *, is_last: bool) -> str:
    text = cell.text if column.is_whole else shorten(cell.text, width)
    blanks = " " * (width - text_width(text))
    shown = paint(text, cell.style)
    if column.is_number:
        return blanks + shown
    return shown if is_last else shown + blanks


def _blocks(columns: Sequence[_Column], paint: Paint) -> Iterator[str]:
    """Yield a line a value, for rows that are too wide to stand side by side."""
    margin = max(text_width(column.name) for column in columns)
    for number in range(len(columns[0].cells)):
        if number:
            yield ""
        for column in columns:
            cell = column.cells[number]
            name = column.name + " " * (margin - text_width(column.name))
            yield f"{paint(name, 'bold')}{GAP}{paint(cell.text, cell.style)}".rstrip()
