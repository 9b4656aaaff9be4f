"""Real disks, small or read-only: what memory a person with the right to may mount."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from itertools import product
from pathlib import Path

from crmkb.errors import Exit
from tests.faults.acts import ACTS, DRAFTED, crm, state
from tests.faults.bad_places import READS
from tests.faults.promises import (
    Attempt,
    Expected,
    expect,
    expect_clear,
    expect_tidy,
    expect_whole,
    expected,
)

SIZE = 4 << 20
PAGE = 4096
ROOM = range(0, 64, 4)
"""So many pages are left free: from none to more than any act here takes."""
FULL_ACTS = ("log-call", "new-customer", "set", "rename", "import", "report")
READ_ONLY: Mapping[str, str] = {
    "the disk": "",
    "customers": "customers",
    "git's folder": ".git",
    "git's objects": ".git/objects",
    "our folder beside the index": ".git/crmkb",
}


def attempts() -> Iterator[Attempt]:
    """Yield acts on disks that are full or read-only; where none can be mounted, say so."""
    for act, pages in product(FULL_ACTS, ROOM):
        yield Attempt(_kind("full disk"), f"{act} with {pages} pages free", _full(act, pages))
    for (words, path), command in product(READ_ONLY.items(), (*ACTS, *READS)):
        do = partial(_try_read_only, path=path, command=command)
        yield Attempt(_kind("read-only"), f"{command} while {words} is read-only", do)


def _full(act: str, pages: int) -> Callable[[Path], bool]:
    return partial(_try_full, act=act, pages=pages)


def _kind(words: str) -> str:
    if can_mount() or (words == "read-only" and os.geteuid() != 0):
        return f"real: {words}"
    return f"skipped: {words}"


@cache
def can_mount() -> bool:
    """Return whether we may mount a disk in memory."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        if not _mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder):
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def _mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@contextmanager
def _small_disk(root: Path) -> Iterator[Path]:
    """Have the workspace on a disk of its own."""
    place = root.with_name(f"{root.name}-disk")
    place.mkdir()
    assert _mounted("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place))
    try:
        yield Path(shutil.copytree(root, place / "workspace", symlinks=True))
    finally:
        _leave(place)
        place.rmdir()


def _try_full(root: Path, act: str, pages: int) -> bool:
    """Run an act while a disk has so many pages free, and then see that nothing is torn."""
    if not can_mount():
        return False
    meant: Expected = expected(root, act)
    with _small_disk(root) as where:
        crm(where, "list", "customers")
        before = state(where)
        ballast = where.parent / "ballast"
        _fill(ballast, pages)
        ran = crm(where, *ACTS[act])
        is_refused = expect_clear(ran)
        listed = crm(where, "list", "customers")
        expect(listed.code == Exit.DONE, f"reading fails: {listed.err}")
        ballast.unlink()
        listed = crm(where, "list", "customers")
        expect(listed.code == Exit.DONE, f"and then: {listed.err}")
        is_done = expect_whole(where, before, meant)
        expect(is_done != is_refused, f"ends with {ran.code}, and is done: {is_done}: {ran.err}")
        expect_tidy(where)
        if is_refused and act in DRAFTED:
            expect("what you typed is kept" in ran.err, f"nothing is kept: {ran.err}")
        after = crm(where, "log-note", "bolt", "After")
        expect(after.code == Exit.DONE, f"and nothing goes on: {after.err}")
    return is_refused


def _fill(ballast: Path, pages: int) -> None:
    """Take all of the disk but so many pages."""
    stat = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        for _ in range(max(stat.f_bavail - pages, 0)):
            file.write(b"x" * stat.f_frsize)


@contextmanager
def _read_only(root: Path, path: str) -> Iterator[None]:
    """Have a folder read-only: by its mode, or for root, whom modes do not hold, by a mount."""
    folder = root / path
    if os.geteuid() != 0:
        modes = {each: each.stat().st_mode for each in (folder, *folder.rglob("*"))}
        for each, mode in modes.items():
            each.chmod(mode & ~0o222)
        yield
        for each, mode in modes.items():
            each.chmod(mode)
        return
    assert _mounted("--bind", str(folder), str(folder))
    try:
        assert _mounted("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _leave(folder)


def _leave(place: Path) -> None:
    """Take a mount away, also while the index of a command that ran here is still open."""
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def _try_read_only(root: Path, path: str, command: str) -> bool:
    """Run a command: reading goes on, writing says why it does not, and leaves all as it was."""
    if not can_mount() and os.geteuid() == 0:
        return False
    crm(root, "list", "customers")
    before = state(root)
    with _read_only(root, path):
        ran = crm(root, *(ACTS.get(command) or READS[command]))
    is_refused = expect_clear(ran)
    if command in READS:
        expect(not is_refused, f"reading fails: {ran.err}")
    if is_refused or command in READS:
        expect(not (left := before.foreign_differences(state(root), ())), f"these differ: {left}")
    if is_refused and command in DRAFTED:
        expect("what you typed is kept" in ran.err, f"nothing is kept: {ran.err}")
    listed = crm(root, "list", "customers")
    expect(listed.code == Exit.DONE, f"and then: {listed.err}")
    expect_tidy(root)
    return is_refused
