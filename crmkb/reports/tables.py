"""Rows as Markdown tables: `{{ deals | table(money="value") }}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from crmkb.money import say_money, say_number
from crmkb.reports import filters
from crmkb.reports.escape import Ready, code, text
from crmkb.reports.filters import Setting, rounded

MOST_ROWS = 50

Row = Mapping[str, Any]

FORMATS: dict[str, Callable[[Any], Ready]] = {
    "number": filters.number,
    "percent": filters.percent,
    "days": filters.days,
    "ago": filters.ago,
    "day": filters.day,
    "month": filters.month,
    "light": filters.light,
}
_CHANGE = "change"
_SAID = {"csm": "CSM", "nps": "NPS"}
"""Words of a column's name that people write in capitals."""
_TO_THE_RIGHT = ("money", "number", "percent", "days")


def table(
    setting: Setting,
    rows: Iterable[Row],
    columns: str | Sequence[str] = (),
    *,
    empty: str = "Nothing to show.",
    most: int = MOST_ROWS,
    headings: Mapping[str, str] | None = None,
    **formats: str | Sequence[str],
) -> Ready:
    """Return rows as a table: all columns, or those named, in order.

    A column beside another that is called the same and `_path` makes a link of it, one with
    `_line` a link to that line. Formats are named by their filter: `money="value weighted"`; the
    column `currency` says of what an amount is, and `change` goes with another format. `headings`
    say what is not the column's name. A table longer than `most` is cut, and says how to see the
    rest.
    """
    listed = list(rows)
    if not listed:
        return Ready(f"*{text(empty)}*")
    drawing = _Drawing(
        setting,
        listed,
        {c: name for name in formats if name != _CHANGE for c in _names(formats[name])},
        frozenset(_names(formats.get(_CHANGE, ()))),
        {str(row.get("currency") or setting.currency) for row in listed},
        headings or {},
    )
    shown = _names(columns) or drawing.own_columns()
    lines = [
        _line(drawing.heading(column) for column in shown),
        _line("---:" if drawing.is_number(column) else "---" for column in shown),
        *(_line(drawing.cell(row, column) for column in shown) for row in listed[:most]),
    ]
    if len(listed) > most:
        rest = say_number(len(listed) - most)
        lines += ["", f"… and {rest} more: {code(setting.command)}"]
    return Ready("\n".join(lines))


class UnknownFormat(ValueError):
    """A table is asked for a format there is not, or for a column the query does not have."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A table being drawn: how each column is formatted."""

    setting: Setting
    rows: Sequence[Row]
    formats: Mapping[str, str]
    changes: Set[str]
    currencies: Set[str]
    headings: Mapping[str, str]

    def __post_init__(self) -> None:
        known = ("money", _CHANGE, *FORMATS)
        for column, name in self.formats.items():
            if name not in known:
                raise UnknownFormat(f"no format {name!r}; there are {', '.join(known)}")
            self._expect(column)
        for column in self.changes:
            self._expect(column)

    def own_columns(self) -> list[str]:
        """Return the columns that are not only there for others: places, and the currency."""
        has_money = "money" in self.formats.values()
        return [
            column
            for column in self.rows[0]
            if not self._is_place(column) and not (column == "currency" and has_money)
        ]

    def _is_place(self, column: str) -> bool:
        name, _, last = column.rpartition("_")
        return last in ("path", "line") and name in self.rows[0]

    def heading(self, column: str) -> str:
        """Return a column's name for people, with the currency where all amounts share one."""
        self._expect(column)
        words = self.headings.get(column) or _words(column)
        if self.formats.get(column) == "money" and len(self.currencies) == 1:
            words = f"{words}, {min(self.currencies)}"
        return text(words)

    def is_number(self, column: str) -> bool:
        """Return whether a column is drawn to the right."""
        if column in self.formats:
            return self.formats[column] in _TO_THE_RIGHT
        values = [row[column] for row in self.rows if row[column] is not None]
        return bool(values) and all(isinstance(value, int | float) for value in values)

    def cell(self, row: Row, column: str) -> Ready:
        """Return one cell."""
        value = row[column]
        if column in self.changes and value is not None:
            return filters.change(value, self._said(row, column, abs(value)))
        return self._said(row, column, value)

    def _said(self, row: Row, column: str, value: Any) -> Ready:
        name = self.formats.get(column)
        if name == "money":
            return self._money(row, value)
        if name:
            return Ready(FORMATS[name](value))
        if path := row.get(f"{column}_path"):
            return filters.link(self.setting, value, path, row.get(f"{column}_line"))
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


def _words(column: str) -> str:
    words = " ".join(_SAID.get(word, word) for word in column.split("_"))
    return words[:1].upper() + words[1:]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
