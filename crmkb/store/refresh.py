"""Bringing the index up to date: only files whose stamp is new are read, in one transaction.

The same bytes of all files give the same rows, however the index came to them.
"""

from __future__ import annotations

import gc
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from crmkb.config import Config
from crmkb.kinds import kinds
from crmkb.store import database, files, folders, git_view
from crmkb.store.difference import Difference, file_clock, find_difference, forget_unplaced
from crmkb.store.paths import customer_of, slug_of, state_dir
from crmkb.store.walk import Stamp

Progress = Callable[[int, int], None]
Committed = Callable[[str], str | None]

_OWN_TABLES = (
    "fields",
    "names",
    "tasks",
    "stage_changes",
    "close_date_changes",
    "usage",
    "nps",
    "outcomes",
    "links",
    "problems",
    "secrets",
    "files",
)
_PORTION = 500


def refresh(
    db: sqlite3.Connection, root: Path, config: Config, as_of: date, progress: Progress
) -> None:
    """Make the database hold what the files hold now; write nothing when it does already."""
    version = database.version(db)
    difference = find_difference(db, root)
    if difference is None:
        return
    with database.writing(db):
        if database.version(db) != version:  # another command was faster
            difference = find_difference(db, root)
        if difference is not None:
            db.execute("UPDATE main.settings SET as_of = ?", (as_of.isoformat(),))
            _take_in(db, root, config, difference, progress)


def _take_in(
    db: sqlite3.Connection, root: Path, config: Config, difference: Difference, progress: Progress
) -> None:
    forget_unplaced(db)
    committed = _committed(db, root, difference)
    intake = _Intake(db, root, config, committed)
    intake.tables["problems"] += map(astuple, difference.refused)
    intake.forget(difference.gone)
    total = len(difference.doubtful)
    with no_garbage_collection():
        for number, path in enumerate(difference.doubtful):
            if number % _PORTION == 0:
                intake.write()
                progress(number, total)
            intake.read(path, difference.stamps[path], is_known=path in difference.known)
        intake.write()
    _note(db, difference)
    progress(total, total)


def _committed(db: sqlite3.Connection, root: Path, difference: Difference) -> Committed:
    """Return what tells the ids of files in git's last commit; known files get theirs at once."""
    view = difference.view
    if view is None or not view.head:
        return _Ids().of
    moved = sorted(view.moved.items())

    def ids() -> Iterable[tuple[str, str]]:
        return git_view.committed(root, view.head) if difference.is_whole else moved

    if difference.known:
        known = ((id_, path, id_) for path, id_ in ids() if path in difference.known)
        db.executemany(
            "UPDATE files SET committed = ? WHERE path = ? AND committed IS NOT ?", known
        )
    return _Ids(ids()).of


class _Ids:
    """Ids of files, sorted by path, asked for in that order: so they need not all be kept."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = iter(pairs)
        self._path, self._id = "", ""

    def of(self, path: str) -> str | None:
        """Return the id of a file, None for one that has none here."""
        while self._path < path:
            pair = next(self._pairs, None)
            if pair is None:
                return None
            self._path, self._id = pair
        return self._id if self._path == path else None


def _note(db: sqlite3.Connection, difference: Difference) -> None:
    """Keep what spares looking at each file the next time."""
    git_view.remember(db, difference.view)
    if difference.is_whole:
        db.execute("DELETE FROM folders")
    folders.note(db, difference.folders, difference.lost, difference.clock)


class _Intake:
    """Reads files into rows and writes these in portions, within the transaction of `refresh`."""

    def __init__(
        self, db: sqlite3.Connection, root: Path, config: Config, committed: Committed
    ) -> None:
        self._db, self._root, self._config, self._committed = db, root, config, committed
        self._clock = file_clock(state_dir(root))
        self._ids = count(db.execute("SELECT coalesce(max(id), 0) + 1 FROM files").fetchone()[0])
        self.tables: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def read(self, path: str, stamp: Stamp, *, is_known: bool) -> None:
        """Read one file; rows of what it held before give way, unless it is still the same."""
        try:
            data = files.read(self._root / path)
        except files.CannotRead as error:
            self.forget([path])
            self.tables["problems"].append((path, 1, "", error.message, ""))
            return
        digest = None if data is None else files.blob(data)
        held, committed = self._held(path) if is_known else ("", None)
        if is_known and digest == held:
            self._restamp(path, stamp)
            return
        if is_known:
            self.forget([path])
        if data is not None:
            of_head = self._committed(path)
            committed = committed if of_head is None else of_head
            self._add(path, data, (*stamp, self._clock, digest, committed))

    def forget(self, paths: Collection[str]) -> None:
        """Delete all rows of some files."""
        if not paths:
            return
        keys = [(path,) for path in paths]
        # Full text is found by number only: by path, each deletion would read all of it.
        by_number = "DELETE FROM texts WHERE rowid = (SELECT id FROM files WHERE path = ?)"
        self._db.executemany(by_number, keys)
        for table in (*_OWN_TABLES, *(kind.plural for kind in kinds().values())):
            self._db.executemany(f"DELETE FROM {table} WHERE path = ?", keys)

    def write(self) -> None:
        """Write the rows gathered since the last time."""
        for table, rows in self.tables.items():
            into = "texts (path, title, body, rowid)" if table == "texts" else table
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)
        self.tables.clear()

    def _add(self, path: str, data: bytes, state: tuple[Any, ...]) -> None:
        from crmkb.store.rows import rows_of

        rows = rows_of(path, data, self._config)
        number = next(self._ids)
        head = (number, path, rows.kind, customer_of(path), slug_of(path), rows.title)
        self.tables["files"].append((*head, *state))
        texts = rows.tables.pop("texts", [])
        self.tables["texts"] += [(*text, number) for text in texts]
        for table, values in rows.tables.items():
            self.tables[table] += values

    def _held(self, path: str) -> tuple[str, str | None]:
        """Return the id of the bytes whose rows there are, and of those in git's last commit."""
        found: tuple[str, str | None] = self._db.execute(
            "SELECT digest, committed FROM files WHERE path = ?", (path,)
        ).fetchone()
        return found

    def _restamp(self, path: str, stamp: Stamp) -> None:
        self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE path = ?",
            (*stamp, self._clock, path),
        )


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Spare the collector the many small rows: none of them is part of a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
