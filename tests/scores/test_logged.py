"""When interactions were logged, by git: read once, then only what is new."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from crmkb.store.git import additions
from tests.conftest import Git, Tree
from tests.metrics.opening import opened
from tests.reports.asked import record

FOLDER = "customers/acme/interactions"


def call(number: int, folder: str = FOLDER) -> dict[str, str]:
    return {
        f"{folder}/{number}.md": record(date="2026-11-01", type="call", subject=f"Call {number}")
    }


def commit(git: Git, moment: str, message: str = "Log") -> None:
    git("add", "--all")
    git("commit", "--quiet", "--date", moment, "-m", message)


def logged(root: Path) -> dict[str, str]:
    workspace = opened(root, date(2026, 11, 20))
    workspace.index.computed.compute("logged")
    found = dict(workspace.index.rows("SELECT path, moment FROM temp.logged ORDER BY path"))
    workspace.index.close()
    return found


def test_the_commit_that_added_a_file_tells_in_local_time(tree: Tree, git: Git) -> None:
    root = tree(call(1))
    commit(git, "2026-11-02T23:30:00+00:00")
    tree({f"{FOLDER}/1.md": record(date="2026-11-01", type="call", subject="Other")})
    commit(git, "2026-11-09T08:00:00+00:00")
    tree(call(2))
    assert logged(root) == {f"{FOLDER}/1.md": "2026-11-03T00:30:00"}


def test_only_new_commits_are_read(tree: Tree, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(call(1))
    commit(git, "2026-11-02T08:00:00+00:00")
    assert len(logged(root)) == 1
    asked: list[str | None] = []
    read = additions.additions

    def asked_additions(git: object, folder: str, since: str | None) -> object:
        asked.append(since)
        return read(git, folder, since)  # type: ignore[arg-type]

    monkeypatch.setattr(additions, "additions", asked_additions)
    assert len(logged(root)) == 1
    first = git("rev-parse", "HEAD").strip()
    tree(call(2))
    commit(git, "2026-11-03T08:00:00+00:00")
    assert len(logged(root)) == 2
    git("commit", "--quiet", "--amend", "-m", "Rewritten")
    assert len(logged(root)) == 2
    assert asked == [first, None]


def test_a_renamed_file_keeps_its_moment(tree: Tree, git: Git) -> None:
    root = tree(call(1))
    commit(git, "2026-11-02T08:00:00+00:00")
    logged(root)
    git("mv", "customers/acme", "customers/acme-ltd")
    commit(git, "2026-11-12T08:00:00+00:00")
    assert logged(root) == {"customers/acme-ltd/interactions/1.md": "2026-11-02T09:00:00"}


def test_imports_and_what_comes_in_bulk_are_left_out(tree: Tree, git: Git) -> None:
    root = tree(call(1))
    commit(git, "2026-11-02T08:00:00+00:00", "Import\n\nCrm-Action: import")
    tree({path: text for number in range(2, 23) for path, text in call(number).items()})
    commit(git, "2026-11-02T09:00:00+00:00")
    git("mv", f"{FOLDER}/1.md", f"{FOLDER}/renamed.md")
    commit(git, "2026-11-03T09:00:00+00:00")
    assert logged(root) == {}


def test_a_shallow_clone_knows_nothing(tree: Tree, git: Git, tmp_path: Path) -> None:
    root = tree(call(1))
    commit(git, "2026-11-02T08:00:00+00:00")
    tree(call(2))
    commit(git, "2026-11-03T08:00:00+00:00")
    clone = tmp_path / "clone"
    options = ("--quiet", "--depth", "1")
    subprocess.run(["git", "clone", *options, root.as_uri(), str(clone)], check=True)
    assert logged(clone) == {}
    assert len(logged(root)) == 2


def test_without_a_commit_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_text('[workspace]\nname = "New"\n')
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert logged(tmp_path) == {}
