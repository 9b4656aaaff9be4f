"""The folders that the index knows: listed again only where their times tell of other names."""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crmkb.store.walk import GRAIN_NS, WALKED, Folder, Found, list_folder

# What was listed within the grain has no time here, so that it equals no folder on disk.
_KNOWN = f"""
SELECT path, CASE WHEN max(mtime_ns, ctime_ns) <= read_ns - {GRAIN_NS} AND NOT is_odd
    THEN mtime_ns END, ctime_ns, inode
FROM folders
"""
_TOPS = frozenset(f"{folder}/" for folder in WALKED)
_FILES_BELOW = "SELECT path FROM files WHERE path >= ? AND path < ?"


@dataclass(frozen=True, slots=True)
class Look:
    """What lies in the folders that had to be listed, and which files and folders are gone."""

    found: Found = field(default_factory=Found)
    gone: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


def look(db: sqlite3.Connection, root: Path) -> Look:
    """List the folders whose times are new, and the new ones in them."""
    changed = _changed(db, root)
    looked = Look()
    if not changed:
        return looked
    known = {prefix for (prefix,) in db.execute("SELECT path FROM folders")}
    changed.sort(reverse=True)  # a folder before those in it, which may have gone with it
    below: dict[str, set[str]] = defaultdict(set)
    for prefix in known if changed != [""] else _TOPS & known:
        below[_parent(prefix)].add(prefix)
    while changed:
        prefix = changed.pop()
        if prefix in looked.found.folders or prefix in looked.lost:
            continue
        listed = list_folder(root, prefix, looked.found)
        changed += [folder for folder in listed if folder not in known]
        for folder in below[prefix].difference(listed):
            _lose(looked, db, folder, below)
        there = looked.found.files
        looked.gone.update(path for path in _files_in(db, prefix) if path not in there)
    return looked


def note(
    db: sqlite3.Connection, folders: Mapping[str, Folder], lost: Iterable[str], clock: int
) -> None:
    """Let the index know folders as they were listed, at the time `clock` or later."""
    db.executemany("DELETE FROM folders WHERE path = ?", ((prefix,) for prefix in lost))
    db.executemany(
        "INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?, ?, ?)",
        ((prefix, *folder, clock) for prefix, folder in folders.items()),
    )


def _changed(db: sqlite3.Connection, root: Path) -> list[str]:
    """Return the known folders whose times are new or that are gone.

    There may be fifty thousand: nothing is made here that is not needed.
    """
    changed, top, look_at = [], f"{root}/", os.stat
    for prefix, mtime_ns, ctime_ns, inode in db.execute(_KNOWN):
        try:
            stat = look_at(top + prefix)
        except OSError:
            changed.append(prefix)
            continue
        if stat.st_mtime_ns != mtime_ns or stat.st_ctime_ns != ctime_ns or stat.st_ino != inode:
            changed.append(prefix)
    return changed


def _parent(prefix: str) -> str:
    """Return the folder in which a folder lies; that of the workspace lies in none of ours."""
    return prefix[: prefix.rfind("/", 0, -1) + 1] if prefix else "/"


def _lose(looked: Look, db: sqlite3.Connection, prefix: str, below: Mapping[str, set[str]]) -> None:
    """Note that a folder is gone, with all in it."""
    looked.gone.update(path for (path,) in db.execute(_FILES_BELOW, _range(prefix)))
    folders = [prefix]
    while folders:
        looked.lost.add(folders[-1])
        folders += below.get(folders.pop(), ())


def _files_in(db: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """Yield the known files that lie in a folder itself."""
    for (path,) in db.execute(_FILES_BELOW, _range(prefix)) if prefix else ():
        if "/" not in path[len(prefix) :]:
            yield path


def _range(prefix: str) -> tuple[str, str]:
    """Return between which names the paths below a folder lie."""
    return prefix, f"{prefix[:-1]}0"
