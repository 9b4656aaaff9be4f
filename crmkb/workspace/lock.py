"""One writer at a time: the workspace's lock, which names who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from crmkb.errors import CrmError, Exit
from crmkb.store import files
from crmkb.store.paths import OWN_STATE, work_dir

WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.01
_MOST_WAITS = 6
"""So often a writer waits anew when another one got the lock meanwhile: the queue moves."""


class Locked(CrmError):
    """Another command is writing."""

    exit_code = Exit.CONFLICT

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"the workspace is locked by {holder or 'another command'}",
            hint="wait until it has finished, then repeat the command",
        )


@contextmanager
def locked(root: Path, purpose: str, wait: float = WAIT_SECONDS) -> Iterator[Path]:
    """Hold the workspace's lock, and give the folder for the journal.

    Raise `Locked`, naming the holder, when it stays taken; the system frees it when its holder
    dies.
    """
    state = made(work_dir(root))
    holder = state / "lock-holder"
    lock = _acquired(state / "lock", wait, holder)
    try:
        with suppress(OSError):  # a courtesy to whoever has to wait
            holder.write_text(f"process {os.getpid()} ({purpose})", encoding="utf-8")
        yield state
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _acquired(path: Path, wait: float, holder: Path) -> FileLock:
    lock = FileLock(path, timeout=wait, poll_interval=_PAUSE_SECONDS)
    for _ in range(_MOST_WAITS if wait else 1):
        former = files.read(holder)
        try:
            lock.acquire()
        except Timeout:
            if former == files.read(holder):
                break
        except OSError as error:
            raise files.CannotWrite(str(path), error) from error
        else:
            return lock
    raise Locked((files.read(holder) or b"").decode("utf-8", "replace"))


def made(state: Path) -> Path:
    """Have the folder for lock and journal; without git, git is told to ignore it later."""
    try:
        state.mkdir(exist_ok=True)
        if state.name == OWN_STATE:
            (state / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise files.CannotWrite(str(state), error) from error
    return state
