"""Whatever people are called: no table, picture or link breaks, and the name is shown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import mermaidx  # type: ignore[import-untyped]
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from crmkb.reports.presentation.charts import bars, lines, pie
from crmkb.reports.presentation.flowcharts import flowchart
from crmkb.reports.presentation.formats import Setting, link
from crmkb.reports.presentation.tables import table
from crmkb.values.display import one_line
from tests.reports.looked_at import PARSER, pictures

HERE = Setting("customers/acme/context", "EUR")
ODD = "_*`[]()<>|~$\\&#;amp1.-+=! \n\t:/w\"'{}%^@,"
NAMES = st.text(max_size=40) | st.text(alphabet=ODD, min_size=1, max_size=16)
FEW = settings(max_examples=5, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""To draw takes a second, so no smaller failure is looked for."""
BOX = re.compile(r'    n\d+(\[|\(\[|\[\[|\{\{)"[^"]*"(\]|\]\)|\]\]|\}\}):::(good|bad|plain)')


def rows_of(names: list[str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "name": name, "above": names[0], "size": place + 1.5, "n": place}
        for place, name in enumerate(names)
    ]


@given(st.lists(NAMES, min_size=1, max_size=4), NAMES)
def test_a_table_keeps_its_rows_and_cells(names: list[str], currency: str) -> None:
    rows = [
        {"name": name, "name_path": f"customers/{n}.md", "of": name, "sum": 5, "currency": currency}
        for n, name in enumerate(names)
    ]
    html = PARSER.render(f"{table(HERE, rows, money='sum')}\n")
    assert html.count("<table>") == html.count("</table>") == 1
    assert html.count("<tr>") == len(names) + 1
    cells = [unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)]
    assert len(cells) == 3 * len(names)
    assert cells[1::3] == [one_line(name) or "–" for name in names]
    assert html.count("<a href=") == len(names)


FILES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


@given(NAMES, FILES)
def test_a_link_is_one_link_to_its_file(name: str, file: str) -> None:
    path = f"customers/{file.replace('/', '-').replace('.', '-')}/profile.md"
    html = PARSER.render(f"{link(HERE, name, path)}\n")
    [target] = re.findall(r'<a href="([^"]*)">', html)
    assert unquote(unescape(target)) == path.replace("customers", "../..", 1)
    assert re.sub(r"</?(?:a|p)\b[^>]*>", "", html).strip() != ""


@given(st.lists(NAMES, min_size=1, max_size=5, unique=True))
def test_a_flowchart_is_a_box_for_each_name(names: list[str]) -> None:
    [source] = pictures(f"{flowchart(HERE, rows_of(names), 'id', 'name name', 'above')}\n")
    head, *rest = source.splitlines()
    assert head == "flowchart BT"
    assert all(BOX.fullmatch(line) for line in rest[: len(names)])
    assert len(rest) == len(names) + (len(names) - 1) + 3  # boxes, edges, colours


@given(st.lists(NAMES, min_size=2, max_size=5), NAMES)
@example([")", "}"], "")  # shown alike
@example(["a", "a", "a (2)"], "")
def test_a_chart_is_one_block_with_a_label_for_each_row(names: list[str], title: str) -> None:
    rows = rows_of(names)
    for draw in (bars, lines):
        [source] = pictures(f"{draw(rows, 'name', 'size', title)}\n")
        [axis] = [line for line in source.splitlines() if "x-axis" in line]
        labels = re.findall(r'"([^"]+)"', axis)
        assert len(set(labels)) == len(labels) == len(names)
    [source] = pictures(f"{pie(rows, 'name', 'size', title)}\n")
    assert len(re.findall(r'^    "[^"]+" : [\d.]+$', source, re.MULTILINE)) == len(names)


@FEW
@given(st.lists(NAMES, min_size=3, max_size=8, unique=True), NAMES)
def test_mermaid_draws_them(names: list[str], title: str) -> None:
    rows = rows_of(names)
    for drawing in (
        flowchart(HERE, rows, "id", "name id", "above"),
        pie(rows, "name", "size", title),
        lines(rows, "name", "size n", title),
    ):
        [source] = pictures(f"{drawing}\n")
        assert "<svg" in mermaidx.render(source).svg()
