"""Bringing the index up to date: only files whose stamp is new are read, in one transaction.

The same bytes of all files give the same rows, however the index came to them.
"""

from __future__ import annotations

import gc
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from crmkb.config import Config
from crmkb.errors import Problem
from crmkb.store import database, files
from crmkb.store.files import Stamp
from crmkb.store.paths import customer_of, slug_of, state_dir

GRAIN_NS = 2_000_000_000
"""A file changed this shortly before it was read may change again under the same stamp."""

Progress = Callable[[int, int], None]

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
# A file read within the grain has no size here, so that its stamp equals nothing on disk.
_STAMPS = (
    "SELECT path, CASE WHEN max(mtime_ns, ctime_ns) <= read_ns - ? THEN size END,"
    " mtime_ns, ctime_ns, inode FROM files"
)
_UNPLACED = "FROM problems WHERE path NOT IN (SELECT path FROM files)"


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index does not know yet: files to read or to forget, and what was refused."""

    stamps: Mapping[str, Stamp]
    known: Collection[str]
    doubtful: Sequence[str]
    gone: Sequence[str]
    refused: Sequence[Problem]


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


def find_difference(db: sqlite3.Connection, root: Path) -> Difference | None:
    """Return how the files differ from what the database holds, or None when they do not."""
    refused: list[Problem] = []
    stamps = files.walk(root, refused)
    known = {row[0]: row[1:] for row in db.execute(_STAMPS, (GRAIN_NS,))}
    doubtful = sorted(path for path, stamp in stamps.items() if known.get(path) != stamp)
    gone = known.keys() - stamps.keys()
    if not doubtful and not gone and set(refused) == _unplaced(db):
        return None
    return Difference(stamps, known.keys(), doubtful, list(gone), refused)


def _unplaced(db: sqlite3.Connection) -> set[Problem]:
    """Return the problems of what could not be walked or read: it has no row in `files`."""
    found = db.execute(f"SELECT path, line, field, message, hint {_UNPLACED}")
    return {Problem(*row) for row in found}


def _take_in(
    db: sqlite3.Connection, root: Path, config: Config, difference: Difference, progress: Progress
) -> None:
    db.execute(f"DELETE {_UNPLACED}")
    intake = _Intake(db, root, config)
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
    progress(total, total)


class _Intake:
    """Reads files into rows and writes these in portions, within the transaction of `refresh`."""

    def __init__(self, db: sqlite3.Connection, root: Path, config: Config) -> None:
        self._db, self._root, self._config = db, root, config
        self._clock = _file_clock(state_dir(root))
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
        digest = None if data is None else files.digest(data)
        if is_known and digest == self._digest(path):
            self._restamp(path, stamp)
            return
        if is_known:
            self.forget([path])
        if data is not None:
            self._add(path, data, (*stamp, self._clock, digest))

    def forget(self, paths: Collection[str]) -> None:
        """Delete all rows of some files."""
        if not paths:
            return
        from crmkb.entities import entities

        keys = [(path,) for path in paths]
        # Full text is found by number only: by path, each deletion would read all of it.
        by_number = "DELETE FROM texts WHERE rowid = (SELECT id FROM files WHERE path = ?)"
        self._db.executemany(by_number, keys)
        for table in (*_OWN_TABLES, *(entity.plural for entity in entities().values())):
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

    def _digest(self, path: str) -> str:
        found: tuple[str] = self._db.execute(
            "SELECT digest FROM files WHERE path = ?", (path,)
        ).fetchone()
        return found[0]

    def _restamp(self, path: str, stamp: Stamp) -> None:
        self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE path = ?",
            (*stamp, self._clock, path),
        )


def _file_clock(state: Path | None) -> int:
    """Return the time of the disk's own clock, by which the files are stamped."""
    if state is None:
        return 0
    with suppress(OSError):
        mark = state / "clock"
        mark.write_bytes(b"")
        return mark.stat().st_mtime_ns
    return 0


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
