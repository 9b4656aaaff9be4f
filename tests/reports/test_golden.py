"""The shipped reports on a small invented workspace, page by page.

The pages lie where `crm` writes them. After a change that is meant, make them anew:

    crm -C tests/golden/workspace report --all --as-of 2026-11-20 --no-commit
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from crmkb.cli.main import main

WORKSPACE = Path(__file__).parents[1] / "golden" / "workspace"
PAGES = sorted(path.name for path in (WORKSPACE / "reporting").glob("*.md"))
AS_OF = "2026-11-20"

Make = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """Return a function that makes the reports in a copy of the workspace."""

    def make(folder: str = "copy", as_of: str = AS_OF) -> Path:
        root = tmp_path / folder
        shutil.copytree(WORKSPACE, root, ignore=shutil.ignore_patterns("reporting"))
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
        arguments = ["-C", str(root), "report", "--all", "--as-of", as_of, "--no-commit"]
        assert main(arguments) == 0
        return root / "reporting"

    return make


def test_there_is_a_page_for_every_shipped_report() -> None:
    shipped = Path(__file__).parents[2] / "templates" / "reports"
    assert sorted(path.name for path in shipped.glob("*.md")) == PAGES


def test_pages_are_made_as_they_were(made: Make) -> None:
    folder = made()
    for page in PAGES:
        expected = (WORKSPACE / "reporting" / page).read_text(encoding="utf-8")
        assert (folder / page).read_text(encoding="utf-8") == expected


def test_the_same_files_and_day_make_the_same_bytes(made: Make) -> None:
    first, second = made("one"), made("two")
    assert [(first / page).read_bytes() for page in PAGES] == [
        (second / page).read_bytes() for page in PAGES
    ]


def test_an_earlier_day_shows_what_was_then(made: Make) -> None:
    page = (made(as_of="2026-08-19") / "pipeline_status.md").read_text(encoding="utf-8")
    assert "as_of: 2026-08-19" in page
    assert "2 open deals of Northbeam on **19 Aug 2026**" in page.replace("\u00a0", " ")
    assert "## Negotiation" not in page
    assert "First year" in page  # won the next day


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_to_a_file(page: str) -> None:
    text = (WORKSPACE / "reporting" / page).read_text(encoding="utf-8")
    targets = {target.partition("?")[0] for target in re.findall(r"\]\((\.\./[^)]+)\)", text)}
    assert len(targets) > 5
    assert [t for t in targets if not (WORKSPACE / "reporting" / t).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_names_with_markup_become_no_markup(page: str) -> None:
    text = (WORKSPACE / "reporting" / page).read_text(encoding="utf-8")
    html = MarkdownIt("commonmark").enable("table").render(text.split("---\n", 2)[2])
    assert "|&lt;b&gt;Pipe &amp; `dream` [x](y)</a>" in html
    assert "A &quot;deal&quot; *at* 100 %; $5 \\ more</a>" in html
    assert "<b>Pipe" not in html
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        assert len({len(re.split(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
