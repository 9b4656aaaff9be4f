"""Many files are written at once: each whole, none in its place before all are on the disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from crmkb.store.files.disk import CannotWrite, remove, write_all, write_whole


def contents(folder: Path, count: int) -> dict[Path, bytes]:
    return {folder / str(n % 3) / f"{n}.md": f"number {n}\n".encode() for n in range(count)}


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".crm-writing-*")]


@pytest.mark.parametrize("count", [0, 1, 5, 200])
def test_all_are_written_and_nothing_else_is_left(tmp_path: Path, count: int) -> None:
    wanted = contents(tmp_path, count)
    write_all(wanted)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.md")} == wanted
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("count", [3, 50])
def test_none_is_in_its_place_before_all_are_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(handle: int) -> None:
        steps.append("safe")
        fsync(handle)

    def noted_replace(path: Path, target: Path) -> Path:
        steps.append("in place")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    write_all(contents(tmp_path, count))
    assert steps == ["safe"] * count + ["in place"] * count


def test_a_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    old = tmp_path / "old.md"
    old.write_bytes(b"before")
    old.chmod(0o640)
    mask = os.umask(0o027)
    try:
        write_all({old: b"after", tmp_path / "new.md": b"new"})
    finally:
        os.umask(mask)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "new.md").stat().st_mode) == 0o640
    assert old.read_bytes() == b"after"


@pytest.mark.parametrize("count", [3, 50])
def test_a_failure_names_the_file_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(CannotWrite, match=r"cannot write .*\.md: No space left on device"):
        write_all(contents(tmp_path, count))
    assert list(tmp_path.rglob("*.md")) == []
    assert left_over(tmp_path) == []


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.md").mkdir()
    with pytest.raises(CannotWrite, match=r"x\.md"):
        write_whole(tmp_path / "x.md", b"")
    assert left_over(tmp_path) == []


def test_an_old_file_that_the_disk_will_not_delete_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, real = tmp_path / "x.md", Path.unlink
    full.write_bytes(b"before")

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path.name.endswith("-old"):
            raise OSError(5, "Input/output error")
        real(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    with pytest.raises(CannotWrite, match="Input/output error"):
        write_all({full: b"after"}, lambda *_: None)


@pytest.mark.skipif(os.name == "nt", reason="there, who looks at a folder keeps it")
def test_an_empty_folder_that_the_disk_will_not_delete_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole(tmp_path / "a/b/x.md", b"")

    def refusing(_: Path) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(Path, "rmdir", refusing)
    with pytest.raises(CannotWrite, match="a/b: Permission denied"):
        remove(tmp_path / "a/b/x.md", tmp_path)
