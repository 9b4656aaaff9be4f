"""What the fault campaigns found, each as small as it can be shown."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from crmkb.errors import Exit
from crmkb.store.files import disk
from crmkb.store.files.locate import find_git
from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git as Runner
from crmkb.store.git.repository import UnderWay
from crmkb.store.git.staging import fill
from crmkb.workspace import Workspace, journal
from crmkb.workspace.apply import apply
from tests.conftest import Crm, Git, Tree
from tests.faults.failing_steps import Fault, failing
from tests.workspace.conftest import ACME, NOW, change, content, some_change, write
from tests.workspace.test_apply import hook

FULL = OSError(28, "No space left on device")


def test_a_revert_under_way_is_not_ended_by_our_commit(
    committed: Path, tree: Tree, git: Git
) -> None:
    for words in ("two\n", "three\n"):
        tree({"notes.txt": words})
        git("commit", "--quiet", "-am", words)
    with pytest.raises(subprocess.CalledProcessError):
        git("revert", "--no-edit", "HEAD~1")
    git("add", "notes.txt")

    with pytest.raises(UnderWay, match="a revert is under way"):
        apply(committed, some_change(committed), commit=True)

    assert (committed / ".git/REVERT_HEAD").exists()


def test_patches_under_way_are_not_called_a_rebase(committed: Path) -> None:
    (committed / ".git/rebase-apply").mkdir()
    (committed / ".git/rebase-apply/applying").touch()

    with pytest.raises(UnderWay) as caught:
        apply(committed, some_change(committed), commit=True)

    assert caught.value.hint == "finish it: git am --continue, or leave it: git am --abort"


def test_settings_of_git_do_not_change_the_message(committed: Path, git: Git) -> None:
    git("config", "commit.cleanup", "strip")
    git("config", "core.commentChar", "L")
    git("config", "i18n.commitEncoding", "ISO-8859-1")

    new = write(committed, "customers/n/profile.md", "x\n")
    apply(committed, change(new, message="Log a call: Łódź"), commit=True)

    head = Runner(committed).run("cat-file", "commit", "HEAD")
    assert "Log a call: Łódź" in head
    assert "encoding" not in head


def test_what_a_hook_rewrote_and_added_is_not_left_staged_as_undone(
    committed: Path, git: Git
) -> None:
    hook(committed, "pre-commit", f"#!/bin/sh\necho mended >> {ACME}\ngit add {ACME}\n")

    apply(committed, change(write(committed, ACME, "---\nname: A\n---\n")), commit=True)

    assert git("show", f"HEAD:{ACME}").endswith("mended\n")
    assert git("status", "--porcelain") == ""


def test_files_are_put_back_also_where_git_cannot_tell_a_thing(committed: Path) -> None:
    before = content(committed)
    (committed / ".git/index").write_bytes(b"DIRC nonsense")

    with pytest.raises(GitRefused, match="index"):
        apply(committed, some_change(committed), commit=True)

    assert content(committed) == before


@pytest.mark.parametrize("head", ["directory", "loop"])
def test_files_are_put_back_in_a_repository_without_a_head(committed: Path, head: str) -> None:
    before = content(committed)
    wanted = some_change(committed)
    place = committed / ".git/HEAD"
    place.unlink()
    if head == "loop":
        place.symlink_to("HEAD")
    else:
        place.mkdir()

    with pytest.raises(GitRefused, match="not a git repository"):
        apply(committed, wanted, commit=True)

    assert content(committed) == before


@pytest.mark.parametrize(
    "settings, hint",
    [
        ({"core.autocrlf": "true", "core.safecrlf": "true"}, "core.safecrlf"),
        ({"filter.odd.clean": "false", "filter.odd.required": "true"}, "filter"),
    ],
)
def test_a_refusal_over_line_ends_or_filters_has_a_hint(
    committed: Path, git: Git, settings: dict[str, str], hint: str
) -> None:
    (committed / ".git/info/attributes").write_text("customers/** filter=odd\n")
    for key, value in settings.items():
        git("config", key, value)

    with pytest.raises(GitRefused) as caught:
        apply(committed, some_change(committed), commit=True)

    assert hint in str(caught.value.hint)


def test_the_repository_is_where_the_workspace_lies(
    committed: Path, crm: Crm, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path / "other"], check=True)
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
        patch.setenv("GIT_INDEX_FILE", str(tmp_path / "other/.git/odd"))
        assert crm("archive", "acme").code == Exit.DONE

    assert git("log", "-1", "--format=%s") == "Archive Acme\n"
    assert committed == Path.cwd()


def test_a_pipe_in_the_place_of_a_file_is_not_waited_at(committed: Path) -> None:
    os.mkfifo(committed / "customers/pipe.md")

    with pytest.raises(disk.CannotRead, match="is a pipe"):
        disk.read(committed / "customers/pipe.md")


def test_a_git_file_that_names_nothing_makes_no_folders(tmp_path: Path, crm: Crm) -> None:
    (tmp_path / "crm.toml").touch()
    (tmp_path / ".git").write_text("not what you think\n")

    assert find_git(tmp_path) is None
    assert crm("-C", tmp_path, "new-customer", "Acme").code == Exit.FAILED

    assert {entry.name for entry in tmp_path.iterdir()} >= {".git", "crm.toml"}
    assert not (tmp_path / "not what you think").exists()


def faulty(root: Path, step: str) -> Fault:
    """Return a disk that is full at the last step of a kind, counted in a copy."""
    duplicate = root.with_name("twin")
    subprocess.run(["cp", "-a", root, duplicate], check=True)
    with failing(Fault(duplicate, code=errno.ENOSPC)) as counted:
        apply(duplicate, some_change(duplicate), commit=True)
    last = max(n for n, each in enumerate(counted.steps, start=1) if each == step)
    return Fault(root, last, errno.ENOSPC)


def test_a_commit_is_done_also_when_the_index_cannot_follow(committed: Path, git: Git) -> None:
    """The last rename of an act puts the index in its place."""
    fault = faulty(committed, "os.rename")
    with failing(fault):
        applied = apply(committed, some_change(committed), commit=True)

    assert applied.commit == git("rev-parse", "HEAD").strip()
    assert "the next command lets git's index know" in applied.notes[0]
    assert Workspace.open(committed, NOW).notes == ["completed what was cut off: Do something"]
    assert git("status", "--porcelain") == ""


def test_a_commit_is_done_also_when_the_journal_stays(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(state: Path) -> None:
        raise disk.CannotWrite(str(state), FULL)

    with monkeypatch.context() as patch:
        patch.setattr(journal, "clear", stuck)
        applied = apply(committed, some_change(committed), commit=True)

    assert applied.commit == git("rev-parse", "HEAD").strip()
    Workspace.open(committed, NOW)
    assert git("status", "--porcelain") == ""
    assert not (committed / ".git/crmkb/journal.json").exists()


def test_our_own_lock_that_could_not_be_deleted_blocks_nobody(committed: Path, git: Git) -> None:
    mark = f"held by crm: {(committed / '.git/crmkb').name}\n"
    (committed / ".git/index.lock").write_text(mark)

    assert apply(committed, some_change(committed), commit=True, wait=0).commit
    assert git("status", "--porcelain") == ""


def test_a_disk_too_full_for_the_list_of_files_is_told(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, data: bytes) -> int:
            raise FULL

        def seek(self, place: int) -> None: ...

    with pytest.raises(
        disk.CannotWrite, match="cannot write the list of files for git: No space left"
    ):
        fill(Full(), b"x")  # type: ignore[arg-type]
    assert committed.is_dir()
