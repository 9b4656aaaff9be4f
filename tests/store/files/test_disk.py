from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.errors import Problem
from crmkb.store.files import disk
from crmkb.store.files.walk import walk

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    disk.write_whole(tmp_path / "a/b/c.md", b"text\r\n")

    assert (tmp_path / "a/b/c.md").read_bytes() == b"text\r\n"
    assert names(tmp_path / "a/b") == ["c.md"]


def test_a_new_file_gets_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    usual, script = tmp_path / "usual", tmp_path / "script.md"
    usual.touch()
    script.touch()
    script.chmod(0o755)

    disk.write_all({tmp_path / "new": b"x", script: b"x"})

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    assert stat.S_IMODE(script.stat().st_mode) == 0o755


def test_many_files_are_written_at_once(tmp_path: Path) -> None:
    contents = {tmp_path / f"{n % 7}/{n}.md": f"{n}\n".encode() for n in range(200)}

    disk.write_all(contents)

    assert {full: full.read_bytes() for full in contents} == contents
    assert all(len(names(tmp_path / str(n))) in (28, 29) for n in range(7))


@pytest.mark.parametrize("count", [2, 40])
def test_when_one_cannot_be_written_no_file_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    contents = {tmp_path / f"{n}.md": b"new" for n in range(count)}
    (tmp_path / "0.md").write_bytes(b"old")
    real, calls = os.fsync, []

    def full_disk(handle: int) -> None:
        calls.append(handle)
        if len(calls) == count:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(disk.CannotWrite, match="No space left on device") as caught:
        disk.write_all(contents)

    assert caught.value.hint is not None
    assert names(tmp_path) == ["0.md"]
    assert (tmp_path / "0.md").read_bytes() == b"old"


def test_a_folder_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.md").mkdir()
    (tmp_path / "file").touch()

    with pytest.raises(disk.CannotWrite, match=r"x\.md: Is a directory"):
        disk.write_whole(tmp_path / "x.md", b"")
    with pytest.raises(disk.CannotWrite):
        disk.write_whole(tmp_path / "file/x.md", b"")

    assert names(tmp_path) == ["file", "x.md"]


@pytest.mark.skipif(IS_ROOT, reason="root may write anywhere")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(disk.CannotWrite, match="Permission denied"):
        disk.write_whole(tmp_path / "x.md", b"")

    tmp_path.chmod(0o700)
    assert names(tmp_path) == []


def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path: Path) -> None:
    disk.write_whole(tmp_path / ("x" * 252 + ".md"), b"x")

    with pytest.raises(disk.CannotWrite, match="File name too long"):
        disk.write_whole(tmp_path / ("x" * 253 + ".md"), b"x")
    assert len(names(tmp_path)) == 1


def test_what_is_not_there_is_read_as_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert disk.read(tmp_path / "none") is None
    assert disk.read(tmp_path / "file/below") is None
    with pytest.raises(disk.CannotRead, match="Is a directory"):
        disk.read(tmp_path)


def test_folders_left_empty_go_with_the_last_file(tmp_path: Path) -> None:
    disk.write_whole(tmp_path / "a/b/c.md", b"")
    disk.write_whole(tmp_path / "a/x.md", b"")

    disk.remove(tmp_path / "a/b/c.md", tmp_path)
    assert names(tmp_path / "a") == ["x.md"]

    disk.remove(tmp_path / "a/x.md", tmp_path)
    assert names(tmp_path) == []


def test_to_remove_what_is_gone_is_no_failure(tmp_path: Path) -> None:
    disk.remove(tmp_path / "gone.md", tmp_path)

    (tmp_path / "folder").mkdir()
    with pytest.raises(disk.CannotWrite):
        disk.remove(tmp_path / "folder", tmp_path)


@given(one=st.binary(), other=st.binary())
def test_contents_are_equal_when_their_digests_are(one: bytes, other: bytes) -> None:
    assert (disk.digest(one) == disk.digest(other)) == (one == other)


def test_a_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "customers/a").mkdir(parents=True)
    disk.write_whole(tmp_path / "customers/b/profile.md", b"x")
    real = os.scandir

    def guarded(folder: str) -> object:
        if folder.endswith("/a/"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    found = walk(tmp_path)

    assert list(found.files) == ["customers/b/profile.md"]
    assert found.refused == [Problem("customers/a", 1, "", "cannot be listed: Permission denied")]


def test_a_stamp_tells_of_any_change(tmp_path: Path) -> None:
    full = tmp_path / "customers/a/profile.md"
    disk.write_whole(full, b"one")
    before = walk(tmp_path).files

    os.utime(full, ns=(1, full.stat().st_mtime_ns))
    disk.write_whole(full, b"two")

    assert walk(tmp_path).files != before
