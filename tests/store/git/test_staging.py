from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git as Runner
from crmkb.store.git.staging import GitIndex, StillRunning
from tests.conftest import Git, Tree

LONG_AGO = 0.0


@pytest.fixture
def index(root: Path) -> GitIndex:
    return GitIndex(root / ".git", root / ".git/crmkb")


def die_holding(root: Path) -> None:
    """Hold the index in another process, and die."""
    script = (
        "import os, pathlib, sys\n"
        "from crmkb.store.git.staging import GitIndex\n"
        "git = pathlib.Path(sys.argv[1], '.git')\n"
        "with GitIndex(git, git / 'crmkb').held(0):\n"
        "    os._exit(9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([sys.executable, "-c", script, root], env=environment, check=False)


def test_who_holds_the_index_keeps_others_out(index: GitIndex, git: Git) -> None:
    with index.held(0), pytest.raises(subprocess.CalledProcessError):
        git("rm", "--cached", "crm.toml")

    git("rm", "--cached", "crm.toml")


def test_a_lock_of_ours_that_a_death_left_is_removed(index: GitIndex, root: Path, git: Git) -> None:
    die_holding(root)
    (root / ".git/next-index-1.lock").touch()
    assert (root / ".git/index.lock").exists()

    index.settle(LONG_AGO, wait=0)

    assert not list((root / ".git").rglob("*.lock"))
    assert [file.name for file in index.state.iterdir() if file.is_file()] == []
    git("rm", "--cached", "crm.toml")


def test_the_locks_of_a_persons_git_stay(index: GitIndex, root: Path) -> None:
    index.state.mkdir()
    locks = [root / ".git" / name for name in ("index.lock", "next-index-1.lock")]
    for lock in locks:
        lock.touch()

    index.settle(LONG_AGO, wait=0)

    assert all(lock.exists() for lock in locks)


@pytest.mark.parametrize(
    "name",
    ["HEAD.lock", "refs/heads/main.lock", "packed-refs.lock", "objects/maintenance.lock"],
)
def test_another_lock_that_a_killed_git_left_is_removed(
    index: GitIndex, root: Path, name: str
) -> None:
    index.state.mkdir()
    (root / ".git" / name).touch()

    index.settle(LONG_AGO, wait=0)

    assert not (root / ".git" / name).exists()


def test_another_lock_that_was_there_before_stays(index: GitIndex, root: Path) -> None:
    index.state.mkdir()
    lock = root / ".git/HEAD.lock"
    lock.touch()

    index.settle(lock.stat().st_mtime + 1, wait=0)

    assert lock.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="locks are not inherited there")
def test_a_git_that_goes_on_is_felt(index: GitIndex) -> None:
    with index.input() as file:
        going_on = subprocess.Popen(["sleep", "60"], stdin=file)

    with pytest.raises(StillRunning):
        index.settle(LONG_AGO, wait=0.05)

    going_on.kill()
    going_on.wait()
    index.settle(LONG_AGO, wait=0)


def test_a_disk_without_links_has_the_lock_too(
    index: GitIndex, root: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    with index.held(0), pytest.raises(subprocess.CalledProcessError):
        git("rm", "--cached", "crm.toml")

    assert not (root / ".git/index.lock").exists()


def test_a_commit_that_is_refused_leaves_the_index_as_it_was(
    root: Path, tree: Tree, git: Git
) -> None:
    hook = tree({"x.md": "x", "staged.md": "s", ".git/hooks/pre-commit": "#!/bin/sh\nexit 1\n"})
    (hook / ".git/hooks/pre-commit").chmod(0o755)
    git("add", "staged.md")
    before = (root / ".git/index").read_bytes()

    with pytest.raises(GitRefused):
        Runner(root).commit(["x.md"], [], "One")

    assert (root / ".git/index").read_bytes() == before
