"""What templates write with: values for people, and text that stays text."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from crmkb.reports.presentation import escape
from crmkb.reports.presentation.formats import Setting, link
from crmkb.reports.presentation.tables import UnknownFormat
from crmkb.reports.presentation.template_filters import EVERYWHERE, OF_A_PAGE, finalize
from crmkb.values.display import one_line

HERE = Setting("reporting", "EUR")
MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def said(name: str, *values: Any, **options: Any) -> str:
    write = partial(OF_A_PAGE[name], HERE) if name in OF_A_PAGE else EVERYWHERE[name]
    return str(write(*values, **options)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "name, value, shown",
    [
        ("money", 50000, "EUR 50,000"),
        ("money", 12.5, "EUR 12.50"),
        ("money", 1234.56, "EUR 1,235"),
        ("money", -2000, "-EUR 2,000"),
        ("money", None, "–"),
        ("percent", 0.425, "42%"),
        ("percent", 1, "100%"),
        ("percent", None, "–"),
        ("number", 1234.5, "1,234.5"),
        ("days", 1, "1 day"),
        ("days", 12, "12 days"),
        ("days", None, "–"),
        ("ago", 0, "today"),
        ("ago", 1, "yesterday"),
        ("ago", 30, "30 days ago"),
        ("ago", None, "never"),
        ("day", "2026-11-07", "7 Nov 2026"),
        ("day", "2026-11-07T14:30:00", "7 Nov 2026"),
        ("day", None, "–"),
        ("day", "soon", "soon"),
        ("month", "2026-02", "Feb 2026"),
        ("month", None, "–"),
        ("light", "excellent", "🟢 excellent"),
        ("light", "at_risk", "🟡 at risk"),
        ("light", "critical", "🔴 critical"),
        ("light", "so so", "⚪ so so"),
        ("light", None, "⚪ unknown"),
        ("change", 3, "▲ 3"),
        ("change", -1234.5, "▼ 1,234.5"),
        ("change", 0, "±0"),
        ("change", None, "–"),
        ("text", "a|b", "a\\|b"),
        ("text", "x" * 100, "x" * 79 + "…"),
    ],
)
def test_values_are_written_for_people(name: str, value: Any, shown: str) -> None:
    assert said(name, value) == shown


def test_a_count_goes_with_its_noun() -> None:
    assert said("count", 1, "deal") == "1 deal"
    assert said("count", 0, "deal") == "0 deals"
    assert said("count", 2, "date has", "dates have") == "2 dates have"


def test_a_change_is_written_as_another_filter_writes_its_size() -> None:
    assert said("change", -5000, "money", "NOK") == "▼ NOK 5,000"
    assert said("change", 0.05, "percent") == "▲ 5%"
    assert said("change", 0, "money") == "±EUR 0"


def test_an_amount_may_name_its_currency() -> None:
    assert said("money", 5, "NOK") == "NOK 5"


def test_a_link_is_seen_from_the_page() -> None:
    assert (
        said("link", "Acme", "customers/acme/profile.md") == "[Acme](../customers/acme/profile.md)"
    )
    odd = said("link", "[x](y)", "customers/a b/deals/(x)|y.md", 3)
    assert odd == r"[\[x\](y)](../customers/a%20b/deals/%28x%29%7Cy.md?plain=1#L3)"
    assert said("link", "Acme", None) == "Acme"
    summary = Setting("customers/acme/context", "EUR")
    assert link(summary, "A", "crm.toml") == "[A](../../../crm.toml)"
    assert link(summary, "A", "customers/acme/deals/x.md") == "[A](../deals/x.md)"


def test_what_a_template_prints_is_escaped_unless_it_is_markdown() -> None:
    assert finalize("*a*") == r"\*a\*"
    assert finalize(escape.Ready("*a*")) == "*a*"
    assert finalize(1234.5) == "1,234.5"
    assert finalize(None) == "–"


ROWS: list[dict[str, Any]] = [
    {"deal": "A", "deal_path": "d/a.md", "value": 5000, "currency": "EUR", "won": 0.5},
    {"deal": None, "deal_path": None, "value": None, "currency": "EUR", "won": None},
]


def test_a_table_shows_columns_links_and_formats() -> None:
    assert said("table", ROWS, money="value", percent="won") == (
        "| Deal | Value, EUR | Won |\n"
        "| --- | ---: | ---: |\n"
        "| [A](../d/a.md) | 5,000 | 50% |\n"
        "| – | – | – |"
    )


def test_a_table_shows_changes_lights_and_links_to_lines() -> None:
    row = {"task": "A", "task_path": "t.md", "task_line": 4, "grown": -5000, "band": "good"}
    assert said("table", [row], money="grown", change="grown", light="band") == (
        "| Task | Grown, EUR | Band |\n"
        "| --- | ---: | --- |\n"
        "| [A](../t.md?plain=1#L4) | ▼ 5,000 | 🟢 good |"
    )


def test_a_table_of_several_currencies_names_each() -> None:
    rows = [*ROWS, {**ROWS[0], "currency": "NOK"}]
    text = said("table", rows, "value", money="value")
    assert text.splitlines()[0] == "| Value |"
    assert text.splitlines()[2:] == ["| EUR 5,000 |", "| – |", "| NOK 5,000 |"]


def test_a_table_shows_only_the_columns_named_in_their_order() -> None:
    assert said("table", ROWS, "won deal").startswith("| Won | Deal |\n| ---: | --- |\n| 0.5 |")


def test_a_heading_may_differ_from_the_name_of_the_column() -> None:
    assert said("table", [{"item": "x"}], headings={"item": "Owner"}).startswith("| Owner |")


def test_a_long_table_is_cut_and_says_so() -> None:
    text = said("table", [{"n": n} for n in range(1, 53)], most=10)
    assert text.endswith("| 10 |\n\n… and 42 more: `crm report NAME --json`")


def test_an_empty_table_is_a_sentence() -> None:
    assert said("table", [], empty="No *deals*.") == r"*No \*deals\*.*"


@pytest.mark.parametrize(
    "wrong", [{"columns": "nope"}, {"money": "nope"}, {"nope": "value"}, {"change": "nope"}]
)
def test_a_table_refuses_what_it_does_not_know(wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownFormat, match="nope"):
        said("table", ROWS, **wrong)


ODD = st.text(alphabet="_*`[]()<>|~$\\&#;amp1.-+=! \n:/w\"'{}", max_size=14)


@given(st.text(max_size=40) | ODD)
def test_any_text_is_shown_literally(words: str) -> None:
    html = MARKDOWN.render(f"{escape.text(words)}\n")
    assert unescape(html.removeprefix("<p>").removesuffix("</p>\n")) == one_line(words)


@given(st.text(max_size=40) | ODD)
def test_any_text_fits_into_a_cell_and_a_link(words: str) -> None:
    shown = escape.text(words)
    html = MARKDOWN.render(f"| a | b |\n| - | - |\n| {shown} | [{shown}](x.md) |\n")
    first, second = re.findall("<td>(.*?)</td>", html, re.DOTALL)
    assert unescape(first) == one_line(words)
    assert second.count("<") == 2
