"""How the files of a workspace differ from what the index holds.

Where there are few, each is looked at. Where there are many, git is asked which of the files that
it knows may have changed, while we look at the folders, whose times tell of new and lost names.
Then only few files are looked at: those that git names, and those whose bytes are not those of the
last commit. Reading what differs is left to `refresh`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from crmkb.errors import Problem
from crmkb.store import git_view, schema
from crmkb.store.folders import Look, look
from crmkb.store.git_view import GitView
from crmkb.store.paths import find_git, state_dir
from crmkb.store.walk import GRAIN_NS, SUFFIXES, Folder, Found, Stamp, stamp_of, walk

MANY = 5_000
"""With fewer files, git would take longer than looking at each."""

MOST_NAMED = 20_000
"""Beyond so many that git names, looking at all files in the order of folders is quicker."""

# What was read within the grain has no size here, so that its stamp equals nothing on disk.
_STAMPS = (
    "SELECT path, CASE WHEN max(mtime_ns, ctime_ns) <= read_ns - ? THEN size END,"
    " mtime_ns, ctime_ns, inode FROM files"
)
_UNSETTLED = f"SELECT path FROM files INDEXED BY files_unsettled WHERE {schema.UNSETTLED}"
_UNPLACED = "FROM problems WHERE path NOT IN (SELECT path FROM files)"


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index does not know yet: files to read or to forget, and what was refused.

    `folders` are those listed now, all there are if it `is_whole`, and `lost` those that are gone.
    `view` is what git told, None where it is not asked; `clock` is when all this began.
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
    """Return how the files differ from what the database holds, or None when they do not."""
    clock = file_clock(state_dir(root))
    former, git_dir = git_view.remembered(db), _git_dir(root)
    looking = git_view.begin(root, git_dir) if former and former.head else None
    if former and looking:
        try:
            listed = look(db, root)
        finally:
            view = git_view.finish(looking, root, git_dir, former)
        if view and len(view.named) <= MOST_NAMED and not _have_rules(root, listed.found):
            difference = _by_git(db, root, listed, view, clock)
            is_known = _is_known(db, difference) and view.is_like(former)
            return None if is_known else difference
    return _by_walk(db, root, former, clock)


def unplaced(db: sqlite3.Connection) -> set[Problem]:
    """Return the problems of what could not be walked or read: it has no row in `files`."""
    found = db.execute(f"SELECT path, line, field, message, hint {_UNPLACED}")
    return {Problem(*row) for row in found}


def forget_unplaced(db: sqlite3.Connection) -> None:
    """Delete these problems."""
    db.execute(f"DELETE {_UNPLACED}")


def file_clock(state: Path | None) -> int:
    """Return the time of the disk's own clock, by which the files are stamped."""
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
    """Look at every file."""
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
    """Return whether the database holds any; else none needs a stamp to be told from."""
    return db.execute("SELECT 1 FROM files LIMIT 1").fetchone() is not None


def _view(root: Path, found: Found, former: GitView | None) -> GitView:
    """Return what git tells for the next time; without a commit, that it will be of no use."""
    git_dir = _git_dir(root)
    useless = GitView("", git_view.index_state(git_dir))
    if former == useless or _have_rules(root, found):
        return useless
    return git_view.view(root, git_dir) or useless


def _by_git(
    db: sqlite3.Connection, root: Path, listed: Look, view: GitView, clock: int
) -> Difference:
    """Look at the files in folders that were listed, and at those that may have changed."""
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


def _candidates(db: sqlite3.Connection, listed: Look, view: GitView) -> set[str]:
    """Return the files whose bytes may not be those that the index was made of."""
    refused = {problem.path for problem in listed.found.refused}
    not_read = {each.path for each in unplaced(db) if each.path.endswith(SUFFIXES)} - refused
    return {*_known(db, view.named), *not_read, *(row[0] for row in db.execute(_UNSETTLED))}


def _known(db: sqlite3.Connection, paths: Iterable[str]) -> dict[str, tuple[int | None, ...]]:
    """Return the stamps that the index has of files, of those that it knows."""
    found = (db.execute(f"{_STAMPS} WHERE path = ?", (GRAIN_NS, path)).fetchone() for path in paths)
    return {row[0]: row[1:] for row in found if row}


def _is_known(db: sqlite3.Connection, difference: Difference) -> bool:
    """Return whether all is as the index has it; a folder that is not odd is to be noted."""
    new = [*difference.doubtful, *difference.gone, *difference.lost]
    folders = difference.folders.values()
    is_listed_for_good = any(not folder.is_odd for folder in folders)
    return not new and not is_listed_for_good and set(difference.refused) == unplaced(db)


def _stamp(root: Path, path: str) -> Stamp | None:
    """Return the stamp of a file, None where there is none."""
    try:
        stat = (root / path).stat()
    except OSError:
        return None
    return stamp_of(stat) if S_ISREG(stat.st_mode) else None


def _have_rules(root: Path, found: Found) -> bool:
    return any(git_view.has_rules(root / prefix) for prefix in found.ruled)


def _is_kept(db: sqlite3.Connection) -> bool:
    """Return whether the database is a file, to be found by the next command."""
    return any(file for _, name, file in db.execute("PRAGMA database_list") if name == "main")


def _git_dir(root: Path) -> Path:
    place = find_git(root)
    return place.git_dir if place else root / ".git"
