"""Mermaid pictures: drawn by Mermaid itself, whatever the names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mermaidx  # type: ignore[import-untyped]
import pytest

from crmkb.reports.presentation.charts import NOTHING, bars, lines, pie
from crmkb.reports.presentation.flowcharts import flowchart
from crmkb.reports.presentation.formats import Setting

HOSTILE = [
    '"quoted"',
    "100 % sure",
    "%%{init: {}}%%",
    "a;b",
    "[x](y)",
    "|<b>x",
    "#quot; #35;",
    "`back`ticks```",
    "{curly}",
    "back\\slash",
    "line\nbreak",
    "title x",
    "end",
    "日本語 🚀",
    "",
]
HERE = Setting("reporting", "EUR", "crm report own --json")
GOLDEN = Path(__file__).parents[2] / "golden" / "workspace" / "reporting"


def pictures(text: str) -> Iterator[str]:
    yield from re.findall(r"^```mermaid\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def drawn(text: str) -> list[str]:
    return [mermaidx.render(source).svg() for source in pictures(text)]


def test_a_broken_picture_would_be_noticed() -> None:
    with pytest.raises(RuntimeError):
        drawn('```mermaid\npie\n    "A : 3\n```')


def test_the_pictures_of_the_golden_pages_are_drawn() -> None:
    text = (GOLDEN / "pipeline_dashboard.md").read_text(encoding="utf-8")
    svgs = drawn(text)
    assert len(svgs) >= 4  # of stages and of months, in two currencies
    for label in ("Business case", "no close date"):
        assert any(label in svg for svg in svgs)


def test_hostile_names_break_no_picture() -> None:
    rows = [{"name": name, "value": 100 + place} for place, name in enumerate(HOSTILE)]
    for start in range(0, len(rows), 8):
        assert len(drawn(pie(rows[start : start + 8], "name", "value", HOSTILE[start]))) == 1
    [svg] = drawn(bars(rows, "name", "value", 'A "title" of 5 %'))
    assert "日本語" in svg
    assert "(x" not in svg.split("<style")[0]


def test_a_picture_never_mixes_currencies() -> None:
    rows = [
        {"stage": "Discovery", "value": 10, "currency": "EUR"},
        {"stage": "Discovery", "value": 900, "currency": "NOK"},
        {"stage": "Negotiation", "value": 20, "currency": "EUR"},
    ]
    euros, crowns = pictures(pie(rows, "stage", "value", "By stage"))
    assert "By stage, EUR" in euros
    assert '"Discovery" : 10\n    "Negotiation" : 20\n' in euros
    assert "By stage, NOK" in crowns
    assert "900" in crowns


def test_the_smallest_slices_become_one() -> None:
    rows = [{"owner": f"rep {size}", "value": size} for size in range(1, 13)]
    [picture] = pictures(pie(rows, "owner", "value"))
    assert picture.count('" : ') == 8
    assert '"5 others" : 15' in picture


def test_without_anything_to_draw_a_sentence_says_so() -> None:
    assert pie([], "a", "b") == NOTHING
    assert pie([{"a": "x", "b": None}, {"a": "y", "b": 0}], "a", "b") == NOTHING
    assert bars([], "a", "b") == NOTHING
    assert bars([{"a": "x", "b": None}], "a", "b") == NOTHING
    assert lines([{"a": "x", "b": 1}, {"a": "y", "b": None}], "a", "b") == NOTHING
    assert flowchart(HERE, [], "slug", "name") == NOTHING


def test_amounts_are_drawn_in_thousands_or_millions() -> None:
    [thousands] = pictures(bars([{"month": "2026-11", "value": 48000}], "month", "value", "V"))
    assert 'title "V, thousand"' in thousands
    assert 'x-axis ["Nov 2026"]' in thousands
    assert "bar [48]" in thousands
    [millions] = pictures(bars([{"month": None, "value": 2_500_000}], "month", "value"))
    assert 'x-axis ["none"]' in millions
    assert "bar [2.5]" in millions


def test_lines_leave_out_what_is_unknown_and_go_below_zero() -> None:
    rows: list[dict[str, Any]] = [
        {"month": "2026-09", "nps": -38.6, "asked": 4},
        {"month": "2026-10", "nps": None, "asked": 2},
        {"month": "2026-11", "nps": 20, "asked": 5},
    ]
    text = lines(rows, "month", "nps asked", "NPS")
    [picture] = pictures(text)
    assert 'x-axis ["Sep 2026", "Nov 2026"]' in picture
    assert "y-axis -42.46 --> 22" in picture
    assert "line [-38.6, 20]\n    line [4, 5]\n" in picture
    assert "Nov 2026" in drawn(text)[0]


def test_lines_show_the_last_and_bars_the_first_rows() -> None:
    rows = [{"week": f"W{week}", "calls": week} for week in range(1, 31)]
    assert '["W13", "W14"' in lines(rows, "week", "calls")
    assert '["W1", "W2"' in bars(rows, "week", "calls")


def test_labels_that_are_the_same_are_told_apart() -> None:
    rows = [{"name": "Acme", "value": 1}, {"name": "Acme", "value": 2}]
    assert '["Acme", "Acme (2)"]' in bars(rows, "name", "value")


def test_a_chart_is_as_wide_as_its_labels_need() -> None:
    few = [{"name": f"{n}", "value": n} for n in range(3)]
    many = [{"name": f"A customer of number {n}", "value": n} for n in range(12)]
    assert "width: 700\n" in bars(few, "name", "value")
    assert "width: 1500\n" in bars(many, "name", "value")


PEOPLE: list[dict[str, Any]] = [
    {"slug": "bob", "name": "Bob", "role": "economic buyer", "mood": "positive", "above": None},
    {"slug": "ann", "name": "1. Ann", "role": "champion", "mood": "very_negative", "above": "bob"},
    {"slug": "end", "name": "end", "role": None, "mood": None, "above": "gone"},
    {"slug": "me", "name": None, "role": "blocker", "mood": "neutral", "above": "me"},
]


def test_a_flowchart_shows_shapes_colours_and_who_is_above() -> None:
    text = flowchart(HERE, PEOPLE, "slug", "name role", "above", colour="mood", shape="role")
    [picture] = pictures(text)
    assert picture.startswith(
        "flowchart BT\n"
        '    n1[["Bob<br/>economic buyer"]]:::good\n'
        '    n2(["1: Ann<br/>champion"]):::bad\n'
        '    n3["end"]:::plain\n'
        '    n4{{"blocker"}}:::plain\n'
        "    n2 -->|reports to| n1\n"
        "    classDef "
    )
    assert "Bob" in drawn(text)[0]


def test_a_flowchart_of_many_is_cut_and_says_so() -> None:
    many = [{"slug": f"p{n}", "name": f"P {n}"} for n in range(50)]
    text = flowchart(HERE, many, "slug", "name")
    assert text.endswith("```\n\n… and 10 more: `crm report own --json`")
    assert text.count(":::plain") == 40
