"""Mermaid pictures: drawn by Mermaid itself, whatever the names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import mermaidx  # type: ignore[import-untyped]
import pytest

from crmkb.reports.pictures import NOTHING, bars, pie

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
GOLDEN = Path(__file__).parents[1] / "golden" / "workspace" / "reporting"


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
    assert len(svgs) == 4  # of stages and of months, in two currencies
    assert "Business case" in svgs[0]
    assert "no close date" in svgs[2]


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


def test_amounts_are_drawn_in_thousands_or_millions() -> None:
    [thousands] = pictures(bars([{"month": "2026-11", "value": 48000}], "month", "value", "V"))
    assert 'title "V, thousand"' in thousands
    assert 'x-axis ["Nov 2026"]' in thousands
    assert "bar [48]" in thousands
    [millions] = pictures(bars([{"month": None, "value": 2_500_000}], "month", "value"))
    assert 'x-axis ["none"]' in millions
    assert "bar [2.5]" in millions
