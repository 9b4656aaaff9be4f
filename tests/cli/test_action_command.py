from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmkb.errors import Exit
from crmkb.workspace import Applied, Workspace
from tests.conftest import Crm, Git, Tree
from tests.stage import Clock

CALL = "customers/acme/interactions/2026-11-20-1430-call-hello.md"


@pytest.fixture(autouse=True)
def acme(tree: Tree, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmkb.cli.session.datetime", Clock)
    tree(
        {
            "customers/acme/profile.md": "---\nname: Acme\ntier: growth\n---\n",
            "customers/acme/context/notes.md": "- [ ] Send it",
            "customers/acme/deals/x.md": "---\nname: X\nstage: discovery\n---\n",
        }
    )
    git("add", ".")
    git("commit", "--quiet", "-m", "Begin")


ACTS = [
    ["new-customer", "Bolt"],
    ["new-contact", "acme", "Jane Roe"],
    ["new-deal", "acme", "Platform"],
    ["log-call", "acme", "Hello"],
    ["move-deal", "x", "negotiation"],
    ["set", "acme", "tier=startup"],
    ["done", "acme", "send"],
    ["archive", "acme"],
    ["rename", "acme", "Acme Group"],
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act[0])
def test_a_dry_run_shows_the_diff_and_writes_nothing(crm: Crm, git: Git, act: list[str]) -> None:
    before = git("rev-parse", "HEAD")
    ran = crm(*act, "--dry-run")
    assert ran.code == Exit.DONE
    assert ran.out.splitlines()[0].endswith(" (dry run: nothing is written)")
    assert "\n+" in ran.out
    assert (git("rev-parse", "HEAD"), git("status", "--short")) == (before, "")


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act[0])
def test_without_a_commit_the_files_are_written(crm: Crm, git: Git, act: list[str]) -> None:
    before = git("rev-parse", "HEAD")
    ran = crm(*act, "--no-commit")
    assert ran.code == Exit.DONE
    assert "  commit " not in ran.out
    assert git("rev-parse", "HEAD") == before
    assert git("status", "--short") != ""


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act[0])
def test_what_the_dry_run_shows_is_what_is_done(
    crm: Crm, git: Git, root: Path, act: list[str]
) -> None:
    shown = crm(*act, "--dry-run", "--json").out
    data = json.loads(shown)["data"]
    done = json.loads(crm(*act, "--json").out)["data"]
    assert {**data, "diff": None} == {**done, "commit": None, "diff": None}
    assert done["commit"] == git("rev-parse", "HEAD").strip()
    for file in done["files"]:
        assert (root / file["path"]).exists()


def test_json_is_one_documented_shape(crm: Crm, git: Git) -> None:
    ran = crm("log-call", "acme", "Hello", "--date", "mon 10:00", "--json")
    shown: dict[str, Any] = json.loads(ran.out)
    assert shown == {
        "schema_version": 1,
        "kind": "change",
        "data": {
            "message": "Log call with Acme: Hello",
            "commit": git("rev-parse", "HEAD").strip(),
            "notes": ["Mon 2026-11-23 10:00 is in the future"],
            "files": [
                {
                    "path": CALL.replace("20-1430", "23-1000"),
                    "change": "created",
                }
            ],
        },
    }


def test_the_diff_is_one_that_git_takes(crm: Crm, git: Git, root: Path) -> None:
    for act in (["set", "acme", "tier=startup"], ["done", "acme", "send"], ACTS[3]):
        data = json.loads(crm(*act, "--dry-run", "--json").out)["data"]
        (root / "change.diff").write_text(data["diff"])
        git("apply", "change.diff")
        (root / "change.diff").unlink()
    assert "tier: startup" in (root / "customers/acme/profile.md").read_text()
    assert (root / "customers/acme/context/notes.md").read_text().endswith("done:2026-11-20")
    assert (root / CALL).exists()


def test_what_is_staged_or_dirty_elsewhere_stays_so(crm: Crm, tree: Tree, git: Git) -> None:
    tree({"staged.txt": "a", "README.md": "b"})
    git("add", "staged.txt")
    crm("log-call", "acme", "Hello")
    assert git("show", "--name-only", "--format=").split() == [CALL]
    assert git("status", "--short") == "A  staged.txt\n?? README.md\n"


def test_nothing_to_change_makes_no_commit(crm: Crm, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    ran = crm("set", "acme", "tier=growth")
    assert (ran.code, ran.out, ran.err) == (Exit.DONE, "", "nothing to change\n")
    assert crm("set", "acme", "tier=growth", "--dry-run").out.endswith("nothing to change\n")
    assert git("rev-parse", "HEAD") == before


def test_many_files_are_counted(crm: Crm, tree: Tree) -> None:
    folder = "customers/acme/relationships"
    tree({f"{folder}/c{n}.md": f"---\nname: C {n}\n---\n" for n in range(20)})
    ran = crm("rename", "acme", "Acme Group")
    assert ran.out.count("\n  moved    ") == 12
    assert "  … and 11 more files\n" in ran.out


def test_a_hook_that_refuses_leaves_nothing_behind(crm: Crm, git: Git, root: Path) -> None:
    hook = root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho 'no calls on Fridays' >&2\nexit 1\n")
    hook.chmod(0o755)
    ran = crm("log-call", "acme", "Hello", "--notes", "Long talk")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith("error: git commit refused: no calls on Fridays\n")
    assert git("status", "--short") == ""


@pytest.mark.parametrize("words", [["set", "acme", "tier=startup"], ["archive", "acme"]])
def test_an_act_goes_through_though_its_file_changed_since_it_was_read(
    tree: Tree, crm: Crm, git: Git, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    real = Workspace.apply

    def late(self: Workspace, *arguments: Any, **options: Any) -> Applied:
        tree({"customers/acme/profile.md": "---\nname: Acme\ntier: growth\nowner: ben\n---\n"})
        return real(self, *arguments, **options)

    monkeypatch.setattr(Workspace, "apply", late)

    assert crm(*words).code == 0
    text = git("show", "HEAD:customers/acme/profile.md")
    assert "owner: ben" in text
    assert ("tier: startup" in text) or ("archived: 2026-11-20" in text)
