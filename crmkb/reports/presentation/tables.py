"""Rows as Markdown tables: `{{ deals | table(money="value") }}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from crmkb.reports.presentation import formats
from crmkb.reports.presentation.escape import Ready, code, text
from crmkb.reports.presentation.formats import Setting, rounded
from crmkb.values.money import say_money, say_number

MOST_ROWS = 50

Row = Mapping[str, Any]

FORMATS: dict[str, Callable[[Any], Ready]] = {
    "number": formats.number,
    "percent": formats.percent,
    "days": formats.days,
    "ago": formats.ago,
    "day": formats.day,
    "month": formats.month,
    "light": formats.light,
}
_CHANGE = "change"
_SAID = {"csm": "CSM", "nps": "NPS"}
"""Words in column names that are written in capitals."""
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
    """Return rows as a Markdown table of all columns, or of the given ones in order.

    A column `NAME_path` makes the column `NAME` a link, `NAME_line` a link to that line. Formats
    are given by their filter: `money="value weighted"`. The column `currency` holds the currency of
    amounts, and `change` combines with another format. `headings` replaces headings made from
    column names. A table with more than `most` rows is cut, and names the command that shows the
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
    """A table was given an unknown format, or a column that the query does not have."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A table being drawn, with the format of each column."""

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
        """Return the columns to show by default: all except places and the currency of amounts."""
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
        """Return the heading of a column, with the currency if all amounts share one."""
        self._expect(column)
        words = self.headings.get(column) or _words(column)
        if self.formats.get(column) == "money" and len(self.currencies) == 1:
            words = f"{words}, {min(self.currencies)}"
        return text(words)

    def is_number(self, column: str) -> bool:
        """Return whether a column is aligned to the right."""
        if column in self.formats:
            return self.formats[column] in _TO_THE_RIGHT
        values = [row[column] for row in self.rows if row[column] is not None]
        return bool(values) and all(isinstance(value, int | float) for value in values)

    def cell(self, row: Row, column: str) -> Ready:
        """Return one cell of a row, formatted."""
        value = row[column]
        if column in self.changes and value is not None:
            return formats.change(value, self._said(row, column, abs(value)))
        return self._said(row, column, value)

    def _said(self, row: Row, column: str, value: Any) -> Ready:
        name = self.formats.get(column)
        if name == "money":
            return self._money(row, value)
        if name:
            return Ready(FORMATS[name](value))
        if path := row.get(f"{column}_path"):
            return formats.link(self.setting, value, path, row.get(f"{column}_line"))
        return formats.number(value) if isinstance(value, int | float) else formats.cell(value)

    def _money(self, row: Row, amount: float | None) -> Ready:
        if amount is not None and len(self.currencies) == 1:
            return Ready(say_money(rounded(amount), ""))
        return formats.money(self.setting, amount, row.get("currency"))

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
