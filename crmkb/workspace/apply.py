"""Apply a change: lock, compare, write, commit, unlock; or leave everything as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from tempfile import gettempdir

from filelock import FileLock, Timeout

from crmkb.errors import AlreadyExists, CrmError, Exit
from crmkb.store import files
from crmkb.store.git import Git
from crmkb.store.paths import NoRepository, inside, state_dir
from crmkb.workspace import journal
from crmkb.workspace.change import Change, Write

WAIT_SECONDS = 5.0


class ChangedMeanwhile(CrmError):
    """A file is no longer what it was when the act began."""

    exit_code = Exit.CONFLICT

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} was changed by someone else meanwhile; nothing was written",
            hint="repeat the command",
        )


class Locked(CrmError):
    """Another command is writing."""

    exit_code = Exit.CONFLICT

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"the workspace is locked by {holder or 'another command'}",
            hint="wait until it has finished, then repeat the command",
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: the commit, None without one, the writes, and what recovery had to say."""

    commit: str | None
    writes: tuple[Write, ...]
    notes: tuple[str, ...] = ()


def apply(root: Path, change: Change, *, commit: bool) -> Applied:
    """Write a change whole and commit it; on any failure put everything back and raise."""
    writes = change.differing
    if not writes:
        return Applied(None, ())
    state = _state(root, commit=commit)
    with locked(state, change.message):
        notes = journal.recover(state, root)
        _expect_unchanged(root, writes)
        entries = [_entry(write) for write in writes]
        journal.write(state, change.message, entries, commits=commit)
        try:
            _write(root, writes)
            commit_id = _commit(root, writes, change) if commit else None
        except BaseException:
            journal.put_back(entries, root)
            journal.clear(state)
            raise
        journal.clear(state)
    return Applied(commit_id, tuple(writes), tuple(notes))


@contextmanager
def locked(state: Path, purpose: str, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the workspace's lock; raise `Locked`, naming the holder, when it stays taken."""
    holder = state / "lock-holder"
    try:
        with FileLock(state / "lock", timeout=wait):
            holder.write_text(f"process {os.getpid()} ({purpose})", encoding="utf-8")
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout as error:
        raise Locked(_holder(holder)) from error


def _holder(path: Path) -> str:
    data = files.read(path)
    return data.decode("utf-8", "replace") if data else ""


def _state(root: Path, *, commit: bool) -> Path:
    state = state_dir(root)
    if state is None:
        if commit:
            raise NoRepository(root)
        state = Path(gettempdir()) / f"crmkb-{sha1(str(root).encode()).hexdigest()[:12]}"
    try:
        state.mkdir(exist_ok=True)
    except OSError as error:
        raise files.CannotWrite(str(state), error) from error
    return state


def _entry(write: Write) -> journal.Entry:
    after = None if write.after is None else files.digest(write.after)
    return journal.Entry(write.path, write.before, after)


def _expect_unchanged(root: Path, writes: Sequence[Write]) -> None:
    for write in writes:
        now = files.read(inside(root, write.path))
        if now == write.before:
            continue
        if write.before is None:
            raise AlreadyExists("the file", write.path)
        raise ChangedMeanwhile(write.path)


def _write(root: Path, writes: Sequence[Write]) -> None:
    for write in writes:
        if write.after is None:
            files.remove(root / write.path, root)
        else:
            files.write_whole(root / write.path, write.after)


def _commit(root: Path, writes: Sequence[Write], change: Change) -> str | None:
    present = [write.path for write in writes if write.after is not None]
    gone = [write.path for write in writes if write.after is None]
    return Git(root).commit(present, gone, change.full_message())
