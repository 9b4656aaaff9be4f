"""Find the files of a workspace that differ from the index.

With few files, the stamp of each is checked. With many, git lists the tracked files that may have
changed, while this process checks the times of folders to find added and deleted names. Then only
a few files are checked: those that git lists, and those whose bytes differ from the last commit.
`refresh.py` reads the files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from crmkb.errors import Problem
from crmkb.store.files.locate import find_git, state_dir
from crmkb.store.files.walk import GRAIN_NS, SUFFIXES, Folder, Found, Stamp, stamp_of, walk
from crmkb.store.git import changed_files
from crmkb.store.git.changed_files import GitView
from crmkb.store.index import tables
from crmkb.store.index.folder_times import FolderChanges, changed_folders

MANY = 5_000
"""With fewer files, checking each is faster than git."""

MOST_NAMED = 20_000
"""If git lists more files than this, walking all folders is faster."""

# A file read within GRAIN_NS of its last change has no size here, so it counts as changed.
_STAMPS = (
    "SELECT path, CASE WHEN max(mtime_ns, ctime_ns) <= read_ns - ? THEN size END,"
    " mtime_ns, ctime_ns, inode FROM files"
)
_UNSETTLED = f"SELECT path FROM files INDEXED BY files_unsettled WHERE {tables.UNSETTLED}"
_UNPLACED = "FROM problems WHERE path NOT IN (SELECT path FROM files)"


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes since the last refresh of the index.

    `doubtful` files must be read, `gone` files deleted from the index, and `known` files have rows
    in it. `folders` are the folders listed now, all of the workspace if `is_whole`; `lost` folders
    are gone. `view` is git's state, None if git is not used. `clock` is the start, in nanoseconds.
    """

    known: Collection[str]
    doubtful: Sequence[str]
    gone: Sequence[str]
    refused: Sequence[Problem]
    folders: Mapping[str, Folder] = field(default_factory=dict)
    lost: Sequence[str] = ()
    clock: int = 0
    view: GitView | None = None
    is_whole: bool = True


def find_difference(db: sqlite3.Connection, root: Path) -> Difference | None:
    """Return how the files differ from the database, or None if they do not."""
    clock = file_clock(state_dir(root))
    former, git_dir = stored_view(db), _git_dir(root)
    pending = changed_files.begin(root, git_dir) if former and former.head else None
    if former and pending:
        try:
            listed = changed_folders(db, root)
        finally:
            view = changed_files.finish(pending, root, git_dir, former)
        if view and len(view.named) <= MOST_NAMED and not _have_rules(root, listed.found):
            difference = _by_git(db, root, listed, view, clock)
            is_known = _is_known(db, difference) and view.is_like(former)
            return None if is_known else difference
    return _by_walk(db, root, former, clock)


def unplaced(db: sqlite3.Connection) -> set[Problem]:
    """Return the problems of paths without a row in `files`, which could not be listed or read."""
    found = db.execute(f"SELECT path, line, field, message, hint {_UNPLACED}")
    return {Problem(*row) for row in found}


def forget_unplaced(db: sqlite3.Connection) -> None:
    """Delete the problems of paths without a row in `files`."""
    db.execute(f"DELETE {_UNPLACED}")


def stored_view(db: sqlite3.Connection) -> GitView | None:
    """Return git's state at the last refresh of the index, or None."""
    row = db.execute("SELECT value FROM meta WHERE key = 'git'").fetchone()
    return GitView(*row[0].partition(" ")[::2]) if row else None


def store_view(db: sqlite3.Connection, view: GitView | None) -> None:
    """Store git's state for the next refresh; None deletes it."""
    db.execute("DELETE FROM meta WHERE key = 'git'")
    if view:
        db.execute("INSERT INTO meta VALUES ('git', ?)", (f"{view.head} {view.seen}",))


def file_clock(state: Path | None) -> int:
    """Return the time of the file system's clock in nanoseconds, 0 if it cannot be read."""
    if state is None:
        return 0
    with suppress(OSError):
        mark = state / "clock"
        mark.write_bytes(b"")
        return mark.stat().st_mtime_ns
    return 0


