"""Every page of the sample as GitHub shows it: its tables, links and pictures are whole."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import mermaidx  # type: ignore[import-untyped]
import pytest

from crmkb.cli.main import main
from crmkb.reports import find, wholes
from tests.conftest import keep_the_machine_out
from tests.reports.looked_at import anchors, pictures, wrongs

SAMPLE = Path(__file__).parents[2]
GOLDEN = Path(__file__).parents[1] / "golden" / "workspace"
PARTS = ("customers", "knowledge_base", "templates", "reporting")
OF_REPORTS = [f"reporting/{name}.md" for name in wholes(SAMPLE)]
OF_CUSTOMERS = [
    f"customers/{profile.parent.name}/context/summary.md"
    for profile in sorted(SAMPLE.glob("customers/*/profile.md"))
]
DAY = "2026-11-20"

WITHOUT_PICTURES = {
    *("data_quality", "deal_health_metrics", "pipeline_status", "qualification_status"),
    *("risk", "upcoming_meetings"),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a copy of the sample with all its pages made."""
    root = tmp_path_factory.mktemp("sample") / "workspace"
    root.mkdir()
    shutil.copy(SAMPLE / "crm.toml", root)
    for part in PARTS:
        shutil.copytree(SAMPLE / part, root / part)
    with pytest.MonkeyPatch.context() as patch:
        keep_the_machine_out(patch, tmp_path_factory.mktemp("home"))
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
        for what in (["--all"], ["--all-customers"], ["--all", "--owner", "ana"]):
            main(["-C", str(root), "report", *what, "--as-of", DAY, "--no-commit"])
        yield root


@pytest.mark.parametrize("page", [*OF_REPORTS, *OF_CUSTOMERS])
def test_a_page_of_the_sample_is_shown_whole(sample: Path, page: str) -> None:
    assert wrongs(sample, page) == []


def test_narrowed_pages_are_shown_whole(sample: Path) -> None:
    taking = [name for name in wholes(SAMPLE) if "owner" in find(SAMPLE, name).parameters]
    for name in taking:
        assert wrongs(sample, f"reporting/{name}-owner-ana.md") == []


@pytest.mark.parametrize("page", [*OF_REPORTS, OF_CUSTOMERS[-1]])
def test_the_pictures_of_a_page_are_drawn_by_mermaid(sample: Path, page: str) -> None:
    found = pictures((sample / page).read_text(encoding="utf-8"))
    assert bool(found) != (Path(page).stem in WITHOUT_PICTURES)
    for source in found:
        assert "<svg" in mermaidx.render(source).svg()


@pytest.mark.parametrize("page", sorted(GOLDEN.glob("**/*.md")), ids=lambda page: page.stem)
def test_a_golden_page_is_shown_whole(page: Path) -> None:
    path = page.relative_to(GOLDEN).as_posix()
    if path.startswith("reporting/") or path.endswith("/summary.md"):
        assert wrongs(GOLDEN, path) == []


def test_what_is_wrong_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Here\n")
    (tmp_path / "page.md").write_text(
        "---\ntitle: X\n---\n# A\n\n<b>bold</b> and None there\n\n"
        "| a | b |\n| --- | --- |\n| 1 |\n\ntext\n| a |\n| b | c |\n\n"
        "[1](nowhere.md) [2](#b) [3](other.md#there) [4](other.md?plain=1#L9)\n"
        "[5](https://x.example) [6](../../etc) [ok](other.md#here) [ok](#a)\n"
    )
    found = "\n".join(wrongs(tmp_path, "page.md"))
    for said in (
        "raw HTML: '<b>'",
        "left over: 'bold and None there'",
        "uneven table: | a | b |",
        "a table that is none",
        "leads nowhere: nowhere.md",
        "no such heading: #b",
        "no such heading: other.md#there",
        "no such line: other.md?plain=1#L9",
        "leaves the workspace: https://x.example",
        "leads nowhere: ../../etc",
    ):
        assert said in found
    assert len(found.splitlines()) == 11  # of the bold text both ends


def test_anchors_are_those_of_github() -> None:
    text = "# Won & lost, 2026-Q4\n\n## By *stage*\n\n## By stage\n"
    assert anchors(text) == {"won--lost-2026-q4", "by-stage", "by-stage-1"}
