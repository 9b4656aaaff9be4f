"""The journal: what `apply` is about to do, so that a death half-way can be mended.

It lies beside the index while files are written and committed. The next command that finds it,
and gets the lock, either sees that everything was done or puts back what was there before.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crmkb.store import files
from crmkb.store.git import Git

NAME = "journal.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the change under way: bytes before, digest after; None where there is none."""

    path: str
    before: bytes | None
    after: str | None


def write(state: Path, message: str, entries: Iterable[Entry], *, commits: bool) -> None:
    """Note down what is about to be written."""
    listed = [
        {
            "path": entry.path,
            "before": None if entry.before is None else b64encode(entry.before).decode(),
            "after": entry.after,
        }
        for entry in entries
    ]
    content = {"message": message, "commits": commits, "entries": listed}
    files.write_whole(state / NAME, json.dumps(content).encode())


def clear(state: Path) -> None:
    """Note that the change is complete, or taken back."""
    (state / NAME).unlink(missing_ok=True)


def exists(state: Path) -> bool:
    """Return whether a change was under way."""
    return (state / NAME).exists()


def recover(state: Path, root: Path) -> list[str]:
    """Complete or take back the change that was cut off; return what to tell the person.

    The caller holds the lock.
    """
    data = files.read(state / NAME)
    if data is None:
        return []
    content = json.loads(data)
    entries = [_entry(item) for item in content["entries"]]
    for entry in entries:
        _remove_temporaries((root / entry.path).parent)
    if _is_complete(entries, root, commits=content["commits"]):
        note = f"completed what was cut off: {content['message']}"
    else:
        left = put_back(entries, root)
        note = f"took back what was cut off half-way: {content['message']}"
        note += "".join(f"; {path} was changed since and is left as it is" for path in left)
    clear(state)
    return [note]


def _entry(item: dict[str, str | None]) -> Entry:
    before = item["before"]
    return Entry(
        path=item["path"] or "",
        before=None if before is None else b64decode(before),
        after=item["after"],
    )


def put_back(entries: Iterable[Entry], root: Path) -> list[str]:
    """Restore each file that holds our new bytes; return the paths that hold other ones."""
    left = []
    for entry in entries:
        full = root / entry.path
        now = files.read(full)
        if now == entry.before:
            continue
        if _digest(now) != entry.after:
            left.append(entry.path)
        elif entry.before is None:
            files.remove(full, root)
        else:
            files.write_whole(full, entry.before)
    return left


def _is_complete(entries: Iterable[Entry], root: Path, *, commits: bool) -> bool:
    entries = list(entries)
    if any(_digest(files.read(root / entry.path)) != entry.after for entry in entries):
        return False
    return not commits or Git(root).is_committed([entry.path for entry in entries])


def _digest(data: bytes | None) -> str | None:
    return None if data is None else files.digest(data)


def _remove_temporaries(folder: Path) -> None:
    for temporary in folder.glob(f"{files.TEMPORARY}*"):
        temporary.unlink(missing_ok=True)
