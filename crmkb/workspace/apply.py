"""Apply a change: lock, compare, write, commit, unlock; or leave everything as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crmkb.errors import AlreadyExists, CrmError, Exit
from crmkb.store import files
from crmkb.store.git import Git, expect_git
from crmkb.store.paths import NoRepository, find_git, inside
from crmkb.workspace import journal
from crmkb.workspace.change import Applied, Change, Write
from crmkb.workspace.journal import Entry, Journal
from crmkb.workspace.lock import WAIT_SECONDS, locked


class ChangedMeanwhile(CrmError):
    """A file is no longer what it was when the act began."""

    exit_code = Exit.CONFLICT

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} was changed by someone else meanwhile; nothing was written",
            hint="repeat the command",
        )


class IsLink(CrmError):
    """A file to write is a symbolic link."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is a link; nothing was written", hint="change the file it leads to instead"
        )


class NotPutBack(CrmError):
    """An act failed, and not everything could be put back."""

    def __init__(self, error: CrmError, words: str, hint: str) -> None:
        super().__init__(f"{error.message}; {words}", hint)
        self.exit_code = error.exit_code


def apply(root: Path, change: Change, *, commit: bool, wait: float = WAIT_SECONDS) -> Applied:
    """Write a change whole and commit it; on any failure put everything back and raise.

    `wait` is for how many seconds another writer is waited for.
    """
    writes = change.differing
    if not writes:
        return Applied(None, ())
    if commit:
        _expect_repository(root)
    with locked(root, change.message, wait) as state:
        notes = journal.recover(state, root)
        _expect_unchanged(root, writes)
        begun = Journal(change.message, commit, [_entry(write) for write in writes])
        begun.save(state)
        try:
            _write(root, writes)
            commit_id = _commit(root, writes, change, wait) if commit else None
        except BaseException as error:
            _take_back(begun, root, state, error)
            raise
        journal.clear(state)
    if commit_id:
        notes += Git(root).remarks()
    return Applied(commit_id, tuple(writes), tuple(notes))


def _expect_repository(root: Path) -> None:
    """Raise before anything is written where nothing could be committed."""
    expect_git()
    if find_git(root) is None:
        raise NoRepository(root)


def _entry(write: Write) -> Entry:
    after = None if write.after is None else files.digest(write.after)
    return Entry(write.path, write.before, after)


def _expect_unchanged(root: Path, writes: Sequence[Write]) -> None:
    for write in writes:
        full = inside(root, write.path)
        if full.is_symlink():
            raise IsLink(write.path)
        now = files.read(full)
        if now == write.before:
            continue
        if write.before is None:
            raise AlreadyExists("the file", write.path)
        raise ChangedMeanwhile(write.path)


def _write(root: Path, writes: Sequence[Write]) -> None:
    contents: dict[Path, bytes] = {}
    for write in writes:
        if write.after is not None:
            contents[root / write.path] = write.after
            continue
        files.write_all(contents)
        contents = {}
        files.remove(root / write.path, root)
    files.write_all(contents)


def _commit(root: Path, writes: Sequence[Write], change: Change, wait: float) -> str | None:
    present = [write.path for write in writes if write.after is not None]
    gone = [write.path for write in writes if write.after is None]
    git = Git(root)
    git.await_index(wait)
    return git.commit(present, gone, change.full_message())


def _take_back(begun: Journal, root: Path, state: Path, error: BaseException) -> None:
    """Put everything back; where that fails the journal stays, for the next command to go on."""
    try:
        left = begun.undo(root, wait=0 if isinstance(error, CrmError) else WAIT_SECONDS)
        journal.clear(state)
    except CrmError as failure:
        if isinstance(error, CrmError):
            words = f"and not everything could be put back: {failure.message}"
            raise NotPutBack(error, words, "mend that; the next command puts it back") from error
        return
    if left and isinstance(error, CrmError):
        words = f"{', '.join(left)} was changed meanwhile and is left as it is"
        raise NotPutBack(error, words, error.hint or "see it with: git diff") from error
