"""`crm check`: what it prints, where it looks, and what --fix mends."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Crm, Git, Tree

ACME = "customers/acme/profile.md"
DEAL = "customers/acme/deals/x.md"
WRONG = {
    ACME: "---\nname: Acme\nstatus: Active\n---\n\n[a](b.md)\n",
    "customers/other/profile.md": "---\nname: Other\nowner: zed\n---\n",
}


def test_findings_are_printed_with_hints_and_counted(tree: Tree, crm: Crm) -> None:
    tree(WRONG)
    ran = crm("check")
    assert ran.code == 3
    assert ran.out == (
        f"{ACME}:3: status: 'Active' is not one of prospect, pilot, active, inactive, churned\n"
        "    write active\n"
        f"{ACME}:6: link: 'b.md' leads nowhere\n"
        "    mend the link, or write the file\n"
        "customers/other/profile.md:3: owner: 'zed' is not in the team\n"
        "    write one of ana, ben, or add a table to crm.toml\n"
    )
    assert ran.err == "3 findings in 2 files\n"


def test_a_workspace_without_findings_is_said_to_be_so(crm: Crm) -> None:
    ran = crm("check")
    assert (ran.code, ran.out, ran.err) == (0, "", "no findings\n")


def test_findings_for_programs(tree: Tree, crm: Crm) -> None:
    tree(WRONG)
    ran = crm("check", "--json")
    assert ran.code == 3
    assert ran.out == crm("check", "--format", "json").out
    told = json.loads(ran.out)
    assert (told["schema_version"], told["kind"]) == (1, "problems")
    assert told["data"][2] == {
        "path": "customers/other/profile.md",
        "line": 3,
        "field": "owner",
        "message": "'zed' is not in the team",
        "hint": "write one of ana, ben, or add a table to crm.toml",
    }


def test_findings_as_compilers_print_them(tree: Tree, crm: Crm) -> None:
    tree(WRONG)
    lines = crm("check", "--format", "gcc").out.splitlines()
    assert lines[2:4] == [
        f"{ACME}:6:1: error: link: 'b.md' leads nowhere",
        f"{ACME}:6:1: note: mend the link, or write the file",
    ]


def test_paths_of_compilers_are_seen_from_where_one_is(
    tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree(WRONG) / "customers/acme")
    assert crm("check", "--format", "gcc").out.startswith("profile.md:3:1: error: status: ")


def test_findings_beside_the_lines_on_github(tree: Tree, crm: Crm) -> None:
    tree(WRONG)
    assert crm("check", "--format", "github").out.splitlines()[1] == (
        f"::error file={ACME},line=6::link: 'b.md' leads nowhere%0Amend the link, or write the file"
    )


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
def test_no_name_breaks_out_of_its_line(tree: Tree, crm: Crm) -> None:
    tree({ACME: "---\nname: A\n---\n", "customers/acme/deals/a,b: 100%\n::error.md": "---\n[\n---"})
    assert crm("check", "--format", "github").out == (
        "::error file=customers/acme/deals/a%2Cb%3A 100%25%0A%3A%3Aerror.md,line=3::"
        "a '[' or '{' that is not closed%0Aclose it, or put the value in quotes\n"
    )
    for form in ("text", "gcc"):
        first, second = crm("check", "--format", form).out.splitlines()
        assert first.startswith("customers/acme/deals/a,b: 100%\\n::error.md:3:")
        assert "\x1b" not in first + second


def test_github_sees_paths_from_the_top_of_the_repository(
    root: Path, tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree({"sub/crm.toml": "[workspace]\n", "sub/customers/a/x.md": "text"})
    ran = crm("-C", root / "sub", "check", "--format", "github")
    assert ran.out.startswith("::error file=sub/customers/a/profile.md,line=1::is missing")


@pytest.mark.parametrize(
    "given, found",
    [
        (["customers/acme"], 2),
        (["customers/acme/"], 2),
        ([ACME], 2),
        (["customers/acme", "customers/other/profile.md"], 3),
        (["customers"], 3),
        (["."], 3),
        (["crm.toml"], 0),
    ],
)
def test_only_the_files_and_folders_named_are_told_of(
    tree: Tree, crm: Crm, given: list[str], found: int
) -> None:
    tree(WRONG)
    ran = crm("check", *given, "--format", "github")
    assert len(ran.out.splitlines()) == found
    assert ran.code == (3 if found else 0)


def test_paths_are_as_seen_from_here_or_from_the_workspace(
    tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tree(WRONG) / "customers/acme"
    monkeypatch.chdir(folder)
    for path in ("profile.md", "../acme", "customers/acme", folder / "profile.md"):
        assert crm("check", path).err == "2 findings in 1 file\n"
    assert crm("check", "../other").err == "1 finding in 1 file\n"


def test_a_path_that_is_not_there_is_told(tree: Tree, crm: Crm) -> None:
    tree(WRONG)
    ran = crm("check", "customers/acne")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == (
        "error: no file or folder named 'customers/acne'\n"
        "hint: name it as seen from here or from the workspace: customers/acme\n"
    )


@pytest.mark.parametrize("path", ["..", "../outside.md", "/", "../../nowhere"])
def test_a_path_outside_is_refused(root: Path, crm: Crm, path: str) -> None:
    (root.parent / "outside.md").write_text("text")
    ran = crm("check", path)
    assert ran.code == 2
    assert ran.err.startswith(f"error: {path!r} leads out of the workspace\n")


@pytest.mark.parametrize("option", ["--dry-run", "--no-commit"])
def test_options_of_fix_need_it(crm: Crm, option: str) -> None:
    ran = crm("check", option)
    assert ran.code == 2
    assert ran.err == f"error: {option} goes with --fix\nhint: write: crm check --fix {option}\n"


FIXABLE: dict[str, str | bytes] = {
    ACME: (
        b"\xef\xbb\xbf---\r\n"
        b"name: Acme   # as they write it\r\n"
        b"status: Active\r\n"
        b"owner: Ana Ruiz\r\n"
        b"employees: '1,200'\r\n"
        b"onboarded: 24 Dec 2025\r\n"
        b"contract_currency: eur\r\n"
        b"tier: enterprize\r\n"
        b"---\r\nbody"
    ),
    "customers/acme/relationships/bob.md": "---\nname: Bob Roe\nprimary: yes\n---\n",
    DEAL: "---\nname: X\nstage: Closed Won\namount: 50k\ncontacts:\n  - Bob Roe\n  - zed\n---\n",
}


def test_fix_mends_what_is_certain_in_one_commit(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree(FIXABLE)
    git("add", ".")
    git("commit", "-qm", "By hand")
    (root / "notes.txt").write_text("not ours")
    ran = crm("check", "--fix")
    assert (root / ACME).read_bytes() == (
        b"\xef\xbb\xbf---\r\n"
        b"name: Acme   # as they write it\r\n"
        b"status: active\r\n"
        b"owner: ana\r\n"
        b"employees: 1200\r\n"
        b"onboarded: 2025-12-24\r\n"
        b"contract_currency: EUR\r\n"
        b"tier: enterprize\r\n"
        b"---\r\nbody"
    )
    assert (root / DEAL).read_text() == (
        "---\nname: X\nstage: closed_won\namount: 50000\ncontacts:\n  - bob\n  - zed\n---\n"
    )
    assert "-status: Active\n" in ran.out
    assert "+status: active\n" in ran.out
    assert ran.code == 3
    assert ran.err == "Mend what check found in 3 files\n3 findings in 2 files\n"
    assert git("log", "-1", "--format=%s%n%(trailers:only)").splitlines()[:2] == [
        "Mend what check found in 3 files",
        "Crm-Action: check",
    ]
    assert git("status", "--short") == "?? notes.txt\n"


def test_fix_leaves_what_is_right_and_what_is_doubtful(tree: Tree, crm: Crm, git: Git) -> None:
    files = {
        ACME: "---\nname: Acme\nonboarded: 03/04/2026\nannual_revenue: $5k\nstatus: activ\n---\n",
        "customers/other/profile.md": "---\nname: Other\nstatus: pilot\nstatus: Pilot\n---\n",
        "customers/third/profile.md": "---\nname: [\n---\n",
        "customers/fourth/context/x.md": "[a](b.md)\n",
    }
    root = tree(files)
    before = git("rev-parse", "HEAD")
    ran = crm("check", "--fix")
    assert ran.code == 3
    assert "nothing can be mended for certain\n" in ran.err
    assert git("rev-parse", "HEAD") == before
    assert {path: (root / path).read_text() for path in files} == files


def test_fix_can_be_tried(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree(WRONG)
    ran = crm("check", "--fix", "--dry-run")
    assert ran.code == 3
    assert ran.out.startswith(f"--- a/{ACME}\n+++ b/{ACME}\n")
    assert "Mend what check found in 1 file (dry run: nothing is written)\n" in ran.err
    assert (root / ACME).read_text() == WRONG[ACME]


def test_fix_can_leave_the_commit_to_you(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree(WRONG)
    before = git("rev-parse", "HEAD")
    crm("check", "--fix", "--no-commit")
    assert "status: active\n" in (root / ACME).read_text()
    assert git("rev-parse", "HEAD") == before


def test_fix_mends_only_in_the_paths_named(tree: Tree, crm: Crm) -> None:
    root = tree({**WRONG, "customers/other/profile.md": "---\nname: Other\nstatus: Pilot\n---\n"})
    assert crm("check", "customers/other", "--fix").code == 0
    assert (root / ACME).read_text() == WRONG[ACME]


def test_fix_for_programs(tree: Tree, crm: Crm) -> None:
    tree(WRONG)
    told = json.loads(crm("check", "--fix", "--json").out)
    assert told["kind"] == "fix"
    assert told["data"]["files"] == [{"path": ACME, "change": "changed"}]
    assert "+status: active\n" in told["data"]["diff"]
    assert [one["field"] for one in told["data"]["problems"]] == ["link", "owner"]
    assert told["data"]["commit"]


HISTORY = "stage_history:\n  - 2026-08-01 discovery\n"


def commit_on(git: Git, monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", f"{day}T23:30:00+00:00")
    git("add", ".")
    git("commit", "-qm", "By hand")
    monkeypatch.delenv("GIT_AUTHOR_DATE")


def test_fix_takes_the_day_of_a_stage_from_git(
    tree: Tree, crm: Crm, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = {ACME: "---\nname: Acme\n---\n"}
    tree({**head, DEAL: f"---\nname: X\nstage: discovery\n{HISTORY}---\n"})
    commit_on(git, monkeypatch, "2026-08-01")
    tree({DEAL: f"---\nname: X\nstage: Closed Won\n{HISTORY}---\n"})
    commit_on(git, monkeypatch, "2026-09-02")
    git("mv", DEAL, "customers/acme/deals/y.md")
    commit_on(git, monkeypatch, "2026-09-20")
    root = tree({"customers/acme/deals/y.md": f"---\nname: X!\nstage: Closed Won\n{HISTORY}---\n"})
    commit_on(git, monkeypatch, "2026-10-05")
    assert crm("check", "--fix").code == 0
    # Half past eleven in the evening UTC is the next day in Oslo.
    assert (root / "customers/acme/deals/y.md").read_text() == (
        f"---\nname: X!\nstage: closed_won\n{HISTORY}  - 2026-09-03 closed_won\n"
        "close_date: 2026-09-03\n---\n"
    )


def test_fix_takes_today_for_a_stage_that_is_not_committed(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree({ACME: "---\nname: Acme\n---\n"})
    tree({DEAL: f"---\nname: X\nstage: negotiation\n{HISTORY}---\n"})
    assert crm("--as-of", "2026-11-20", "check", "--fix").code == 0
    assert "  - 2026-11-20 negotiation\n" in (root / DEAL).read_text()


MOVES = "close_date_history:\n  - 2026-08-01 from 2026-09-30 to 2026-10-31\n"


def test_fix_takes_the_day_of_a_close_date_from_git(
    tree: Tree, crm: Crm, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "---\nname: X\nstage: discovery\nclose_date:"
    root = tree({ACME: "---\nname: Acme\n---\n", DEAL: f"{head} 2026-10-31\n{MOVES}---\n"})
    commit_on(git, monkeypatch, "2026-08-01")
    tree({DEAL: f"{head} 2026-12-18\n{MOVES}---\n"})
    commit_on(git, monkeypatch, "2026-09-02")
    tree({DEAL: f"{head} 2026-12-18\n{MOVES}---\n\nMore.\n"})
    commit_on(git, monkeypatch, "2026-10-05")
    assert crm("check", "--fix").code == 0
    assert (root / DEAL).read_text() == (
        f"{head} 2026-12-18\n{MOVES}  - 2026-09-03 from 2026-10-31 to 2026-12-18\n---\n\nMore.\n"
    )


def test_fix_takes_today_for_a_close_date_that_is_not_committed(tree: Tree, crm: Crm) -> None:
    deal = f"---\nname: X\nstage: discovery\nclose_date: 2026-12-18\n{MOVES}---\n"
    root = tree({ACME: "---\nname: Acme\n---\n", DEAL: deal})
    assert crm("--as-of", "2026-11-20", "check", "--fix").code == 0
    assert "  - 2026-11-20 from 2026-10-31 to 2026-12-18\n" in (root / DEAL).read_text()


@pytest.mark.parametrize(
    "history",
    [
        "  - 2026-09-01 discovery\n  - 2026-08-01 discovery\n",
        "  - 2027-08-01 discovery\n",
    ],
)
def test_fix_adds_nothing_to_a_history_that_is_doubtful(tree: Tree, crm: Crm, history: str) -> None:
    tree({ACME: "---\nname: Acme\n---\n"})
    tree({DEAL: f"---\nname: X\nstage: negotiation\nstage_history:\n{history}---\n"})
    ran = crm("--as-of", "2026-11-20", "check", "--fix")
    assert ran.code == 3
    assert "nothing can be mended" in ran.err


def test_the_sample_workspace_has_no_findings(root: Path, crm: Crm) -> None:
    here = Path(__file__).resolve().parents[2]
    for name in ("crm.toml", "customers", "knowledge_base", "templates", "reporting"):
        if (here / name).is_dir():
            shutil.copytree(here / name, root / name)
        elif (here / name).exists():
            shutil.copy(here / name, root / name)
    ran = crm("check")
    assert (ran.code, ran.out) == (0, "")
