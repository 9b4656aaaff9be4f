"""Mermaid charts of rows, which GitHub draws.

Amounts in different currencies never share a chart: each value of the column `currency` gets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count

from crmkb.reports.presentation import escape
from crmkb.reports.presentation.escape import Ready
from crmkb.reports.presentation.formats import month
from crmkb.reports.presentation.tables import Row
from crmkb.values.display import one_line, shorten
from crmkb.values.money import say_number

MOST_SLICES = 8
MOST_BARS = 18
_WIDEST = 20
_NARROWEST, _BROADEST, _LETTER = 700, 1500, 8
NOTHING = Ready("*Nothing to draw yet.*")
_UNITS = ((1_000_000, "million"), (1_000, "thousand"), (1, ""))
# Distinguishable on white, on black, and for colour-blind people.
_BARS = "#9cc3ea, #2f6db5"
_LINES = "#2f6db5, #d98a29, #4d9a78"
_SLICES = ["#9cc3ea", "#f2c57c", "#8fc1a9", "#e39b8b", "#b7a6d3", "#d9d27a", "#7fb7be", "#c4c4c4"]


def pie(rows: Iterable[Row], label: str, value: str, title: str = "") -> Ready:
    """Return a pie chart of the positive values of a column, with at most eight slices."""
    return _each_currency(
        rows, lambda own, currency: _pie(own, label, value, _joined(title, currency))
    )


def bars(rows: Iterable[Row], label: str, values: str, title: str = "") -> Ready:
    """Return a bar chart of one column, or of two separated by a space, the second in front."""
    return _each_currency(
        rows, lambda own, currency: _bars(own, label, values.split(), title, currency)
    )


def lines(rows: Iterable[Row], label: str, values: str, title: str = "") -> Ready:
    """Return a line chart of up to three columns, over the last rows that have all values."""
    return _each_currency(
        rows, lambda own, currency: _lines(own, label, values.split(), title, currency)
    )


def fenced(picture: Iterable[str]) -> Ready:
    """Return the lines of a chart as a Markdown code block."""
    return Ready("\n".join(["```mermaid", *picture, "```"]))


def _each_currency(rows: Iterable[Row], draw: Callable[[Sequence[Row], str], list[str]]) -> Ready:
    by_currency: dict[str, list[Row]] = {}
    for row in rows:
        by_currency.setdefault(str(row.get("currency") or ""), []).append(row)
    pictures = [draw(own, currency) for currency, own in by_currency.items()]
    drawn = [fenced(picture) for picture in pictures if picture]
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
    size, unit = _unit(highest)
    series = [[max(row[value] or 0, 0) / size for row in drawn] for value in values]
    heading = _joined(title, f"{unit} {currency}".strip())
    axis = (0.0, highest / size * 1.1)
    return _chart("bar", _BARS, heading, _axis(drawn, label), axis, series)


def _lines(
    rows: Sequence[Row], label: str, values: Sequence[str], title: str, currency: str
) -> list[str]:
    drawn = [row for row in rows if all(row[value] is not None for value in values)][-MOST_BARS:]
    if len(drawn) < 2:
        return []
    series = [[row[value] for row in drawn] for value in values]
    lowest, highest = min(map(min, series)), max(map(max, series))
    size, unit = _unit(max(abs(lowest), abs(highest)))
    scaled = [[number / size for number in numbers] for numbers in series]
    heading = _joined(title, f"{unit} {currency}".strip())
    axis = (min(lowest * 1.1, 0.0) / size, max(highest * 1.1, 0.0) / size or 1.0)
    return _chart("line", _LINES, heading, _axis(drawn, label), axis, scaled)


def _chart(
    kind: str,
    colours: str,
    heading: str,
    labels: Sequence[str],
    axis: tuple[float, float],
    series: Iterable[Iterable[float]],
) -> list[str]:
    return [
        *_themed(
            ["xyChart:", f'  plotColorPalette: "{colours}"'],
            ["xyChart:", f"  width: {_width(labels)}", "  height: 320"],
        ),
        "xychart-beta",
        *([f"    title {escape.label(heading)}"] if heading else []),
        f"    x-axis [{', '.join(map(escape.label, labels))}]",
        f"    y-axis {_plain(axis[0])} --> {_plain(axis[1])}",
        *(f"    {kind} [{', '.join(map(_plain, numbers))}]" for numbers in series),
    ]


def _unit(highest: float) -> tuple[int, str]:
    return next(each for each in _UNITS if highest >= each[0] or each[0] == 1)


def _axis(rows: Iterable[Row], label: str) -> list[str]:
    """Return the labels of an axis, all different: Mermaid draws equal labels in one place."""
    labels: list[str] = []
    for row in rows:
        name = escape.lookalike(shorten(one_line(month(row[label], "none")), _WIDEST))
        numbered = (f"{name} ({number})" for number in count(2))
        labels.append(next(each for each in chain([name], numbered) if each not in labels))
    return labels


def _width(labels: Sequence[str]) -> int:
    """Return a width in pixels at which labels do not overlap, up to the width of a page."""
    longest = max(map(len, labels), default=0)
    return min(max(_NARROWEST, len(labels) * (longest + 1) * _LETTER), _BROADEST)


def _themed(variables: Iterable[str], settings: Iterable[str] = ()) -> list[str]:
    """Return the head of a chart, with its colours and other settings."""
    own = [f"  {line}" for line in settings]
    theme = [f"    {line}" for line in variables]
    return ["---", "config:", *own, "  themeVariables:", *theme, "---"]


def _joined(title: str, unit: str) -> str:
    return ", ".join(filter(None, (title, unit)))


def _title(title: str) -> str:
    return escape.label(title).strip('"')


def _plain(number: float) -> str:
    return say_number(number).replace(",", "")
