"""Update the index in one transaction: read only files with a changed stamp.

The rows depend only on the bytes of the files, not on earlier states of the index.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from crmkb.config.settings import Config
from crmkb.schema.kinds import kinds
from crmkb.schema.layout import customer_of, slug_of
from crmkb.store.files.locate import state_dir
from crmkb.store.files.walk import Stamp
from crmkb.store.git import changed_files
from crmkb.store.index import database, folder_times
from crmkb.store.index.batch import Batch, Head
from crmkb.store.index.reader import read_all
from crmkb.store.index.stale_files import (
    Difference,
    file_clock,
    find_difference,
    forget_unplaced,
    store_view,
)

Progress = Callable[[int, int], None]
Committed = Callable[[str], str | None]
Rows = list[tuple[Any, ...]]

_SERIES = ("usage", "nps", "outcomes")
_OWN_TABLES = (
    "fields",
    "tasks",
    "stage_changes",
    "close_date_changes",
    "links",
    "problems",
    "secrets",
    "files",
)
# FTS5 deletes a row only by its id and old values.
_FORGET = (
    "INSERT INTO texts (texts, rowid, path, title, body)"
    " SELECT 'delete', id, path, title, body FROM texts_rows WHERE path = ?",
    "DELETE FROM texts_bodies WHERE id = (SELECT id FROM files WHERE path = ?)",
    "DELETE FROM named WHERE file = (SELECT id FROM files WHERE path = ?)",
)
_MOVE = (
    "UPDATE files SET committed = nullif(?1, digest)"
    " WHERE path = ?2 AND committed IS NOT nullif(?1, digest)"
)


def refresh(
    db: sqlite3.Connection, root: Path, config: Config, as_of: date, progress: Progress
) -> None:
    """Make the database match the files; write nothing if it already does."""
    version = database.version(db)
    difference = find_difference(db, root)
    if difference is None:
        return
    with database.writing(db):
        if database.version(db) != version:  # another command has refreshed it
            difference = find_difference(db, root)
        if difference is not None:
            db.execute("UPDATE main.settings SET as_of = ?", (as_of.isoformat(),))
            _take_in(db, root, config, difference, progress)
    database.log_ahead(db)


def _take_in(
    db: sqlite3.Connection, root: Path, config: Config, difference: Difference, progress: Progress
) -> None:
    forget_unplaced(db)
    intake = _Intake(db, root, difference.known, _committed(db, root, difference))
    intake.forget(difference.gone)
    intake.write({"problems": [astuple(problem) for problem in difference.refused]})
    done, total = 0, len(difference.doubtful)
    reading = read_all(root, config, difference.doubtful, intake.held)
    with no_garbage_collection(), closing(reading) as batches:
        progress(done, total)
        for batch in batches:
            intake.take(batch)
            done += len(batch.new) + len(batch.same) + len(batch.lost)
            progress(done, total)
    _note(db, difference)


def _committed(db: sqlite3.Connection, root: Path, difference: Difference) -> Committed:
    """Return a function from path to blob id in the last commit; update known files immediately."""
    view = difference.view
    if view is None or not view.head:
        return _Ids().of
    moved = sorted(view.moved.items())

    def ids() -> Iterable[tuple[str, str]]:
        return changed_files.committed(root, view.head) if difference.is_whole else moved

    if difference.known:
        known = ((id_, path) for path, id_ in ids() if path in difference.known)
        db.executemany(_MOVE, known)
    return _Ids(ids()).of


class _Ids:
    """Blob ids of files, read lazily: both the pairs and the requests are sorted by path."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = iter(pairs)
        self._path, self._id = "", ""

    def of(self, path: str) -> str | None:
        """Return the id of a file, or None."""
        while self._path < path:
            pair = next(self._pairs, None)
            if pair is None:
                return None
            self._path, self._id = pair
        return self._id if self._path == path else None


def _note(db: sqlite3.Connection, difference: Difference) -> None:
    """Store git's view and the folders, so that the next refresh need not check each file."""
    store_view(db, difference.view)
    if difference.is_whole:
        db.execute("DELETE FROM folders")
    folder_times.note(db, difference.folders, difference.lost, difference.clock)


class _Intake:
    """Writes batches in the transaction of `refresh`; `known` files already have rows."""

    def __init__(
        self, db: sqlite3.Connection, root: Path, known: Collection[str], committed: Committed
    ) -> None:
        self._db, self._known, self._committed = db, known, committed
        self._clock = file_clock(state_dir(root))
        self._ids = count(db.execute("SELECT coalesce(max(id), 0) + 1 FROM files").fetchone()[0])

    def held(self, path: str) -> str:
        """Return the blob id of a file's indexed bytes, or an empty string."""
        return self._held(path)[0] if path in self._known else ""

    def take(self, batch: Batch) -> None:
        """Write the rows of a batch, and delete the old rows of its files."""
        paths = [head.path for head in batch.new]
        former = {path: self._held(path)[1] for path in paths if path in self._known}
        self.forget([*batch.lost, *former])
        self._restamp(batch.same)
        ids = dict(zip(paths, self._ids, strict=False))
        heads = [self._file(ids[head.path], head, former) for head in batch.new]
        self.write({"files": heads, **_numbered(batch.rows, ids)})

    def forget(self, paths: Collection[str]) -> None:
        """Delete all rows of some files."""
        if not paths:
            return
        keys = [(path,) for path in paths]
        for statement in _FORGET:
            self._db.executemany(statement, keys)
        of_customer = [(customer_of(path), path) for path in paths]
        for table in _SERIES:
            self._db.executemany(
                f"DELETE FROM {table} WHERE customer = ? AND path = ?", of_customer
            )
        for table in (*_OWN_TABLES, *(kind.plural for kind in kinds().values())):
            self._db.executemany(f"DELETE FROM {table} WHERE path = ?", keys)

    def write(self, tables: Mapping[str, Rows]) -> None:
        """Write rows by table."""
        for table, rows in tables.items():
            into = "texts (rowid, path, title, body)" if table == "texts" else table
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)

    def _file(
        self, number: int, head: Head, former: Mapping[str, str]
    ) -> tuple[int | str | None, ...]:
        path, kind, title, digest, stamp = head
        of_head = self._committed(path)
        committed = former.get(path, "") if of_head is None else of_head
        named = (number, path, kind, customer_of(path), slug_of(path), title)
        return (*named, *stamp, self._clock, digest, None if committed == digest else committed)

    def _held(self, path: str) -> tuple[str, str]:
        """Return the blob ids of a file's indexed bytes and of its bytes in the last commit."""
        found: tuple[str, str] = self._db.execute(
            "SELECT digest, coalesce(committed, digest) FROM files WHERE path = ?", (path,)
        ).fetchone()
        return found

    def _restamp(self, same: Iterable[tuple[str, Stamp]]) -> None:
        self._db.executemany(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE path = ?",
            ((*stamp, self._clock, path) for path, stamp in same),
        )


def _numbered(rows: Mapping[str, Rows], ids: Mapping[str, int]) -> Mapping[str, Rows]:
    """Return the rows with file ids added for `named`, `texts` and `texts_bodies`."""
    texts = [(ids[path], path, title, body) for path, title, body in rows.get("texts", ())]
    return {
        **rows,
        "named": [(name, ids[path], what) for path, name, what in rows.get("named", ())],
        "texts_bodies": [(number, body) for number, _, _, body in texts],
        "texts": texts,
    }


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Disable garbage collection while many rows are made, which are never part of a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