def _by_walk(
    db: sqlite3.Connection, root: Path, former: GitView | None, clock: int
) -> Difference | None:
    """Return the difference after checking every file, or None."""
    found = walk(root, stamped=_has_files(db))
    known = {row[0]: row[1:] for row in db.execute(_STAMPS, (GRAIN_NS,))}
    doubtful = sorted(path for path, stamp in found.files.items() if known.get(path) != stamp)
    gone = known.keys() - found.files.keys()
    view = _view(root, found, former) if len(found.files) >= MANY and _is_kept(db) else None
    if not doubtful and not gone and set(found.refused) == unplaced(db) and view == former:
        return None
    return Difference(
        *(known.keys(), doubtful, list(gone), found.refused),
        folders=found.folders if view and view.head else {},
        clock=clock,
        view=view,
    )


def _has_files(db: sqlite3.Connection) -> bool:
    """Return whether the database has files; if not, no stamps are needed for comparison."""
    return db.execute("SELECT 1 FROM files LIMIT 1").fetchone() is not None


def _view(root: Path, found: Found, former: GitView | None) -> GitView:
    """Return git's state for the next refresh; its `head` is empty if git cannot be used."""
    git_dir = _git_dir(root)
    useless = GitView("", changed_files.index_state(git_dir))
    if former == useless or _have_rules(root, found):
        return useless
    return changed_files.view(root, git_dir) or useless


def _by_git(
    db: sqlite3.Connection, root: Path, listed: FolderChanges, view: GitView, clock: int
) -> Difference:
    """Return the difference after checking listed folders and files that may have changed."""
    stamps, gone = dict(listed.found.files), set(listed.gone)
    for path in _candidates(db, listed, view) - stamps.keys() - gone:
        stamp = _stamp(root, path)
        if stamp is None:
            gone.add(path)
        else:
            stamps[path] = stamp
    known = _known(db, stamps)
    doubtful = sorted(path for path, stamp in stamps.items() if known.get(path) != stamp)
    return Difference(
        *(known.keys(), doubtful, [*gone], listed.found.refused),
        folders=listed.found.folders,
        lost=[*listed.lost],
        clock=clock,
        view=view,
        is_whole=False,
    )


def _candidates(db: sqlite3.Connection, listed: FolderChanges, view: GitView) -> set[str]:
    """Return the files that may have other bytes than the indexed ones."""
    refused = {problem.path for problem in listed.found.refused}
    not_read = {each.path for each in unplaced(db) if each.path.endswith(SUFFIXES)} - refused
    return {*_known(db, view.named), *not_read, *(row[0] for row in db.execute(_UNSETTLED))}


def _known(db: sqlite3.Connection, paths: Iterable[str]) -> dict[str, tuple[int | None, ...]]:
    """Return the stored stamps of the paths that are in the index."""
    found = (db.execute(f"{_STAMPS} WHERE path = ?", (GRAIN_NS, path)).fetchone() for path in paths)
    return {row[0]: row[1:] for row in found if row}


def _is_known(db: sqlite3.Connection, difference: Difference) -> bool:
    """Return whether nothing changed; a listed folder that is not odd must be stored."""
    new = [*difference.doubtful, *difference.gone, *difference.lost]
    folders = difference.folders.values()
    is_listed_for_good = any(not folder.is_odd for folder in folders)
    return not new and not is_listed_for_good and set(difference.refused) == unplaced(db)


def _stamp(root: Path, path: str) -> Stamp | None:
    """Return the stamp of a file, or None if it does not exist."""
    try:
        stat = (root / path).stat()
    except OSError:
        return None
    return stamp_of(stat) if S_ISREG(stat.st_mode) else None


def _have_rules(root: Path, found: Found) -> bool:
    return any(changed_files.has_rules(root / prefix) for prefix in found.ruled)


def _is_kept(db: sqlite3.Connection) -> bool:
    """Return whether the database is a file, not in memory."""
    return any(file for _, name, file in db.execute("PRAGMA database_list") if name == "main")


def _git_dir(root: Path) -> Path:
    place = find_git(root)
    return place.git_dir if place else root / ".git"
