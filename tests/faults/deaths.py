"""End a process at a step that the system sees: before it, after it, or some time into a git.

Steps are calls of C functions, which `sys.setprofile` reports before and after: files made,
written, made safe, renamed and removed, locks taken and freed, git started and waited for. So
no code needs to know that it is watched. Unix only, and for processes that may fork.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

STEPS = {
    "open",
    "write",
    "flush",
    "fsync",
    "chmod",
    "replace",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "flock",
    "ftruncate",
    "utime",
    "fork_exec",
    "waitpid",
}
SPAWNED, WAITED = "fork_exec", "waitpid"
_SET_CHILD_SUBREAPER = 36


class Point(NamedTuple):
    """A moment before or after a step; `at` is in seconds since the first one."""

    step: str
    is_after: bool
    at: float


@dataclass(frozen=True, slots=True)
class Death:
    """When to die: at the point of that number, or `delay` seconds later; with the git or alone."""

    point: int
    delay: float | None = None
    with_git: bool = True

    def __str__(self) -> str:
        late = "" if self.delay is None else f" + {self.delay * 1000:.2f} ms"
        return f"point {self.point}{late} {'with' if self.with_git else 'without'} its git"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its code, negative for a signal, its points, and its group."""

    code: int
    points: list[Point]
    group: int


def adopt_orphans() -> None:
    """Become the parent of what dead children leave running, to see it end; Linux only."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(work: Callable[[Callable[[], None]], int], death: Death | None = None) -> Ended:
    """Run `work` in a child, which calls what it is given when its steps begin to count."""
    inner, outer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os._exit(_live(work, death, outer))
    os.close(outer)
    with os.fdopen(inner, "rb") as news:
        if death and death.delay is not None and news.read(1) == b"!":
            time.sleep(death.delay)
            _kill(child, with_git=death.with_git)
        told = news.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    points = [Point(*point) for point in json.loads(told)] if code >= 0 and not death else []
    return Ended(code, points, child)


def await_orphans(group: int) -> None:
    """Wait until the last process of a group has ended."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-group, 0)


def litter(root: Path) -> Iterator[str]:
    """Yield what must not be left behind: journal, git's locks, temporary files, empty folders.

    In our own folder the next writer tidies up.
    """
    for entry in root.rglob("*"):
        path = entry.relative_to(root)
        is_ours = path.parts[:2] == (".git", "crmkb")
        is_lock = path.parts[0] == ".git" and not is_ours and entry.suffix == ".lock"
        is_temporary = entry.name.startswith(".crm-") and not is_ours
        is_empty = entry.is_dir() and path.parts[0] == "customers" and not any(entry.iterdir())
        if is_lock or is_temporary or is_empty or entry.name == "journal.json":
            yield path.as_posix()


def _live(work: Callable[[Callable[[], None]], int], death: Death | None, news: int) -> int:
    points: list[Point] = []

    def count(step: str, is_after: bool) -> None:
        if death and death.point == len(points):
            _meet(death, news)
        points.append(Point(step, is_after, time.monotonic()))

    try:
        code = work(lambda: _watch(count))
    finally:
        sys.setprofile(None)
    if death is None:
        _tell(news, json.dumps(points).encode())
    return code


def _meet(death: Death, news: int) -> None:
    if death.delay is None:
        _kill(os.getpid(), with_git=death.with_git)
    _tell(news, b"!")


def _tell(news: int, data: bytes) -> None:
    with os.fdopen(os.dup(news), "wb") as file:
        file.write(data)


def _kill(process: int, *, with_git: bool) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if with_git else os.kill)(process, signal.SIGKILL)


def _watch(count: Callable[[str, bool], None]) -> None:
    def hook(frame: FrameType, event: str, function: Any) -> None:
        if not event.startswith("c_") or (name := function.__name__) not in STEPS:
            return
        if name == "open" and _is_reading(frame):  # reading changes nothing
            return
        count(name, event != "c_call")

    threading.setprofile(hook)
    sys.setprofile(hook)


def _is_reading(frame: FrameType) -> bool:
    caller = frame.f_back
    return caller is not None and caller.f_code.co_name.startswith("read")
