"""A workspace of others reads and writes nothing outside itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmkb.store.files.locate import OWN_STATE
from crmkb.workspace import Change, Workspace, Write
from tests.conftest import Crm, Git, Tree

SECRET = "the neighbour's words"
ACME = {"customers/acme/profile.md": "---\nname: Acme\n---\n"}


@pytest.fixture
def outside(root: Path) -> Path:
    """Return a folder beside the workspace, with a record in it."""
    folder = root.parent / "outside"
    folder.mkdir()
    text = f"---\nname: Neighbour\ntitle: Neighbour\nstage: discovery\n---\n\n{SECRET}\n"
    for name in ("profile.md", "x.md", "notes.csv"):
        (folder / name).write_text(text)
    return folder


READING = (
    ("list", "customers"),
    ("list", "deals"),
    ("show", "evil"),
    ("show", "acme/deals/x"),
    ("search", "neighbour"),
    ("timeline", "acme"),
    ("check",),
    ("query", "SELECT body FROM texts"),
    ("report", "pipeline_dashboard", "--stdout"),
)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_links_that_lead_out_are_not_read(
    outside: Path, tree: Tree, crm: Crm, command: tuple[str, ...]
) -> None:
    root = tree(ACME)
    (root / "customers/evil").symlink_to(outside)
    (root / "customers/acme/deals").mkdir()
    (root / "customers/acme/deals/x.md").symlink_to(outside / "x.md")
    (root / "customers/acme/context").symlink_to(outside)
    (root / "knowledge_base").symlink_to(outside)

    ran = crm(*command)

    assert SECRET not in ran.out + ran.err
    assert "Neighbour" not in ran.out + ran.err


def test_links_that_lead_out_are_named(outside: Path, tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    (root / "customers/evil").symlink_to(outside)

    assert "customers/evil:1: is a link that leads out of the workspace" in crm("check").out


@pytest.mark.parametrize("place", ["customers/acme/interactions", "reporting"])
def test_nothing_is_written_through_a_folder_that_leads_out(
    outside: Path, tree: Tree, crm: Crm, place: str
) -> None:
    root = tree(ACME)
    (root / place).symlink_to(outside)
    before = sorted(outside.iterdir())

    if place == "reporting":
        ran = crm("report", "pipeline_dashboard")
    else:
        ran = crm("log-note", "acme", "Hello")

    assert ran.code != 0
    assert "leads out of the workspace" in ran.err
    assert sorted(outside.iterdir()) == before


def test_no_file_is_written_through_a_link(outside: Path, tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    profile = root / "customers/acme/profile.md"
    profile.unlink()
    profile.symlink_to(outside / "profile.md")

    ran = crm("set", "acme", "name=Changed")

    assert ran.code != 0
    assert SECRET in (outside / "profile.md").read_text()
    assert "Changed" not in (outside / "profile.md").read_text()


def test_no_settings_are_read_through_a_link(root: Path, crm: Crm) -> None:
    (root.parent / "others.toml").write_text(f'[workspace]\nname = "{SECRET}"\n')
    (root / "crm.toml").unlink()
    (root / "crm.toml").symlink_to(root.parent / "others.toml")

    ran = crm("query", "SELECT name FROM settings")

    assert ran.code == 1
    assert SECRET not in ran.out + ran.err
    assert "crm.toml: is a link that leads out of the workspace" in ran.err


def test_no_template_or_report_is_read_through_a_link(outside: Path, tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    (root / "templates/reports").mkdir(parents=True)
    (root / "templates/reports/own.md").symlink_to(outside / "x.md")
    (root / "templates/customer_profile_template.md").symlink_to(outside / "x.md")

    for command in (("report", "own", "--stdout"), ("new-customer", "Other", "--dry-run")):
        ran = crm(*command)
        assert ran.code != 0
        assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("name", ["lock", "lock-holder", "drafts", "journal.json"])
def test_the_state_of_a_workspace_without_git_leads_nowhere_else(
    tmp_path: Path, crm: Crm, name: str
) -> None:
    folder, other = tmp_path / "unpacked", tmp_path / "other"
    (folder / OWN_STATE).mkdir(parents=True)
    (folder / "crm.toml").write_text("")
    other.write_text(SECRET)
    (folder / OWN_STATE / name).symlink_to(other)

    ran = crm("-C", folder, "new-customer", "Acme", "--no-commit")

    assert ran.code != 0
    assert "leads out of the workspace" in ran.err
    assert other.read_text() == SECRET


UP = "../../outside/x"


@pytest.mark.parametrize(
    "command",
    [
        ("show", UP),
        ("show", f"customers/{UP}"),
        ("show", f"acme/deals/../../{UP}"),
        ("show", "knowledge_base/../../outside/x.md"),
        ("show", "/etc/passwd"),
        ("set", UP, "name=Changed"),
        ("log-note", UP, "Hello"),
        ("new-deal", UP, "Deal"),
        ("move-deal", UP, "discovery"),
        ("rename", UP, "Changed"),
        ("archive", UP),
        ("done", UP),
        ("report", UP),
        ("report", "../../../outside/x", "--stdout"),
        ("check", "../outside/x.md"),
        ("list", "deals", "--customer", UP),
    ],
    ids=" ".join,
)
def test_no_name_on_the_command_line_leads_out(
    outside: Path, tree: Tree, crm: Crm, command: tuple[str, ...]
) -> None:
    tree(ACME)

    ran = crm(*command)

    assert ran.code not in (0, 70)
    assert SECRET not in ran.out + ran.err
    assert "Changed" not in (outside / "x.md").read_text()


@pytest.mark.parametrize("name", ["../../../outside/new", "..", "/etc/new", "a/../../b", "\\..\\x"])
def test_no_new_name_leads_out(root: Path, crm: Crm, name: str) -> None:
    before = sorted(root.parent.rglob("new*"))

    crm("new-customer", name)
    crm("new-customer", "Acme")
    crm("new-contact", "acme", name)
    crm("new-deal", "acme", name)
    crm("log-note", "acme", name)
    crm("rename", "acme", name)

    assert sorted(root.parent.rglob("new*")) in (before, sorted(root.rglob("new*")))
    assert {path.name for path in root.parent.iterdir()} == {root.name}


def test_references_in_files_read_nothing_outside(outside: Path, tree: Tree, crm: Crm) -> None:
    up = "../../../outside/x"
    tree(
        {
            "customers/acme/profile.md": f"---\nname: Acme\nparent: {up}\naliases:\n  - {up}\n---\n"
            f"[x]({up}.md) [[{up}]] ![]({up}.md)\n",
            "customers/acme/deals/big.md": (
                f"---\nname: Big\nstage: discovery\ncontacts:\n  - {up}\n---\n"
            ),
            "customers/acme/interactions/2026-01-01-call-x.md": (
                f"---\ndate: 2026-01-01\ntype: call\nsubject: x\ndeal: {up}\nthem:\n  - {up}\n---\n"
            ),
        }
    )
    assert outside.is_dir()

    for command in (("check",), ("check", "--fix"), ("show", "acme"), ("report", "--all")):
        ran = crm(*command)
        assert ran.code in (0, 3)
        assert SECRET not in ran.out + ran.err


def test_rows_of_an_import_write_nothing_outside(root: Path, crm: Crm, git: Git) -> None:
    names = [
        "../../../outside",
        "..",
        "/etc/cron.d/x",
        "a/../../b",
        "..\\..\\c",
        ".git/hooks/x",
        "-rf",
    ]
    rows = "".join(f'"{name}","{name}"\n' for name in names)
    (root.parent / "in.csv").write_text(f"name,parent\n{rows}")

    crm(
        *("import", "customers", root.parent / "in.csv", "--map", "name=name"),
        *("--map", "parent=parent", "--source", "../../x", "--rejects", root.parent / "no.csv"),
    )

    written = git("show", "--name-only", "--format=").split()
    assert written
    assert all(path.startswith("customers/") and ".." not in path for path in written)
    assert {path.name for path in root.parent.iterdir()} <= {root.name, "in.csv", "no.csv"}


@pytest.mark.parametrize("path", ["../x.md", "/tmp/x.md", ".git/hooks/pre-commit", "a/../../x.md"])
def test_no_change_is_applied_outside(root: Path, path: str) -> None:
    from datetime import UTC, datetime

    from crmkb.store.files.safe_paths import OutsideWorkspace

    workspace = Workspace.open(root, datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(OutsideWorkspace):
        workspace.apply(Change.of(Write(path, None, b"x"), message="Write"))
    assert not os.path.lexists(root / path)
