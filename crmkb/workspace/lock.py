"""The workspace's lock, which allows one writer at a time and names its holder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from crmkb.errors import CrmError, Exit
from crmkb.store.files import disk
from crmkb.store.files.locate import OWN_STATE, work_dir

WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.01
_MOST_WAITS = 6
"""Maximum number of waits; a writer waits again if another one got the lock in the meantime."""


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
    """Hold the workspace's lock and yield the folder for the journal.

    Raise `Locked`, naming the holder, if the lock does not become free. `wait` is in seconds. The
    system releases the lock when its holder dies.
    """
    state = made(work_dir(root))
    holder = state / "lock-holder"
    lock = _acquired(state / "lock", wait, holder)
    try:
        with suppress(OSError):  # only informs writers that wait
            holder.write_text(f"process {os.getpid()} ({purpose})", encoding="utf-8")
        yield state
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _acquired(path: Path, wait: float, holder: Path) -> FileLock:
    lock = FileLock(path, timeout=wait, poll_interval=_PAUSE_SECONDS)
    for _ in range(_MOST_WAITS if wait else 1):
        former = disk.read(holder)
        try:
            lock.acquire()
        except Timeout:
            if former == disk.read(holder):
                break
        except OSError as error:
            raise disk.CannotWrite(str(path), error) from error
        else:
            return lock
    raise Locked((disk.read(holder) or b"").decode("utf-8", "replace"))


def made(state: Path) -> Path:
    """Make the folder for lock and journal; outside git, add a .gitignore for later use of git."""
    try:
        state.mkdir(exist_ok=True)
        if state.name == OWN_STATE:
            (state / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise disk.CannotWrite(str(state), error) from error
    return state
