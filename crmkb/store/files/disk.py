"""Read, atomically replace and delete files. `walk.py` finds the files of a workspace."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EBUSY, EEXIST, ENOENT, ENOTDIR, ENOTEMPTY, ESPIPE
from hashlib import blake2b, sha1
from pathlib import Path
from stat import S_ISFIFO
from typing import BinaryIO

from crmkb.errors import CrmError

TEMPORARY = ".crm-writing-"
_BATCH, _THREADS = 8, 16
_NEW_MODE = 0o666
_MAY_STAY = (ENOTEMPTY, EEXIST, ENOENT, ENOTDIR, EBUSY)
"""Expected errors when a folder is deleted: not empty, already gone, or in use by the system."""
_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_BLOCK = 1 << 20


class CannotWrite(CrmError):
    """The operating system refused to write a file."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(
            f"cannot write {path}: {error.strerror or error}",
            hint="nothing was changed; check permissions and free space, then repeat the command",
        )


class CannotRead(CrmError):
    """The operating system refused to read a file."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"cannot read {path}: {error.strerror or error}")


@contextmanager
def writing(full: Path) -> Iterator[None]:
    """Turn an `OSError` of writing, deleting or moving a file into `CannotWrite`."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(str(full), error) from error


def digest(data: bytes) -> str:
    """Return the hash used to compare contents."""
    return blake2b(data, digest_size=16).hexdigest()


def blob(data: bytes) -> str:
    """Return git's blob id for these bytes, provided that git does not convert the file."""
    hasher = sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    hasher.update(data)
    return hasher.hexdigest()


def read(full: Path | str) -> bytes | None:
    """Return a file's bytes, or None if it does not exist."""
    opened = read_with_stat(full)
    return opened and opened[0]


def read_with_stat(full: Path | str) -> tuple[bytes, os.stat_result] | None:
    """Return a file's bytes and the `stat` taken before reading, or None if it does not exist."""
    try:
        return _read_all(os.open(full, _READING))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CannotRead(str(full), error) from error


def _read_all(handle: int) -> tuple[bytes, os.stat_result]:
    """Return all bytes of an open file and its `stat`, and close it."""
    try:
        stat = os.fstat(handle)
        if S_ISFIFO(stat.st_mode):  # reading it would block for ever
            raise OSError(ESPIPE, "is a pipe")
        parts = [os.read(handle, stat.st_size + 1)]
        while parts[-1] and len(parts[-1]) != stat.st_size:
            parts.append(os.read(handle, _BLOCK))
        return b"".join(parts), stat
    finally:
        os.close(handle)


def write_whole(full: Path, data: bytes) -> None:
    """Replace a file's content atomically: readers see either the old bytes or the new ones."""
    write_all({full: data})


Expect = Callable[[Path, Path], None]
"""Raises if a file is not in the expected state; the second path is where its bytes are now."""


def write_all(contents: Mapping[Path, bytes], expect: Expect | None = None) -> None:
    """Replace the content of files, each atomically.

    All new bytes are flushed to the disk before the first file is replaced. `expect` checks each
    file right before it is replaced, and the old file again afterwards, because an editor may have
    saved in between or still have it open. If `expect` raises, the old file is restored.
    """
    for folder in dict.fromkeys(full.parent for full in contents):
        _make_folder(folder)
    parts = [_part(full, data) for full, data in contents.items()]
    try:
        _make_all_safe(parts)
        for part in parts:
            if expect:
                part.keep_old()
                expect(part.full, part.full)
            part.put_in_place()
        if expect:
            for part in parts:
                part.expect_old(expect)
    finally:
        for part in parts:
            part.clean_up()


def _make_all_safe(parts: Sequence[_Part]) -> None:
    """Flush all files to the disk in parallel: many take little longer than one."""
    batches = [parts[at : at + _BATCH] for at in range(0, len(parts), _BATCH)]
    if len(batches) < 2:
        _make_safe(parts)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(_make_safe, batches))


def _make_safe(parts: Sequence[_Part]) -> None:
    """Write a few files: start writing all of them before waiting for the first."""
    opened: list[BinaryIO] = []
    try:
        for part in parts:
            opened.append(part.write())
        for part, file in zip(parts, opened, strict=True):
            part.flush(file)
    finally:
        for file in opened:
            with suppress(OSError):
                file.close()


@dataclass(slots=True)
class _Part:
    """One of several files written together; it stays at `aside` until all are on the disk.

    `mode` is the mode of the existing file, None for a new one.
    """

    full: Path
    aside: Path
    data: bytes
    mode: int | None
    is_aside: bool = False
    has_old: bool = False

    def write(self) -> BinaryIO:
        """Create the file at `aside`, start writing its bytes to the disk, and return it open."""
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
        try:
            self.is_aside = True
            handle = os.open(self.aside, flags, _NEW_MODE if self.mode is None else 0o600)
            file = os.fdopen(handle, "wb")
            try:
                file.write(self.data)
                file.flush()
            except OSError:
                file.close()
                raise
        except OSError as error:
            raise CannotWrite(str(self.full), error) from error
        _begin(handle)
        return file

    def flush(self, file: BinaryIO) -> None:
        """Wait until the bytes are on the disk."""
        try:
            with file:
                os.fsync(file.fileno())
            if self.mode is not None:
                self.aside.chmod(self.mode)
        except OSError as error:
            raise CannotWrite(str(self.full), error) from error

    @property
    def old(self) -> Path:
        return self.aside.with_name(f"{self.aside.name}-old")

    def keep_old(self) -> None:
        try:
            self.has_old = True
            os.link(self.full, self.old)
        except OSError:  # no old file, or no hard links on this disk
            self.has_old = False

    def put_in_place(self) -> None:
        try:
            self.aside.replace(self.full)
        except OSError as error:
            raise CannotWrite(str(self.full), error) from error
        self.is_aside = False

    def expect_old(self, expect: Expect) -> None:
        if not self.has_old:
            return
        try:
            expect(self.full, self.old)
        except CrmError:
            with writing(self.full):
                self.old.replace(self.full)
            raise
        with writing(self.old):
            self.old.unlink()
        self.has_old = False

    def clean_up(self) -> None:
        left = [self.aside] * self.is_aside + [self.old] * self.has_old
        for each in left:
            with suppress(OSError):
                each.unlink(missing_ok=True)


def _begin(handle: int) -> None:
    """Start writing the data to the disk now, which halves the later wait in `fsync`."""
    if sys.platform == "linux":  # Linux writes out pages that are marked as not needed
        with suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def _part(full: Path, data: bytes) -> _Part:
    aside = full.with_name(f"{TEMPORARY}{os.urandom(8).hex()}")
    try:
        return _Part(full, aside, data, _mode(full))
    except OSError as error:
        raise CannotWrite(str(full), error) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(str(folder), error) from error


def _mode(full: Path) -> int | None:
    try:
        return full.stat().st_mode & 0o777
    except FileNotFoundError:
        return None


def remove(full: Path, root: Path) -> None:
    """Delete a file and the parent folders that become empty, up to the root."""
    try:
        full.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(str(full), error) from error
    prune(full.parent, root)


def prune(folder: Path, root: Path) -> None:
    """Delete a folder and its parents while they are empty, up to the root."""
    try:
        while folder != root:
            folder.rmdir()
            folder = folder.parent
    except OSError as error:
        if error.errno not in _MAY_STAY and os.name != "nt":  # Windows keeps open folders
            raise CannotWrite(str(folder), error) from error
