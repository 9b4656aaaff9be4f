"""Hierarchies as Mermaid flowcharts: `{{ contacts | flowchart("slug", "name") }}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crmkb.reports.presentation import escape
from crmkb.reports.presentation.charts import NOTHING, fenced
from crmkb.reports.presentation.escape import Ready, code
from crmkb.reports.presentation.formats import Setting
from crmkb.reports.presentation.tables import Row
from crmkb.values.display import one_line, shorten
from crmkb.values.money import say_number

MOST_NODES = 40
_WIDEST = 40
_SHAPES: Mapping[str, tuple[str, str]] = {
    "champion": ("([", "])"),
    "economic buyer": ("[[", "]]"),
    "blocker": ("{{", "}}"),
}
_COLOURS: Mapping[str, str] = {
    "very positive": "good",
    "positive": "good",
    "negative": "bad",
    "very negative": "bad",
}
# Dark text on light colours, whatever the theme of the page.
_CLASSES = (
    "    classDef good fill:#d3eddf,stroke:#2d7d55,color:#1f2328",
    "    classDef bad fill:#f7d9d4,stroke:#b5442f,color:#1f2328",
    "    classDef plain fill:#e8edf3,stroke:#66788a,color:#1f2328",
)
_LIST_START = re.compile(r"^(\d+)[.)](?=\s)|^[-+](?=\s)")


def flowchart(
    setting: Setting,
    rows: Iterable[Row],
    node: str,
    label: str,
    above: str = "",
    *,
    colour: str = "",
    shape: str = "",
) -> Ready:
    """Return a flowchart with one box per row; the column `above` holds the `node` of its parent.

    The columns in `label` are the lines of a box. `colour` names a column of sentiments, `shape`
    one of roles. The label should also show both, so that neither colour nor shape is the only
    sign.
    """
    listed = list(rows)
    drawn = listed[:MOST_NODES]
    if not drawn:
        return NOTHING
    ids = {str(row[node]): f"n{place}" for place, row in enumerate(drawn, start=1)}
    picture = fenced(
        [
            "flowchart BT",
            *(_box(ids[str(row[node])], row, label.split(), colour, shape) for row in drawn),
            *_edges(drawn, ids, node, above),
            *_CLASSES,
        ]
    )
    if len(listed) == len(drawn):
        return picture
    rest = say_number(len(listed) - len(drawn))
    return Ready(f"{picture}\n\n… and {rest} more: {code(setting.command)}")


def _box(name: str, row: Row, columns: Sequence[str], colour: str, shape: str) -> str:
    before, after = _SHAPES.get(_word(row[shape]), ("[", "]")) if shape else ("[", "]")
    lines = [_line(row[column]) for column in columns if row[column] not in (None, "")]
    kind = _COLOURS.get(_word(row[colour]), "plain") if colour else "plain"
    return f'    {name}{before}"{"<br/>".join(lines) or "?"}"{after}:::{kind}'


def _word(value: object) -> str:
    return str(value).replace("_", " ")


def _line(value: object) -> str:
    """Return a line of a label; some versions of Mermaid would turn `1. x` into a list."""
    plain = escape.label(shorten(one_line(str(value)), _WIDEST)).strip('"')
    return _LIST_START.sub(lambda start: f"{start[1]}:" if start[1] else "–", plain)


def _edges(rows: Iterable[Row], ids: Mapping[str, str], node: str, above: str) -> Iterator[str]:
    for row in rows if above else ():
        own, other = ids[str(row[node])], ids.get(str(row[above]))
        if other is not None and other != own:
            yield f"    {own} -->|reports to| {other}"
