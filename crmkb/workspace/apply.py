"""Apply a change: lock, compare, write, commit, unlock; or leave everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from crmkb.errors import AlreadyExists, CrmError, Exit
from crmkb.store import files
from crmkb.store.git import Git, expect_git
from crmkb.store.git_index import IndexBehind
from crmkb.store.paths import NoRepository, find_git, many_inside
from crmkb.workspace import journal
from crmkb.workspace.change import Applied, Change, Write
from crmkb.workspace.journal import Entry, Journal
from crmkb.workspace.leaks import refuse_secrets
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


def apply(
    root: Path,
    change: Change,
    *,
    commit: bool,
    wait: float = WAIT_SECONDS,
    secrets_allowed_in: Sequence[str] = (),
    again: Callable[[], Change] | None = None,
) -> Applied:
    """Write a change whole and commit it; on any failure put everything back and raise.

    `wait` is for how many seconds another writer is waited for. Secrets are refused, but for paths
    of the patterns `secrets_allowed_in`. Where a file was changed meanwhile, `again` is asked for
    the change as it must be now; without it that is a conflict.
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
        except IndexBehind as error:  # the journal stays, by which the next command mends it
            notes.append(f"committed; the next command lets git's index know: {error.message}")
            return Applied(Git(root).head(), tuple(writes), tuple(notes))
        except BaseException as error:
            _take_back(begun, root, state, error)
            raise
        with suppress(files.CannotWrite):  # the next command sees that all is done
            journal.clear(state)
    if commit_id:
        notes += Git(root).remarks()
    return Applied(commit_id, tuple(writes), tuple(notes))


def _refuse_secrets(change: Change, allowed_in: Sequence[str]) -> None:
    if not change.allows_secrets:
        refuse_secrets(change, allowed_in)


def _expect_repository(root: Path) -> None:
    """Raise before anything is written where nothing could be committed."""
    expect_git()
    if find_git(root) is None:
        raise NoRepository(root)


def _entry(write: Write) -> Entry:
    after = None if write.after is None else files.digest(write.after)
    return Entry(write.path, write.before, after)


def _up_to_date(root: Path, change: Change, again: Callable[[], Change] | None) -> Change:
    """Return the change, made again if need be; nobody else of us can come between any more."""
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
    if files.read(full) == write.before:
        return
    if write.before is None:
        raise AlreadyExists("the file", write.path)
    raise ChangedMeanwhile(write.path)


def _write(root: Path, writes: Sequence[Write]) -> None:
    """Write and delete files; each is looked at again, since an editor knows no lock."""
    full_path = many_inside(root)
    planned = {root / write.path: write for write in writes}

    def expect(full: Path, place: Path) -> None:
        if place == full:
            _expect_as_read(full_path(planned[full].path), planned[full])
        elif files.read(place) != planned[full].before:
            raise ChangedMeanwhile(planned[full].path)

    contents: dict[Path, bytes] = {}
    for full, write in planned.items():
        if write.after is not None:
            contents[full] = write.after
            continue
        files.write_all(contents, expect)
        contents = {}
        expect(full, full)
        files.remove(full, root)
    files.write_all(contents, expect)


def _commit(root: Path, writes: Sequence[Write], change: Change, wait: float) -> str | None:
    present = [write.path for write in writes if write.after is not None]
    gone = [write.path for write in writes if write.after is None]
    return Git(root).commit(present, gone, change.full_message(), wait)


def _take_back(begun: Journal, root: Path, state: Path, error: BaseException) -> None:
    """Put everything back; where that fails the journal stays, for the next command to go on."""
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
        return  # which says so itself
    if left and isinstance(error, CrmError):
        words = f"{', '.join(left)} was changed meanwhile and is left as it is"
        raise NotPutBack(error, words, error.hint or "see it with: git diff") from error
