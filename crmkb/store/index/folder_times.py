"""List folders of the index again only if their times have changed."""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crmkb.store.files.walk import GRAIN_NS, WALKED, Folder, Found, list_folder

# A folder listed within GRAIN_NS of its last change has no time here, so it counts as changed.
_KNOWN = f"""
SELECT path, CASE WHEN max(mtime_ns, ctime_ns) <= read_ns - {GRAIN_NS} AND NOT is_odd
    THEN mtime_ns END, ctime_ns, inode
FROM folders
"""
_TOPS = frozenset(f"{folder}/" for folder in WALKED)
_FILES_BELOW = "SELECT path FROM files WHERE path >= ? AND path < ?"


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """The entries of the folders listed again, the `gone` files and the `lost` folders."""

    found: Found = field(default_factory=Found)
    gone: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


def changed_folders(db: sqlite3.Connection, root: Path) -> FolderChanges:
    """List the folders with changed times, and new folders in them."""
    changed = _changed(db, root)
    checked = FolderChanges()
    if not changed:
        return checked
    known = {prefix for (prefix,) in db.execute("SELECT path FROM folders")}
    changed.sort(reverse=True)  # parents first: their sub-folders may be gone too
    below: dict[str, set[str]] = defaultdict(set)
    for prefix in known if changed != [""] else _TOPS & known:
        below[_parent(prefix)].add(prefix)
    while changed:
        prefix = changed.pop()
        if prefix in checked.found.folders or prefix in checked.lost:
            continue
        listed = list_folder(root, prefix, checked.found)
        changed += [folder for folder in listed if folder not in known]
        for folder in below[prefix].difference(listed):
            _lose(checked, db, folder, below)
        there = checked.found.files
        checked.gone.update(path for path in _files_in(db, prefix) if path not in there)
    return checked


def note(
    db: sqlite3.Connection, folders: Mapping[str, Folder], lost: Iterable[str], clock: int
) -> None:
    """Store folders as listed at the time `clock` or later, and delete lost ones."""
    db.executemany("DELETE FROM folders WHERE path = ?", ((prefix,) for prefix in lost))
    db.executemany(
        "INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?, ?, ?)",
        ((prefix, *folder, clock) for prefix, folder in folders.items()),
    )


def _changed(db: sqlite3.Connection, root: Path) -> list[str]:
    """Return the known folders that are gone or have new times.

    There may be 50,000 folders, so this loop creates no unnecessary objects.
    """
    changed, top, check_folder = [], f"{root}/", os.stat
    for prefix, mtime_ns, ctime_ns, inode in db.execute(_KNOWN):
        try:
            stat = check_folder(top + prefix)
        except OSError:
            changed.append(prefix)
            continue
        if stat.st_mtime_ns != mtime_ns or stat.st_ctime_ns != ctime_ns or stat.st_ino != inode:
            changed.append(prefix)
    return changed


def _parent(prefix: str) -> str:
    """Return the parent of a folder; "/" for the workspace folder, which has none."""
    return prefix[: prefix.rfind("/", 0, -1) + 1] if prefix else "/"


def _lose(
    checked: FolderChanges, db: sqlite3.Connection, prefix: str, below: Mapping[str, set[str]]
) -> None:
    """Record that a folder is gone, with all files and folders in it."""
    checked.gone.update(path for (path,) in db.execute(_FILES_BELOW, _range(prefix)))
    folders = [prefix]
    while folders:
        checked.lost.add(folders[-1])
        folders += below.get(folders.pop(), ())


def _files_in(db: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """Yield the known files directly in a folder."""
    for (path,) in db.execute(_FILES_BELOW, _range(prefix)) if prefix else ():
        if "/" not in path[len(prefix) :]:
            yield path


def _range(prefix: str) -> tuple[str, str]:
    """Return the lower and upper bound of the paths below a folder."""
    return prefix, f"{prefix[:-1]}0"
