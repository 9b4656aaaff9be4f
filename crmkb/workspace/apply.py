"""Apply a change: lock, compare, write, commit, unlock; on failure, restore all files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from crmkb.errors import AlreadyExists, CrmError, Exit
from crmkb.store.files import disk
from crmkb.store.files.locate import NoRepository, find_git
from crmkb.store.files.safe_paths import many_inside
from crmkb.store.git.repository import Git, expect_git
from crmkb.store.git.staging import IndexBehind
from crmkb.workspace import journal
from crmkb.workspace.change import Applied, Change, Write
from crmkb.workspace.journal import Entry, Journal
from crmkb.workspace.lock import WAIT_SECONDS, locked
from crmkb.workspace.secret_guard import refuse_secrets


class ChangedMeanwhile(CrmError):
    """A file changed after the action read it."""

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
    """A change failed, and not every file could be restored."""

    def __init__(self, error: CrmError, words: str, hint: str) -> None:
        super().__init__(f"{error.message}; {words}", hint)
        self.exit_code = error.exit_code


def apply(
    root: Path,
    change: Change,
    *,
    commit: bool,
    wait: float = WAIT_SECONDS,
    secrets_allowed_in: Sequence[str] = (),
    again: Callable[[], Change] | None = None,
) -> Applied:
    """Write a change completely and commit it; on any failure restore all files and raise.

    `wait` is the number of seconds to wait for another writer. Added secrets raise `SecretFound`,
    except in paths that match the patterns `secrets_allowed_in`. If a file changed since the
    action read it, call `again` to compute the change from the current files. Without `again`,
    raise `ChangedMeanwhile` or `AlreadyExists`.
    """
    if not change.differing:
        return Applied(None, ())
    _refuse_secrets(change, secrets_allowed_in)
    if commit:
        _expect_repository(root)
    with locked(root, change.message, wait) as state:
        notes = journal.recover(state, root)
        change = _up_to_date(root, planned := change, again)
        if change is not planned:
            _refuse_secrets(change, secrets_allowed_in)
        writes = change.differing
        if not writes:
            return Applied(None, (), tuple(notes))
        begun = Journal(change.message, commit, [_entry(write) for write in writes])
        begun.save(state)
        try:
            _write(root, writes)
            commit_id = _commit(root, writes, change, wait) if commit else None
        except IndexBehind as error:  # the journal stays: with it the next command fixes the index
            notes.append(f"committed; the next command lets git's index know: {error.message}")
            return Applied(Git(root).head(), tuple(writes), tuple(notes))
        except BaseException as error:
            _take_back(begun, root, state, error)
            raise
        with suppress(disk.CannotWrite):  # the next command finds the change complete
            journal.clear(state)
    if commit_id:
        notes += Git(root).remarks()
    return Applied(commit_id, tuple(writes), tuple(notes))


def _refuse_secrets(change: Change, allowed_in: Sequence[str]) -> None:
    if not change.allows_secrets:
        refuse_secrets(change, allowed_in)


def _expect_repository(root: Path) -> None:
    """Raise before anything is written if git or a repository to commit to is missing."""
    expect_git()
    if find_git(root) is None:
        raise NoRepository(root)


def _entry(write: Write) -> Entry:
    after = None if write.after is None else disk.digest(write.after)
    return Entry(write.path, write.before, after)


def _up_to_date(root: Path, change: Change, again: Callable[[], Change] | None) -> Change:
    """Return the change, computed again if files changed; the caller must hold the lock."""
    try:
        _expect_unchanged(root, change.differing)
    except (ChangedMeanwhile, AlreadyExists):
        if again is None:
            raise
        change = again()
        _expect_unchanged(root, change.differing)
    return change


def _expect_unchanged(root: Path, writes: Iterable[Write]) -> None:
    full_path = many_inside(root)
    for write in writes:
        _expect_as_read(full_path(write.path), write)


def _expect_as_read(full: Path, write: Write) -> None:
    if full.is_symlink():
        raise IsLink(write.path)
    if disk.read(full) == write.before:
        return
    if write.before is None:
        raise AlreadyExists("the file", write.path)
    raise ChangedMeanwhile(write.path)


def _write(root: Path, writes: Sequence[Write]) -> None:
    """Write and delete files; compare each one again first, since editors ignore the lock."""
    full_path = many_inside(root)
    planned = {root / write.path: write for write in writes}

    def expect(full: Path, place: Path) -> None:
        if place == full:
            _expect_as_read(full_path(planned[full].path), planned[full])
        elif disk.read(place) != planned[full].before:
            raise ChangedMeanwhile(planned[full].path)

    contents: dict[Path, bytes] = {}
    for full, write in planned.items():
        if write.after is not None:
            contents[full] = write.after
            continue
        disk.write_all(contents, expect)
        contents = {}
        expect(full, full)
        disk.remove(full, root)
    disk.write_all(contents, expect)


def _commit(root: Path, writes: Sequence[Write], change: Change, wait: float) -> str | None:
    present = [write.path for write in writes if write.after is not None]
    gone = [write.path for write in writes if write.after is None]
    return Git(root).commit(present, gone, change.full_message(), wait)


def _take_back(begun: Journal, root: Path, state: Path, error: BaseException) -> None:
    """Restore all files; if that fails, keep the journal so that the next command continues."""
    try:
        has_failed = isinstance(error, CrmError)
        left = begun.undo(root, wait=0 if has_failed else WAIT_SECONDS, has_failed=has_failed)
        journal.clear(state)
    except CrmError as failure:
        if isinstance(error, CrmError):
            words = f"and not everything could be put back: {failure.message}"
            raise NotPutBack(error, words, "mend that; the next command puts it back") from error
        return
    if isinstance(error, ChangedMeanwhile):
        return  # its own message explains it
    if left and isinstance(error, CrmError):
        words = f"{', '.join(left)} was changed meanwhile and is left as it is"
        raise NotPutBack(error, words, error.hint or "see it with: git diff") from error
