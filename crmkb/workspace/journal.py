"""The journal: the change that `apply` is about to write, so that a crash can be repaired.

It is stored beside the index while files are written and committed. The next command that finds
it and gets the lock either finds the change complete or restores the old files.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkb.errors import CrmError
from crmkb.store.files import disk
from crmkb.store.files.locate import JOURNAL, work_dir
from crmkb.store.files.safe_paths import inside
from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git

BROKEN = "journal-broken.json"


class BrokenJournal(CrmError):
    """The journal cannot be read: it is damaged, or not a journal of crm."""

    def __init__(self, kept: Path) -> None:
        super().__init__(
            f"a command was cut off and its journal cannot be read; it is kept as {kept}",
            hint="see with git status and git diff what it left",
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the change: its bytes before and its digest after; None for no file."""

    path: str
    before: bytes | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    """A change in progress: its message, its files, and whether they are committed."""

    message: str
    commits: bool
    entries: Sequence[Entry]

    def save(self, state: Path) -> None:
        """Write the journal into the folder `state`."""
        listed = [
            {
                "path": entry.path,
                "before": None if entry.before is None else b64encode(entry.before).decode(),
                "after": entry.after,
            }
            for entry in self.entries
        ]
        content = {"message": self.message, "commits": self.commits, "entries": listed}
        disk.write_whole(state / JOURNAL, json.dumps(content).encode())

    def undo(self, root: Path, wait: float = 5.0, *, has_failed: bool = False) -> list[str] | None:
        """Restore the old files; if the change is already complete, keep it and return None.

        Otherwise return the paths that others changed since; these are left as they are. `wait` is
        the number of seconds to wait for a git command that may still run. If the change
        `has_failed` and git does not answer, it counts as incomplete.
        """
        if self.commits:
            begun = (work_dir(root) / JOURNAL).stat().st_mtime
            Git(root).settle(begun, wait)
        for folder in {(root / entry.path).parent for entry in self.entries}:
            _remove_temporaries(folder)
        if self._is_complete(root, has_failed):
            if self.commits:
                Git(root).take_in([entry.path for entry in self.entries])
            return None
        return [entry.path for entry in self.entries if not _put_back(entry, root)]

    def _is_complete(self, root: Path, has_failed: bool) -> bool:
        if any(_digest(disk.read(root / each.path)) != each.after for each in self.entries):
            return False
        try:
            return not self.commits or Git(root).is_committed([each.path for each in self.entries])
        except (GitRefused, disk.CannotWrite):
            if has_failed:
                return False
            raise


def clear(state: Path) -> None:
    """Delete the journal of a change that is complete or undone."""
    with disk.writing(state / JOURNAL):
        (state / JOURNAL).unlink(missing_ok=True)


def recover(state: Path, root: Path) -> list[str]:
    """Complete or undo the interrupted change; return notes for the user.

    The caller must hold the lock. Raise `BrokenJournal` if the journal cannot be read.
    """
    with suppress(disk.CannotWrite):  # only leftovers; errors that matter are raised later
        _remove_temporaries(state)
    data = disk.read(state / JOURNAL)
    if data is None:
        return []
    try:
        journal = _read(data, root)
    except (ValueError, KeyError, TypeError, CrmError) as error:
        with disk.writing(state / JOURNAL):
            (state / JOURNAL).replace(state / BROKEN)
        raise BrokenJournal(state / BROKEN) from error
    left = journal.undo(root)
    if left is None:
        note = f"completed what was cut off: {journal.message}"
    else:
        note = f"took back what was cut off half-way: {journal.message}"
        note += "".join(f"; {path} was changed since and is left as it is" for path in left)
    clear(state)
    return [note]


def _read(data: bytes, root: Path) -> Journal:
    content = json.loads(data)
    entries = [_entry(item) for item in content["entries"]]
    for entry in entries:
        inside(root, entry.path)
    return Journal(str(content["message"]), bool(content["commits"]), entries)


def _entry(item: dict[str, Any]) -> Entry:
    before = item["before"]
    return Entry(
        path=str(item["path"]),
        before=None if before is None else b64decode(before, validate=True),
        after=item["after"],
    )


def _put_back(entry: Entry, root: Path) -> bool:
    """Restore a file that holds our new bytes; return False if it holds other ones."""
    full = root / entry.path
    now = disk.read(full)
    if now == entry.before:
        disk.prune(full.parent, root)  # made for a file that was never written
    elif _digest(now) != entry.after:
        return False
    elif entry.before is None:
        disk.remove(full, root)
    else:
        disk.write_whole(full, entry.before)
    return True


def _digest(data: bytes | None) -> str | None:
    return None if data is None else disk.digest(data)


def _remove_temporaries(folder: Path) -> None:
    for temporary in folder.glob(f"{disk.TEMPORARY}*"):
        with disk.writing(temporary):
            temporary.unlink(missing_ok=True)
