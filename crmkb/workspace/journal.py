"""The journal: what `apply` is about to do, so that a death half-way can be mended.

It lies beside the index while files are written and committed. The next command that finds it,
and gets the lock, either sees that everything was done or puts back what was there before.
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
from crmkb.store import files
from crmkb.store.git import Git, GitRefused
from crmkb.store.paths import JOURNAL, inside, work_dir

BROKEN = "journal-broken.json"


class BrokenJournal(CrmError):
    """The journal is none of ours, or was itself damaged."""

    def __init__(self, kept: Path) -> None:
        super().__init__(
            f"a command was cut off and its journal cannot be read; it is kept as {kept}",
            hint="see with git status and git diff what it left",
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the change under way: bytes before, digest after; None where there is none."""

    path: str
    before: bytes | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    """A change under way: the sentence that names it, its files, and whether it commits them."""

    message: str
    commits: bool
    entries: Sequence[Entry]

    def save(self, state: Path) -> None:
        """Note down what is about to be written."""
        listed = [
            {
                "path": entry.path,
                "before": None if entry.before is None else b64encode(entry.before).decode(),
                "after": entry.after,
            }
            for entry in self.entries
        ]
        content = {"message": self.message, "commits": self.commits, "entries": listed}
        files.write_whole(state / JOURNAL, json.dumps(content).encode())

    def undo(self, root: Path, wait: float = 5.0, *, has_failed: bool = False) -> list[str] | None:
        """Restore what was before; return None if all was done by then, and leave that.

        Else return the paths that others have changed meanwhile; these are left alone. `wait` is
        for a git command that may still run; where it `has_failed` and says no more, nothing was
        done.
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
        if any(_digest(files.read(root / each.path)) != each.after for each in self.entries):
            return False
        try:
            return not self.commits or Git(root).is_committed([each.path for each in self.entries])
        except (GitRefused, files.CannotWrite):
            if has_failed:
                return False
            raise


def clear(state: Path) -> None:
    """Note that the change is complete, or taken back."""
    with files.writing(state / JOURNAL):
        (state / JOURNAL).unlink(missing_ok=True)


def recover(state: Path, root: Path) -> list[str]:
    """Complete or take back the change that was cut off; return what to tell the person.

    The caller holds the lock.
    """
    with suppress(files.CannotWrite):  # litter; what matters will tell of itself
        _remove_temporaries(state)
    data = files.read(state / JOURNAL)
    if data is None:
        return []
    try:
        journal = _read(data, root)
    except (ValueError, KeyError, TypeError, CrmError) as error:
        with files.writing(state / JOURNAL):
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
    """Restore a file that holds our new bytes; return False when it holds other ones."""
    full = root / entry.path
    now = files.read(full)
    if now == entry.before:
        files.prune(full.parent, root)  # made for a file that did not come to be
    elif _digest(now) != entry.after:
        return False
    elif entry.before is None:
        files.remove(full, root)
    else:
        files.write_whole(full, entry.before)
    return True


def _digest(data: bytes | None) -> str | None:
    return None if data is None else files.digest(data)


def _remove_temporaries(folder: Path) -> None:
    for temporary in folder.glob(f"{files.TEMPORARY}*"):
        with files.writing(temporary):
            temporary.unlink(missing_ok=True)
