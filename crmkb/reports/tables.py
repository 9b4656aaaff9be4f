"""Rows as Markdown tables: `{{ deals | table(money="value") }}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from crmkb.money import say_money
from crmkb.reports import filters
from crmkb.reports.escape import Ready, text
from crmkb.reports.filters import Setting, rounded

MOST_ROWS = 50

Row = Mapping[str, Any]

_FORMATS: dict[str, Callable[[Any], Ready]] = {
    "number": filters.number,
    "percent": filters.percent,
    "days": filters.days,
    "ago": filters.ago,
    "day": filters.day,
    "month": filters.month,
}


def table(
    setting: Setting,
    rows: Iterable[Row],
    columns: str | Sequence[str] = (),
    *,
    empty: str = "Nothing to show.",
    most: int = MOST_ROWS,
    **formats: str | Sequence[str],
) -> Ready:
    """Return rows as a table: all columns, or those named, in order.

    A column beside another that is called the same and `_path` makes a link of it. Formats are
    named by their filter: `money="value weighted"`, `day="close_date"`; the column `currency`
    says of what an amount is. A table longer than `most` is cut, and says so.
    """
    listed = list(rows)
    if not listed:
        return Ready(f"*{text(empty)}*")
    drawing = _Drawing(
        setting,
        listed,
        {column: name for name in formats for column in _names(formats[name])},
        {str(row.get("currency") or setting.currency) for row in listed},
    )
    shown = _names(columns) or drawing.own_columns()
    lines = [
        _line(drawing.heading(column) for column in shown),
        _line("---:" if drawing.is_number(column) else "---" for column in shown),
        *(_line(drawing.cell(row, column) for column in shown) for row in listed[:most]),
    ]
    if len(listed) > most:
        lines += ["", f"*{filters.count(len(listed) - most, 'more row')} not shown.*"]
    return Ready("\n".join(lines))


class UnknownFormat(ValueError):
    """A table is asked for a format there is not, or for a column the query does not have."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A table being drawn: how each column is formatted."""

    setting: Setting
    rows: Sequence[Row]
    formats: Mapping[str, str]
    currencies: Set[str]

    def __post_init__(self) -> None:
        known = ("money", *_FORMATS)
        for column, name in self.formats.items():
            if name not in known:
                raise UnknownFormat(f"no format {name!r}; there are {', '.join(known)}")
            self._expect(column)

    def own_columns(self) -> list[str]:
        """Return the columns that are not only there for others: paths, and the currency."""
        has_money = "money" in self.formats.values()
        return [
            column
            for column in self.rows[0]
            if not (column.endswith("_path") and column.removesuffix("_path") in self.rows[0])
            and not (column == "currency" and has_money)
        ]

    def heading(self, column: str) -> str:
        """Return a column's name for people, with the currency where all amounts share one."""
        self._expect(column)
        words = column.replace("_", " ")
        words = words[:1].upper() + words[1:]
        if self.formats.get(column) == "money" and len(self.currencies) == 1:
            words = f"{words}, {min(self.currencies)}"
        return text(words)

    def is_number(self, column: str) -> bool:
        """Return whether a column is drawn to the right."""
        if column in self.formats:
            return self.formats[column] in ("money", "number", "percent", "days")
        values = [row[column] for row in self.rows if row[column] is not None]
        return bool(values) and all(isinstance(value, int | float) for value in values)

    def cell(self, row: Row, column: str) -> Ready:
        """Return one cell."""
        value, name = row[column], self.formats.get(column)
        if name == "money":
            return self._money(row, value)
        if name:
            return Ready(_FORMATS[name](value))
        if path := row.get(f"{column}_path"):
            return filters.link(self.setting, value, path)
        return filters.number(value) if isinstance(value, int | float) else filters.cell(value)

    def _money(self, row: Row, amount: float | None) -> Ready:
        if amount is not None and len(self.currencies) == 1:
            return Ready(say_money(rounded(amount), ""))
        return filters.money(self.setting, amount, row.get("currency"))

    def _expect(self, column: str) -> None:
        if column not in self.rows[0]:
            raise UnknownFormat(f"no column {column!r}; there are {', '.join(self.rows[0])}")


def _names(columns: str | Sequence[str]) -> list[str]:
    return columns.split() if isinstance(columns, str) else list(columns)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
