"""Let a step of this process fail: the system's calls for files, as Python itself reports them.

The audit hook cannot be taken away again, so that one hook asks what is to fail just now.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

GROWING = frozenset(("open", "write", "fsync", "os.mkdir", "os.link", "os.rename"))
"""What a full disk refuses; it always lets one delete."""
ANY = GROWING | {"os.remove", "os.rmdir", "os.chmod", "fcntl.flock"}


@dataclass(slots=True)
class Fault:
    """What fails: the step of this number within a folder, and if it `stays`, all after it.

    With number 0 nothing fails, and `steps` are what there was.
    """

    root: Path
    number: int = 0
    code: int = errno.EIO
    stays: bool = False
    steps: list[str] = field(default_factory=list)

    def meets(self, step: str, path: Any) -> None:
        """Count a step, and raise where it is to fail."""
        kinds = GROWING if self.code in (errno.ENOSPC, errno.EDQUOT) else ANY
        if step not in kinds or not self._is_inside(path):
            return
        self.steps.append(step)
        number = len(self.steps)
        if self.number and (number == self.number or (self.stays and number > self.number)):
            raise OSError(self.code, os.strerror(self.code), str(path))

    def _is_inside(self, path: Any) -> bool:
        return isinstance(path, int) or os.fsdecode(path).startswith(str(self.root))


_now: list[Fault] = []
_is_watched = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _now:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return  # reading changes nothing
        _now[-1].meets("open", path)
    elif event == "fcntl.flock" and arguments[1] == fcntl.LOCK_UN:
        return  # closing the file unlocks it in any case
    elif event in ANY:
        _now[-1].meets(event, arguments[1 if event in ("os.rename", "os.link") else 0])


@contextmanager
def failing(fault: Fault) -> Iterator[Fault]:
    """Have a fault while this lasts."""
    global _is_watched
    if not _is_watched:
        sys.addaudithook(_watch)
        _is_watched = True
    _now.append(fault)
    try:
        with (
            mock.patch.object(os, "fsync", _failing_fsync(fault)),
            mock.patch.object(os, "fdopen", _failing_fdopen(fault)),
        ):
            yield fault
    finally:
        _now.remove(fault)


def _failing_fsync(fault: Fault) -> Any:
    real = os.fsync

    def fsync(handle: int) -> None:
        fault.meets("fsync", handle)
        real(handle)

    return fsync


def _failing_fdopen(fault: Fault) -> Any:
    real = os.fdopen

    def fdopen(handle: int, *arguments: Any, **options: Any) -> Any:
        file = real(handle, *arguments, **options)
        return _HalfWriting(fault, file) if "b" in file.mode and file.writable() else file

    return fdopen


class _HalfWriting(io.BufferedIOBase):
    """A file whose write gets half of the bytes onto the disk before it fails."""

    def __init__(self, fault: Fault, file: Any) -> None:
        self._fault, self._file = fault, file

    def write(self, data: Any) -> int:
        try:
            self._fault.meets("write", self._file.fileno())
        except OSError:
            self._file.write(bytes(data)[: len(data) // 2])
            self._file.flush()
            raise
        written: int = self._file.write(data)
        return written

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        handle: int = self._file.fileno()
        return handle

    def close(self) -> None:
        self._file.close()
