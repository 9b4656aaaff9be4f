"""Mermaid pictures of rows, which GitHub draws.

Amounts of several currencies never share a picture: rows with a column `currency` get one each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crmkb.money import say_number
from crmkb.reports import escape
from crmkb.reports.escape import Ready
from crmkb.reports.filters import month
from crmkb.reports.tables import Row

MOST_SLICES = 8
MOST_BARS = 18
NOTHING = Ready("*Nothing to draw yet.*")
_UNITS = ((1_000_000, "million"), (1_000, "thousand"), (1, ""))
# Told apart on white and on black, and by the colour-blind.
_BARS = "#9cc3ea, #2f6db5"
_SLICES = ["#9cc3ea", "#f2c57c", "#8fc1a9", "#e39b8b", "#b7a6d3", "#d9d27a", "#7fb7be", "#c4c4c4"]


def pie(rows: Iterable[Row], label: str, value: str, title: str = "") -> Ready:
    """Return a pie of a column's positive values; beyond eight slices the smallest become one."""
    return _each_currency(
        rows, lambda own, currency: _pie(own, label, value, _joined(title, currency))
    )


def bars(rows: Iterable[Row], label: str, values: str, title: str = "") -> Ready:
    """Return bars of one column, or of two separated by a blank, the second before the first."""
    return _each_currency(
        rows, lambda own, currency: _bars(own, label, values.split(), title, currency)
    )


def _each_currency(rows: Iterable[Row], draw: Callable[[Sequence[Row], str], list[str]]) -> Ready:
    by_currency: dict[str, list[Row]] = {}
    for row in rows:
        by_currency.setdefault(str(row.get("currency") or ""), []).append(row)
    pictures = [draw(own, currency) for currency, own in by_currency.items()]
    drawn = ["\n".join(["```mermaid", *lines, "```"]) for lines in pictures if lines]
    return Ready("\n\n".join(drawn)) if drawn else NOTHING


def _pie(rows: Sequence[Row], label: str, value: str, title: str) -> list[str]:
    slices = [(str(row[label]), row[value]) for row in rows if (row[value] or 0) > 0]
    if len(slices) > MOST_SLICES:
        slices.sort(key=lambda each: (-each[1], each[0]))
        rest = slices[MOST_SLICES - 1 :]
        slices = [*slices[: MOST_SLICES - 1], (f"{len(rest)} others", sum(v for _, v in rest))]
    if not slices:
        return []
    named = enumerate(_SLICES[: len(slices)], start=1)
    colours = [f'pie{number}: "{colour}"' for number, colour in named]
    return [
        *_themed([*colours, 'pieSectionTextColor: "#1f2328"', 'pieStrokeWidth: "1px"']),
        f"pie title {_title(title)}" if title else "pie",
        *(f"    {escape.label(name)} : {_plain(size)}" for name, size in slices),
    ]


def _bars(
    rows: Sequence[Row], label: str, values: Sequence[str], title: str, currency: str
) -> list[str]:
    drawn = rows[:MOST_BARS]
    highest = max((row[value] or 0 for row in drawn for value in values), default=0)
    if highest <= 0:
        return []
    size, unit = next(each for each in _UNITS if highest >= each[0] or each[0] == 1)
    labels = ", ".join(escape.label(month(row[label], "none")) for row in drawn)
    series = [
        ", ".join(_plain(max(row[value] or 0, 0) / size) for row in drawn) for value in values
    ]
    heading = _joined(title, f"{unit} {currency}".strip())
    return [
        *_themed(["xyChart:", f'  plotColorPalette: "{_BARS}"']),
        "xychart-beta",
        *([f"    title {escape.label(heading)}"] if heading else []),
        f"    x-axis [{labels}]",
        f"    y-axis 0 --> {_plain(highest / size * 1.1)}",
        *(f"    bar [{numbers}]" for numbers in series),
    ]


def _themed(variables: Iterable[str]) -> list[str]:
    """Return the head of a picture that sets its colours."""
    return ["---", "config:", "  themeVariables:", *(f"    {line}" for line in variables), "---"]


def _joined(title: str, unit: str) -> str:
    return ", ".join(filter(None, (title, unit)))


def _title(title: str) -> str:
    return escape.label(title).strip('"')


def _plain(number: float) -> str:
    return say_number(number).replace(",", "")
