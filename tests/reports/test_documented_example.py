"""What docs/reports.md teaches: its reports are made, its list is whole, its job and hooks work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmkb.reports import CUSTOMER, find, names
from tests.conftest import Crm, Git, Tree

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^````markdown\n(.*?)^````$", DOCUMENT, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(r"^```markdown\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
SETTINGS = [
    yaml.safe_load(block)
    for block in re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
]
[HOOK] = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
FILES = {
    "templates/reports/quiet_customers.md": EXAMPLE[0],
    "customers/pipe-dream/profile.md": "---\nname: Pipe Dream\nowner: ben\n---\n",
    "customers/acme/profile.md": "---\nname: Acme\nowner: ana\n---\n",
    "customers/acme/interactions/2026-11-18-call-pricing.md": (
        "---\ndate: 2026-11-18\ntype: call\nsubject: Pricing\n---\n"
    ),
}
DAY = ("--as-of", "2026-11-20")
PAGE = "reporting/quiet_customers.md"


def setting(key: str) -> Any:
    """Return the YAML block that has this key."""
    [found] = [block for block in SETTINGS if key in block]
    return found


def test_the_example_gives_the_page_that_is_shown(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    page = crm("report", "quiet_customers", "--stdout", *DAY).out
    body = page.partition("-->\n\n")[2].replace("\u00a0", " ")
    assert [body] == SHOWN


def test_the_error_is_the_one_that_is_shown(tree: Tree, crm: Crm) -> None:
    broken = EXAMPLE[0].replace("overview.last_touch", "overview.last_tuch")
    tree({**FILES, "templates/reports/quiet_customers.md": broken})
    error, hint = crm("report", "quiet_customers").err.splitlines()
    assert error in DOCUMENT
    shown = re.search(r"^(hint: did you mean \w+).*(\(in: .*)…$", DOCUMENT, re.MULTILINE)
    assert shown is not None
    assert hint.startswith(shown[1])
    assert shown[2] in hint


@pytest.mark.parametrize("block", [block for block in SETTINGS if "queries" in block])
def test_the_shown_parts_of_reports_are_taken(tree: Tree, crm: Crm, block: Any) -> None:
    name = "own" if "parameters" in block else CUSTOMER
    report = f"---\n{yaml.safe_dump(block)}---\n{{{{ deals | table }}}}\n"
    tree({**FILES, f"templates/reports/{name}.md": report})
    asked = ["own", "--owner", "ana", "--tier", "growth"] if name == "own" else [name, "acme"]
    assert crm("report", *asked, "--stdout").code == 0


def test_the_list_tells_of_every_report() -> None:
    told = {
        row[1]: (row[2], row[3])
        for row in re.finditer(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.M)
    }
    there = {}
    for name in names(ROOT):
        report = find(ROOT, name)
        takes = ", ".join(f"`--{each}`" for each in report.parameters if each != CUSTOMER)
        there[name] = (report.description, takes or "–")
    assert told == there


def test_the_job_is_content_with_a_shallow_clone_and_finds_what_is_stale(
    tree: Tree, crm: Crm, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = setting("jobs")["jobs"]["check"]["steps"]
    commands = [step["run"] for step in steps if step.get("run", "").startswith("crm ")]
    assert commands == ["crm report --check"]
    root = tree(FILES)
    git("add", ".")
    git("commit", "--quiet", "-m", "Files")
    crm("report", "quiet_customers", *DAY)
    git("clone", "--quiet", "--depth", "1", root.as_uri(), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert crm(*commands[0].split()[1:]).code == 0
    Path("customers/acme/profile.md").write_text("---\nname: Acme\n---\n")
    Path("customers/pipe-dream/profile.md").write_text("---\nname: Dream\n---\n")
    assert crm(*commands[0].split()[1:]).code == 3


def test_the_hook_refuses_only_pages_edited_by_hand(
    tree: Tree, crm: Crm, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    install(root, tmp_path, monkeypatch)
    git("add", ".")
    git("commit", "--quiet", "-m", "Files")
    assert crm("report", "quiet_customers", *DAY).code == 0
    assert crm("report", "customer", "acme", *DAY).code == 0
    assert crm("set", "acme", "owner=ben").code == 0  # makes pages stale, and may
    for page in (PAGE, "customers/acme/context/summary.md"):
        (root / page).write_text((root / page).read_text("utf-8") + "Our remarks.\n", "utf-8")
        done = subprocess.run(["git", "commit", "-qam", "By hand"], cwd=root, capture_output=True)
        assert done.returncode != 0
        assert f"{page}:1: was edited by hand".encode() in done.stdout + done.stderr
        git("checkout", "--quiet", "HEAD", page)


def install(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the hook into the repository, and `crm` where it finds it."""
    hook, program = root / ".git/hooks/pre-commit", folder / "bin" / "crm"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crmkb.cli.main "$@"\n')
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    program.chmod(0o755)
    hook.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_the_hook_of_pre_commit_gets_the_pages_and_nothing_else() -> None:
    [repository] = setting("repos")["repos"]
    [hook] = repository["hooks"]
    assert (repository["repo"], hook["language"]) == ("local", "system")
    assert hook["entry"] == "crm report --check"
    paths = [PAGE, "customers/acme/context/summary.md", "customers/acme/profile.md", "README.md"]
    assert [bool(re.search(hook["files"], path)) for path in paths] == [True, True, False, False]
