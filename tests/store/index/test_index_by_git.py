"""An index brought up to date with git's help holds what one built anew holds, whatever happened.

The clock of files runs ahead here, so that what was read a moment ago counts as settled.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crmkb.config.settings import load_config
from crmkb.store.files import walk
from crmkb.store.files.walk import Stamp
from crmkb.store.git import process
from crmkb.store.git.repository import Git as Committer
from crmkb.store.index import database, refresh, stale_files
from crmkb.store.index.index import Index
from tests.conftest import Git, Tree
from tests.store.index.test_index import DEAL, FILES, TODAY

AHEAD_NS = 5_000_000_000
TICK_SECONDS = 0.012
"""Longer than the grain of a disk's clock, so that no edit shares the time of a reading."""

Rows = dict[str, list[Any]]


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Ask git also in a small workspace; collect the times when all files are looked at."""
    walked: list[Path] = []
    real_walk, real_clock = walk.walk, stale_files.file_clock

    def watched(root: Path, *, stamped: bool) -> walk.Found:
        walked.append(root)
        return real_walk(root, stamped=stamped)

    def ahead(state: Path | None) -> int:
        clock = real_clock(state)
        return clock + AHEAD_NS if clock else 0

    monkeypatch.setattr(stale_files, "MANY", 0)
    monkeypatch.setattr(stale_files, "walk", watched)
    for module in (stale_files, refresh):
        monkeypatch.setattr(module, "file_clock", ahead)
    return walked


@pytest.fixture
def began(tree: Tree, git: Git, walks: list[Path]) -> Path:
    """Return a workspace that is committed and indexed."""
    root = tree(FILES)
    git("add", ".")
    git("commit", "--quiet", "--message", "Files")
    git("status")  # as people do: git notes that all is clean
    changed_folders(root)
    changed_folders(root)
    walks.clear()
    return root


def changed_folders(root: Path) -> Rows:
    """Bring the index up to date, as the next command does, and return what it holds."""
    time.sleep(TICK_SECONDS)
    index = Index(root, load_config(root), TODAY)
    found = held(index.rows)
    index.close()
    time.sleep(TICK_SECONDS)
    return found


def anew(root: Path) -> Rows:
    """Return what an index holds that was built from nothing."""
    db = database.in_memory(load_config(root), TODAY)
    refresh.refresh(db, root, load_config(root), TODAY, lambda done, total: None)
    found = held(lambda sql: db.execute(sql).fetchall())
    db.close()
    return found


def held(rows: Callable[[str], list[tuple[Any, ...]]]) -> Rows:
    listed = rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    left_out = ("texts_", "sqlite_", "named", "files", "folders", "meta")
    found = {name: rows(f"SELECT * FROM {name}") for (name,) in listed}
    found = {name: each for name, each in found.items() if not name.startswith(left_out)}
    found["names"] = rows("SELECT * FROM names")
    found["files"] = rows("SELECT path, kind, customer, slug, title, digest FROM files")
    return {name: sorted(each, key=repr) for name, each in found.items()}


def test_what_did_not_change_is_not_looked_at(
    began: Path, walks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_stamp(stat: os.stat_result) -> Stamp:
        raise AssertionError("a file was looked at")

    with monkeypatch.context() as patch:
        patch.setattr("crmkb.store.index.stale_files.stamp_of", no_stamp)
        found = changed_folders(began)

    assert walks == []
    assert found == anew(began)


CHANGES: dict[str, Callable[[Path, Git], object]] = {
    "edited in place": lambda root, git: (root / DEAL).write_text("---\nname: X\n---\n"),
    "same size": lambda root, git: replace_in_place(root / DEAL, b"50000", b"70000"),
    "same size and time": lambda root, git: with_its_time(root / DEAL, b"50000", b"70000"),
    "only touched": lambda root, git: (root / DEAL).touch(),
    "new": lambda root, git: put(root / "customers/acme/deals/new.md", "---\nname: N\n---\n"),
    "new customer": lambda root, git: put(root / "customers/b/profile.md", "---\nname: B\n---\n"),
    "deep": lambda root, git: put(root / "knowledge_base/a/b/c.md", "# C\n"),
    "new, and its folder's time put back": lambda root, git: put_unnoticed(root),
    "gone": lambda root, git: (root / DEAL).unlink(),
    "folder gone": lambda root, git: shutil.rmtree(root / "customers/acme"),
    "all gone": lambda root, git: shutil.rmtree(root / "customers"),
    "renamed": lambda root, git: (root / DEAL).rename(root / "customers/acme/deals/z.md"),
    "folder renamed": lambda root, git: (root / "customers/acme").rename(root / "customers/zoe"),
    "staged": lambda root, git: staged(root, git),
    "staged, and back": lambda root, git: staged_and_back(root, git),
    "committed": lambda root, git: (root / DEAL).write_text("x\n") and git("commit", "-qam", "E"),
    "removed from git": lambda root, git: git("rm", "--quiet", "--cached", DEAL),
    "empty commit": lambda root, git: git("commit", "-q", "--allow-empty", "-m", "Nothing"),
    "kind changed": lambda root, git: into_folder(root / DEAL),
    "link in": lambda root, git: (root / "customers/acme/l.md").symlink_to(root / DEAL),
    "link out": lambda root, git: (root / "customers/acme/l.md").symlink_to("/etc/passwd"),
    "replaced by an old one": lambda root, git: from_backup(root / DEAL),
    "edited before the clock was set back": lambda root, git: at_another_time(root / DEAL, 3600),
    "edited after the clock was set back": lambda root, git: at_another_time(root / DEAL, -3600),
}


def put(full: Path, text: str) -> None:
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(text)


def put_unnoticed(root: Path) -> None:
    folder = root / "customers/acme/deals"
    stat = folder.stat()
    put(folder / "new.md", "---\nname: N\n---\n")
    os.utime(folder, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def replace_in_place(full: Path, old: bytes, new: bytes) -> None:
    data = full.read_bytes()
    with full.open("r+b") as file:
        file.write(data.replace(old, new))


def with_its_time(full: Path, old: bytes, new: bytes) -> None:
    stat = full.stat()
    replace_in_place(full, old, new)
    os.utime(full, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def staged(root: Path, git: Git) -> None:
    put(root / DEAL, "---\nname: S\n---\n")
    git("add", DEAL)


def into_folder(full: Path) -> None:
    full.unlink()
    put(full / "x.md", "x\n")


def staged_and_back(root: Path, git: Git) -> None:
    text = (root / DEAL).read_text()
    put(root / DEAL, "---\nname: S\n---\n")
    git("add", DEAL)
    put(root / DEAL, text)


def from_backup(full: Path) -> None:
    old = full.with_suffix(".bak")
    old.write_text("---\nname: Old\n---\n")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    old.replace(full)


def at_another_time(full: Path, seconds: int) -> None:
    stamp = time.time() + seconds
    replace_in_place(full, b"50000", b"70000")
    os.utime(full, (stamp, stamp))


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_and_so_is_its_end(
    began: Path, git: Git, walks: list[Path], what: str
) -> None:
    before = changed_folders(began)
    CHANGES[what](began, git)

    assert changed_folders(began) == anew(began)
    assert changed_folders(began) == anew(began)
    assert len(walks) == 2  # to build anew

    git("reset", "--quiet", "--hard", "HEAD" if what != "committed" else "HEAD~1")
    git("clean", "--quiet", "-fdx", "customers", "knowledge_base")
    assert changed_folders(began) == before


def test_a_file_that_git_does_not_know_is_seen_each_time(began: Path, git: Git) -> None:
    notes = began / "customers/acme/context/own.md"
    for text in ("one\n", "two\n", "one\n", "six\n"):
        put(notes, text)
        assert changed_folders(began) == anew(began)
    git("add", ".")
    for text in ("one\n", "two\n"):
        replace_in_place(notes, notes.read_bytes(), text.encode())
        assert changed_folders(began) == anew(began)


def test_a_file_stamped_by_a_clock_that_ran_ahead_is_looked_at_each_time(began: Path) -> None:
    deal = began / DEAL
    at_another_time(deal, 3600)
    assert changed_folders(began) == anew(began)

    with_its_time(deal, b"70000", b"90000")
    assert changed_folders(began) == anew(began)


def test_branches_and_stashes_are_followed(began: Path, git: Git, walks: list[Path]) -> None:
    git("switch", "--quiet", "--create", "other")
    put(began / DEAL, "---\nname: Other\n---\n")
    put(began / "customers/b/profile.md", "---\nname: B\n---\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "Other")
    assert changed_folders(began) == anew(began)
    git("switch", "--quiet", "main")
    assert changed_folders(began) == anew(began)
    put(began / DEAL, "---\nname: Half\n---\n")
    assert changed_folders(began) == anew(began)
    git("stash")
    assert changed_folders(began) == anew(began)
    git("switch", "--quiet", "other")
    assert changed_folders(began) == anew(began)
    git("switch", "--quiet", "main")
    git("stash", "pop")
    assert changed_folders(began) == anew(began)
    assert len(walks) == 6


def test_a_commit_between_gits_two_looks_is_not_missed(
    began: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = process.start
    early: list[subprocess.Popen[bytes]] = []

    def start(root: Path, words: list[str], *more: Any) -> subprocess.Popen[bytes]:
        if "diff-index" in words:
            return early.pop()
        if "diff-files" in words:
            staged = ("diff-index", "--cached", "--name-only", "-z", "--relative", "HEAD")
            early.append(real(root, staged))
            early[-1].wait()
            put(began / DEAL, "---\nname: Between\n---\n")
            git("commit", "-qam", "Between")
        return real(root, words, *more)

    with monkeypatch.context() as patch:
        patch.setattr(process, "start", start)
        found = changed_folders(began)

    assert not early
    assert found == anew(began)


def test_a_commit_of_ours_is_followed(began: Path, git: Git, walks: list[Path]) -> None:
    put(began / "customers/acme/deals/n.md", "---\nname: N\n---\n")
    Committer(began).commit(["customers/acme/deals/n.md"], [], "New")

    assert changed_folders(began) == anew(began)
    replace_in_place(began / "customers/acme/deals/n.md", b"N", b"M")
    assert changed_folders(began) == anew(began)
    assert len(walks) == 2


def test_a_file_that_git_was_told_not_to_look_at_is_seen(began: Path, git: Git) -> None:
    for flag in ("--assume-unchanged", "--skip-worktree"):
        git("update-index", flag, DEAL)
        for amount in (b"60000", b"70000"):
            put(began / DEAL, f"---\nname: P\namount: {amount.decode()}\n---\n")
            assert changed_folders(began) == anew(began)
        git("update-index", flag.replace("--", "--no-"), DEAL)


@pytest.mark.parametrize(
    "where",
    [
        *(".gitattributes", "customers/.gitattributes", "customers/acme/.gitattributes"),
        *("config", "info"),
    ],
)
def test_line_ends_that_git_converts_are_seen(began: Path, git: Git, where: str) -> None:
    if where == "config":
        git("config", "core.autocrlf", "true")
    else:
        put(began / (".git/info/attributes" if where == "info" else where), "*.md text\n")
    git("add", ".")
    git("commit", "--quiet", "--allow-empty", "--message", "Attributes")
    changed_folders(began)

    (began / DEAL).write_bytes((began / DEAL).read_bytes().replace(b"\n", b"\r\n"))
    git("add", DEAL)  # which changes nothing for git
    assert changed_folders(began) == anew(began)
    (began / DEAL).write_bytes((began / DEAL).read_bytes().replace(b"\r\n", b"\n"))
    git("add", DEAL)
    assert changed_folders(began) == anew(began)


def test_a_second_work_tree_has_an_index_of_its_own(
    began: Path, git: Git, tmp_path: Path, walks: list[Path]
) -> None:
    second = tmp_path / "second"
    git("worktree", "add", "--quiet", "-b", "second", str(second))
    assert changed_folders(second) == anew(second)
    put(second / DEAL, "---\nname: Second\n---\n")
    assert changed_folders(second) == anew(second)
    git("-C", str(second), "commit", "-qam", "Second")
    assert changed_folders(second) == anew(second)
    assert changed_folders(began) == anew(began)


def test_without_a_commit_every_file_is_looked_at(tree: Tree, git: Git, walks: list[Path]) -> None:
    root = tree(FILES)
    git("update-ref", "-d", "HEAD")
    changed_folders(root)
    put(root / DEAL, "---\nname: X\n---\n")
    assert changed_folders(root) == anew(root)


def test_a_history_that_was_rewritten_is_no_obstacle(began: Path, git: Git) -> None:
    put(began / DEAL, "---\nname: X\n---\n")
    git("commit", "-qa", "--amend", "-m", "Amended")
    git("reflog", "expire", "--expire=now", "--all")
    git("gc", "--quiet", "--prune=now")
    assert changed_folders(began) == anew(began)


STEPS = ("edit", "edit", "swap", "new", "delete", "move", "folder", "touch", "utime", "clock")
GIT_STEPS = (
    *(["add", "-A"], ["add", "customers/a"], ["commit", "-qam", "x"], ["stash"], ["stash", "pop"]),
    *(["switch", "-q", "main"], ["switch", "-q", "side"], ["reset", "-q", "--hard"], ["status"]),
    *(["reset", "-q"], ["merge", "-q", "side"], ["clean", "-qfd"], ["checkout", "-q", "HEAD~1"]),
    ["rm", "-q", "--cached", "-r", "customers/b"],
)


def step(root: Path, random: Random) -> None:
    """Do one of the things that people, editors and git do."""
    places = [f"customers/{a}/deals/{b}.md" for a in "ab" for b in "xy"]
    full = root / random.choice([*places, "customers/a/profile.md", "knowledge_base/k.md"])
    text = f"---\nname: N{random.randrange(4)}\nstage: discovery\n---\n"
    if random.random() < 0.45:
        subprocess.run(["git", *random.choice(GIT_STEPS)], cwd=root, capture_output=True)
        return
    match random.choice(STEPS):
        case "edit" | "new":
            put(full, text)
        case "swap":
            full.parent.mkdir(parents=True, exist_ok=True)
            (full.with_suffix(".tmp")).write_text(text)
            full.with_suffix(".tmp").replace(full)
        case "delete":
            full.unlink(missing_ok=True)
        case "move" if full.exists():
            full.replace(full.with_name("z.md"))
        case "folder" if full.parent.exists():
            other = root / f"customers/c{random.randrange(3)}"
            if not other.exists():
                full.parent.rename(other)
        case "touch" if full.exists():
            full.touch()
        case "utime" if full.exists():
            with_its_time(full, b"N1", b"N2")
        case "clock" if full.exists():
            replace_in_place(full, b"N2", b"N3")
            moment = time.time() + random.choice((-7200, -2, 2, 7200))
            os.utime(full, (moment, moment))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_it_holds_what_one_built_anew_holds(
    began: Path, git: Git, seed: int
) -> None:
    random = Random(seed)
    git("switch", "--quiet", "--create", "side")
    git("switch", "--quiet", "main")
    for number in range(25):
        for _ in range(random.randrange(1, 4)):
            step(began, random)
        assert changed_folders(began) == anew(began), f"step {number} of seed {seed}"
