"""The shipped reports on a small invented workspace, page by page; see `tests/golden`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from crmkb.reports import wholes
from tests.conftest import Crm
from tests.golden.__main__ import WORKSPACE, make, pages

PAGES = list(pages(WORKSPACE))
WITH_ODD_DEALS = ("reporting/pipeline_dashboard.md", "reporting/pipeline_status.md")


def test_there_is_a_page_for_every_shipped_report() -> None:
    made = {f"reporting/{name}.md" for name in wholes(WORKSPACE)}
    assert made == {page for page in PAGES if page.startswith("reporting/")}


def test_pages_are_made_as_they_were(tmp_path: Path) -> None:
    first, second = make(tmp_path / "one"), make(tmp_path / "two")
    for page in PAGES:
        expected = (WORKSPACE / page).read_text(encoding="utf-8")
        assert (first / page).read_text(encoding="utf-8") == expected
        assert (first / page).read_bytes() == (second / page).read_bytes()


def test_an_earlier_day_shows_what_was_then(tmp_path: Path) -> None:
    folder = make(tmp_path / "copy", as_of="2026-08-19") / "reporting"
    page = (folder / "pipeline_status.md").read_text(encoding="utf-8")
    assert "as_of: 2026-08-19" in page
    assert "2 open deals of Northbeam on **19 Aug 2026**" in page.replace("\u00a0", " ")
    assert "## Negotiation" not in page
    assert "First year" in page  # won the next day


@pytest.mark.parametrize("page", WITH_ODD_DEALS)
def test_names_with_markup_become_no_markup(page: str) -> None:
    text = (WORKSPACE / page).read_text(encoding="utf-8")
    html = MarkdownIt("commonmark").enable("table").render(text.split("---\n", 2)[2])
    assert "|&lt;b&gt;Pipe &amp; `dream` [x](y)</a>" in html
    assert "A &quot;deal&quot; *at* 100 %; $5 \\ more</a>" in html
    assert "<b>Pipe" not in html
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        assert len({len(re.split(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_pages_made_together_are_true_to_each_other(tmp_path: Path, crm: Crm) -> None:
    """The page of meetings links to the pages of customers, and so is made after them."""
    assert crm("-C", str(make(tmp_path / "copy")), "report", "--check").code == 0
