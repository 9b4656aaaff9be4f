from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from crmkb.errors import CrmError
from crmkb.store.files import disk
from crmkb.store.git.staging import GitIndex
from crmkb.workspace import journal
from crmkb.workspace.apply import apply
from crmkb.workspace.journal import BrokenJournal, Entry, Journal
from crmkb.workspace.lock import locked
from tests.conftest import Git, Tree
from tests.workspace.conftest import ACME, Open, change, content, some_change, write

PROJECT = Path(__file__).parents[2]
TOOK_BACK = "took back what was cut off half-way: Do something"
COMPLETED = "completed what was cut off: Do something"


WRITER = (
    "import sys, pathlib\n"
    "from crmkb.workspace.apply import apply\n"
    "from tests.workspace.conftest import some_change\n"
    "root = pathlib.Path(sys.argv[1])\n"
    "apply(root, some_change(root), commit=True)\n"
)


def python(*arguments: str, alone: bool = False) -> subprocess.Popen[str]:
    """Start a Python, `alone` in a group of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=alone,
    )


def texts(root: Path) -> dict[str, str]:
    return {path: data.decode() for path, data in content(root).items()}


def kills(committed: Path) -> list[dict[str, Any]]:
    with python("-m", "tests.workspace.kills", str(committed)) as running:
        out, _ = running.communicate()
    assert running.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def test_a_death_at_any_step_leaves_all_or_nothing(committed: Path, tree: Tree, git: Git) -> None:
    tree({"staged.md": "s\n", "notes.txt": "two\n"})
    git("add", "staged.md")
    before, staged = texts(committed), ("A\tstaged.md", "M notes.txt\nA  staged.md")

    deaths = kills(committed)

    apply(committed, some_change(committed), commit=True)
    after = texts(committed)
    assert [death["died"] for death in deaths] == [True] * (len(deaths) - 1) + [False]
    assert len(deaths) > 20
    for death in deaths:
        is_done = death["subject"] == "Do something"
        assert death["files"] == (after if is_done else before), death
        assert (death["staged"], death["status"]) == staged, death
        assert death["notes"] in ([], [COMPLETED if is_done else TOOK_BACK]), death
        assert (death["again"], death["fsck"]) == ([], ""), death
        assert death["left"] == [], death
    assert [COMPLETED] in [death["notes"] for death in deaths]
    assert [TOOK_BACK] in [death["notes"] for death in deaths]


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_commit_that_goes_on_after_the_death_is_waited_for(
    committed: Path, opened: Open, git: Git
) -> None:
    hook = committed / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch .git/started\nsleep 1\n")
    hook.chmod(0o755)
    with python("-c", WRITER, str(committed)) as writer:
        wait_for(committed / ".git/started")
        os.kill(writer.pid, signal.SIGKILL)

    assert opened().notes == [COMPLETED]
    assert git("log", "-1", "--format=%s") == "Do something\n"
    assert git("status", "--porcelain") == ""


def under_way(root: Path, *entries: Entry, commits: bool = True) -> Path:
    """Leave a journal as a command that died does; return its folder."""
    with locked(root, "test") as state:
        Journal("Do something", commits, entries).save(state)
    return state


def entry(root: Path, path: str, after: str) -> Entry:
    full = root / path
    before = full.read_bytes() if full.exists() else None
    return Entry(path, before, disk.digest(after.encode()))


def test_what_someone_wrote_since_is_left_and_said(
    committed: Path, opened: Open, tree: Tree
) -> None:
    under_way(
        committed, entry(committed, ACME, "ours\n"), entry(committed, "customers/n.md", "n\n")
    )
    tree({ACME: "a person's words\n", "customers/n.md": "n\n"})

    assert opened().notes == [f"{TOOK_BACK}; {ACME} was changed since and is left as it is"]
    assert (committed / ACME).read_text() == "a person's words\n"
    assert not (committed / "customers/n.md").exists()


def test_a_commit_that_the_index_did_not_learn_of_is_completed(
    committed: Path, opened: Open, tree: Tree, git: Git
) -> None:
    under_way(committed, entry(committed, "customers/n.md", "n\n"))
    tree({"customers/n.md": "n\n", "mine.md": "m\n"})
    git("add", "mine.md")
    index = (committed / ".git/index").read_bytes()
    git("add", "customers/n.md")
    git("commit", "--quiet", "-m", "Do something", "--only", "customers/n.md")
    (committed / ".git/index").write_bytes(index)

    assert opened().notes == [COMPLETED]
    assert git("status", "--porcelain") == "A  mine.md\n"


def killed_in_git(root: Path, hook: str) -> None:
    """Let a writer die together with its git, at a moment that a hook of git chooses."""
    file = root / ".git/hooks" / hook
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\nkill -KILL 0\n")
    file.chmod(0o755)
    with python("-c", WRITER, str(root), alone=True) as writer:
        writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    file.unlink()


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg", "reference-transaction"])
def test_the_locks_of_a_git_that_was_killed_too_block_nobody(
    committed: Path, opened: Open, git: Git, hook: str
) -> None:
    before = content(committed), (committed / ".git/index").read_bytes()

    killed_in_git(committed, hook)

    assert opened().notes == [TOOK_BACK]
    assert (content(committed), (committed / ".git/index").read_bytes()) == before
    assert not list((committed / ".git").rglob("*.lock"))
    assert apply(committed, some_change(committed), commit=True).commit


def test_while_the_git_of_the_dead_goes_on_for_long_nothing_is_mended(
    committed: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = under_way(committed, entry(committed, ACME, "ours\n"))
    monkeypatch.setattr(Journal.undo, "__defaults__", (0.1,))

    with GitIndex(committed / ".git", state).input():
        (note,) = opened().notes

    assert "git is still at work for a command that was cut off" in note
    assert opened().notes == [TOOK_BACK]


def test_a_change_without_a_commit_is_mended_too(committed: Path, opened: Open, tree: Tree) -> None:
    under_way(committed, entry(committed, ACME, "ours\n"), commits=False)
    assert opened().notes == [TOOK_BACK]

    under_way(committed, entry(committed, ACME, "ours\n"), commits=False)
    tree({ACME: "ours\n"})
    assert opened().notes == [COMPLETED]


def test_it_is_mended_without_git(tmp_path: Path) -> None:
    under_way(tmp_path, entry(tmp_path, "customers/n.md", "n\n"), commits=False)
    (tmp_path / "customers").mkdir()
    (tmp_path / "customers/n.md").write_text("n\n")
    (tmp_path / "customers/other.md").write_text("o\n")

    applied = apply(tmp_path, change(write(tmp_path, "customers/x.md", "x\n")), commit=False)

    assert applied.notes == (COMPLETED,)


def test_temporary_files_of_the_dead_are_removed(committed: Path, opened: Open, tree: Tree) -> None:
    under_way(committed, entry(committed, ACME, "ours\n"))
    tree({f"customers/acme/{disk.TEMPORARY}abc": "half a fi"})

    opened()

    assert not list(committed.rglob(f"{disk.TEMPORARY}*"))


def test_temporary_files_of_the_dead_are_removed_also_when_all_was_done(
    committed: Path, opened: Open, tree: Tree
) -> None:
    under_way(committed, entry(committed, ACME, "ours\n"), commits=False)
    tree({ACME: "ours\n", f"customers/acme/{disk.TEMPORARY}abc-old": "theirs\n"})

    opened()

    assert (committed / ACME).read_text() == "ours\n"
    assert not list(committed.rglob(f"{disk.TEMPORARY}*"))


def test_a_writer_removes_what_a_death_left_beside_the_journal(committed: Path) -> None:
    with locked(committed, "test") as state:
        (state / f"{disk.TEMPORARY}abc").write_text("half a jour")

    apply(committed, some_change(committed), commit=True)

    assert not list(state.glob(f"{disk.TEMPORARY}*"))


def test_while_another_command_writes_nothing_is_mended(committed: Path, opened: Open) -> None:
    state = under_way(committed, entry(committed, ACME, "ours\n"))

    with locked(committed, "another"):
        assert opened().notes == []

    assert (state / "journal.json").exists()


def torn(state: Path, how: str) -> None:
    data = (state / "journal.json").read_bytes()
    broken = {
        "empty": b"",
        "half": data[: len(data) // 2],
        "no JSON": b"\xff\xfe\0",
        "another form": b"[]",
        "a key missing": b'{"message": "x", "commits": true, "entries": [{"path": "a"}]}',
        "no base64": data.replace(b'"before": "', b'"before": "%'),
        "a path that leads out": data.replace(ACME.encode(), b"../../out.md"),
        "a path into git": data.replace(ACME.encode(), b".git/hooks/pre-commit"),
    }
    (state / "journal.json").write_bytes(broken[how])


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "half",
        "no JSON",
        "another form",
        "a key missing",
        "no base64",
        "a path that leads out",
        "a path into git",
    ],
)
def test_a_broken_journal_is_kept_aside_and_said_once(
    committed: Path, opened: Open, how: str
) -> None:
    state = under_way(committed, entry(committed, ACME, "ours\n"))
    torn(state, how)
    before = content(committed)

    (note,) = opened().notes

    assert "its journal cannot be read" in note
    assert str(state / journal.BROKEN) in note
    assert (state / journal.BROKEN).exists()
    assert content(committed) == before
    assert opened().notes == []


def test_a_writer_stops_at_a_broken_journal(committed: Path) -> None:
    torn(under_way(committed, entry(committed, ACME, "ours\n")), "half")

    with pytest.raises(BrokenJournal):
        apply(committed, some_change(committed), commit=True)

    assert apply(committed, some_change(committed), commit=True).commit


def test_who_only_reads_goes_on_when_mending_fails(
    committed: Path, opened: Open, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way(committed, entry(committed, ACME, "ours\n"))
    tree({ACME: "ours\n"})

    def stuck(full: Path, data: bytes) -> None:
        raise disk.CannotWrite("it", OSError(30, "Read-only file system"))

    monkeypatch.setattr(disk, "write_whole", stuck)

    assert opened().notes == [
        "a command was cut off, and cannot be mended: cannot write it: Read-only file system"
    ]
    with pytest.raises(CrmError):
        apply(committed, change(write(committed, "customers/x.md", "x\n")), commit=True)
