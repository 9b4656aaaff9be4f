"""Lock git's index during a commit: git works on a copy, which replaces the index on success.

If git locked the index itself and was killed, its lock would remain and look like the lock of a
running git. So this module creates `index.lock` with its own mark, and git locks only the copy, in
`state`. `repository.py` chooses the paths to commit and reports errors.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crmkb.errors import CrmError, Exit
from crmkb.store.files.disk import CannotRead, CannotWrite, read, writing

if sys.platform != "win32":
    import fcntl

REF = "refs/worktree/crmkb"
"""The ref of a new commit until the branch is updated; each work tree has its own."""

_PAUSE_SECONDS = 0.01
_BRIEF_SECONDS = 0.5
"""After this time a lock counts as abandoned: a running git holds it for milliseconds."""


class StillRunning(CrmError):
    """The git process of a command that died is still running and may still commit."""

    exit_code = Exit.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "git is still at work for a command that was cut off",
            hint="wait until it has finished, such as a hook, then repeat the command",
        )


class IndexBehind(CannotWrite):
    """The commit succeeded, but git's index is not updated yet; the next command repairs it."""


@dataclass(frozen=True, slots=True)
class GitIndex:
    """The index of a git directory; `state` is the folder for `crm`'s own files."""

    git_dir: Path
    state: Path

    @property
    def shared_dir(self) -> Path:
        """Return the git directory shared by all work trees."""
        return self.git_dir / os.fsdecode(read(self.git_dir / "commondir") or b".").strip()

    @contextmanager
    def held(self, wait: float) -> Iterator[Path]:
        """Lock the index and yield a copy of it, which replaces the index at the end.

        Raise `FileExistsError` if another git holds the lock for longer than `wait` seconds.
        """
        self._lock(wait)
        try:
            with self.copied("git-index") as copy:
                yield copy
                self._put_in_place(copy)
        except BaseException:
            with suppress(OSError):
                self._lock_file.unlink(missing_ok=True)
            raise
        try:
            self._lock_file.unlink(missing_ok=True)
        except OSError as error:
            raise IndexBehind(str(self._lock_file), error) from error

    @contextmanager
    def copied(self, name: str) -> Iterator[Path]:
        """Yield a temporary copy of the index, named `name` and deleted afterwards."""
        copy = self.state / name
        try:
            self.state.mkdir(exist_ok=True)
            copy.unlink(missing_ok=True)
            if self._index.exists():
                shutil.copy2(self._index, copy)  # with its mtime, which git needs
        except OSError as error:
            raise CannotWrite(str(copy), error) from error
        try:
            yield copy
        finally:
            with suppress(OSError):
                copy.unlink(missing_ok=True)

    @contextmanager
    def input(self) -> Iterator[BinaryIO]:
        """Yield a locked file for git's input: git inherits the lock and may outlive us."""
        with writing(self._input_file):
            self.state.mkdir(exist_ok=True)
            file = self._input_file.open("w+b", buffering=0)
        with file:
            _lock(file)
            yield file

    def settle(self, since: float, wait: float) -> None:
        """Wait for the git process of a command that died, and remove the locks that both left.

        `since` is when that command began, as a POSIX timestamp: older locks belong to others.
        Raise `StillRunning` if git is still running after `wait` seconds.
        """
        self._await_end(wait)
        with writing(self._lock_file):
            self._remove_locks(since)

    def _remove_locks(self, since: float) -> None:
        if self._is_ours():
            for partial in self.git_dir.glob("next-index-*.lock"):  # no other git has one now
                partial.unlink(missing_ok=True)
            self._lock_file.unlink(missing_ok=True)
        for own in (*self.state.glob("git-index*"), self.git_dir / REF):
            own.unlink(missing_ok=True)
        for lock in _staying([lock for lock in self._other_locks() if _is_since(lock, since)]):
            lock.unlink(missing_ok=True)

    @property
    def _index(self) -> Path:
        return self.git_dir / "index"

    @property
    def _lock_file(self) -> Path:
        return self.git_dir / "index.lock"

    @property
    def _input_file(self) -> Path:
        return self.state / "git-input"

    @property
    def _mark(self) -> bytes:
        return f"held by crm: {self.state.name}\n".encode()

    def _put_in_place(self, copy: Path) -> None:
        try:
            if copy.exists():
                copy.replace(self._index)
        except OSError as error:
            raise IndexBehind(str(self._index), error) from error

    def _lock(self, wait: float) -> None:
        deadline = time.monotonic() + wait
        while True:
            try:
                return self._take_lock()
            except FileExistsError:
                if self._is_ours():  # left by an earlier crm; none writes now
                    return None
                if time.monotonic() >= deadline:
                    raise
            except OSError as error:
                raise CannotWrite(str(self._lock_file), error) from error
            time.sleep(_PAUSE_SECONDS)

    def _take_lock(self) -> None:
        """Create the lock file with its mark atomically, if the disk supports hard links."""
        self.state.mkdir(exist_ok=True)
        mark = self.state / "git-index-mark"
        mark.write_bytes(self._mark)
        try:
            os.link(mark, self._lock_file)
        except FileExistsError:
            raise
        except OSError:
            self._make_lock()
        finally:
            with suppress(OSError):
                mark.unlink()

    def _make_lock(self) -> None:
        file = self._lock_file.open("xb")
        try:
            with file:
                file.write(self._mark)
        except OSError:
            self._lock_file.unlink(missing_ok=True)
            raise

    def _is_ours(self) -> bool:
        try:
            return self._lock_file.read_bytes() == self._mark
        except OSError:
            return False

    def _await_end(self, wait: float) -> None:
        if not self._input_file.exists():
            return
        deadline = time.monotonic() + wait
        with self._input_file.open("rb") as file:
            while not _lock(file):
                if time.monotonic() >= deadline:
                    raise StillRunning
                time.sleep(_PAUSE_SECONDS)

    def _other_locks(self) -> Iterator[Path]:
        """Yield the other locks of a commit: HEAD, our ref, branch, packed refs and maintenance."""
        yield self.git_dir / "HEAD.lock"
        yield self.git_dir / f"{REF}.lock"
        try:
            head = os.fsdecode(read(self.git_dir / "HEAD") or b"")
        except CannotRead:  # a broken repository: git took no locks
            return
        if head.startswith("ref:"):
            yield self.shared_dir / f"{head.removeprefix('ref:').strip()}.lock"
        yield self.shared_dir / "packed-refs.lock"
        yield self.shared_dir / "objects/maintenance.lock"


def fill(file: BinaryIO, data: bytes) -> None:
    """Write all of git's input to an unbuffered file; raise `CannotWrite`, as on a full disk."""
    try:
        while data:
            data = data[file.write(data) :]
        file.seek(0)
    except OSError as error:
        raise CannotWrite("the list of files for git", error) from error


def _lock(file: BinaryIO) -> bool:
    """Lock a file; return False if another process holds it, True where locks are unsupported."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True


def _is_since(file: Path, since: float) -> bool:
    try:
        return file.stat().st_mtime >= since
    except OSError:
        return False


def _staying(locks: Sequence[Path]) -> list[Path]:
    """Return the locks that still exist after `_BRIEF_SECONDS`."""
    deadline = time.monotonic() + _BRIEF_SECONDS
    while (there := [lock for lock in locks if lock.exists()]) and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    return there
