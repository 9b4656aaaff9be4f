"""The index: SQLite beside git's files, a cache that is refreshed by difference before reading.

Deleting it loses nothing. Where the git directory cannot be written, or there is none, the index
is built in memory for the one command.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple
from datetime import date
from pathlib import Path

from crmkb.config import Config
from crmkb.errors import Problem
from crmkb.store import files, schema
from crmkb.store.files import Stamp
from crmkb.store.paths import customer_of, slug_of, state_dir

GRAIN_NS = 2_000_000_000
"""A file changed this shortly before it was read may change again under the same stamp."""

Progress = Callable[[int, int], None]
_OWN_TABLES = ("fields", "names", "tasks", "stage_changes", "links", "problems", "texts")


class Index:
    """An open index of one workspace, refreshed; `db` may also be read by `store/query.py`."""

    def __init__(self, root: Path, config: Config, as_of: date, progress: Progress | None = None):
        self.root, self.config, self.as_of = root, config, as_of
        fingerprint = schema.fingerprint(config)
        self.db = _open(root, fingerprint)
        try:
            self._refresh(progress or _silent)
        except sqlite3.OperationalError:  # read-only, full or locked for long: do without the file
            self.db.close()
            self.db = _prepare(_connect(":memory:"), fingerprint)
            self._refresh(progress or _silent)
        schema.add_settings(self.db, config, as_of, temporary=True)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of a query of ours; text from people goes through `query.run`."""
        return self.db.execute(sql, values).fetchall()

    def problems(self) -> list[Problem]:
        """Return what is wrong in single files, in the order of paths and lines."""
        found = self.db.execute("SELECT path, line, field, message, hint FROM problems")
        return sorted(Problem(*row) for row in found)

    def _refresh(self, progress: Progress) -> None:
        refused: list[Problem] = []
        on_disk = dict(files.walk(self.root, refused))
        known = {
            row[0]: (Stamp(*row[1:5]), row[5], row[6])
            for row in self.db.execute(
                "SELECT path, size, mtime_ns, ctime_ns, inode, read_ns, digest FROM files"
            )
        }
        gone = known.keys() - on_disk.keys()
        doubtful = [path for path, stamp in on_disk.items() if _is_doubtful(stamp, known.get(path))]
        if gone or doubtful or refused or self._had_refused():
            with _writing(self.db):
                schema.add_settings(self.db, self.config, self.as_of, temporary=False)
                self._forget(gone)
                self._remember_refused(refused)
                digests = {path: known[path][2] for path in doubtful if path in known}
                self._read(doubtful, on_disk, digests, progress)

    def _had_refused(self) -> bool:
        return bool(self.rows("SELECT 1 FROM meta WHERE key = 'refused'"))

    def _remember_refused(self, refused: Iterable[Problem]) -> None:
        """Keep what the walk could not follow as problems of paths that have no file row."""
        self.db.execute("DELETE FROM problems WHERE path NOT IN (SELECT path FROM files)")
        self.db.execute("DELETE FROM meta WHERE key = 'refused'")
        for problem in refused:
            self.db.execute("INSERT INTO problems VALUES (?, ?, ?, ?, ?)", astuple(problem))
            self.db.execute("INSERT OR REPLACE INTO meta VALUES ('refused', '')")

    def _read(
        self,
        paths: list[str],
        on_disk: Mapping[str, Stamp],
        digests: Mapping[str, str],
        progress: Progress,
    ) -> None:
        clock = _file_clock(state_dir(self.root))
        with _no_garbage_collection():
            for number, path in enumerate(paths):
                progress(number, len(paths))
                self._read_one(path, on_disk[path], digests.get(path), clock)
        progress(len(paths), len(paths))

    def _read_one(self, path: str, stamp: Stamp, known: str | None, clock: int) -> None:
        try:
            data = files.read(self.root / path)
        except files.CannotRead as error:
            self._forget([path])
            self.db.execute("INSERT INTO problems VALUES (?, 1, '', ?, '')", (path, error.message))
            return
        if data is None:
            return
        digest = files.digest(data)
        if digest == known:
            self.db.execute(
                "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
                " WHERE path = ?",
                (*astuple(stamp), clock, path),
            )
        else:
            self._forget([path])
            self._add(path, data, (*astuple(stamp), clock, digest))

    def _add(self, path: str, data: bytes, state: tuple[object, ...]) -> None:
        from crmkb.store.rows import rows_of

        rows = rows_of(path, data, self.config)
        head = (path, rows.kind, customer_of(path), slug_of(path), rows.title)
        self.db.execute(f"INSERT INTO files VALUES ({_marks(11)})", (*head, *state))
        for table, values in rows.tables.items():
            self.db.executemany(f"INSERT INTO {table} VALUES ({_marks(len(values[0]))})", values)

    def _forget(self, paths: Iterable[str]) -> None:
        from crmkb.entities import entities

        tables = [*_OWN_TABLES, "files", *(entity.plural for entity in entities().values())]
        for path in paths:
            if not self.rows("SELECT 1 FROM files WHERE path = ?", path):
                continue
            for table in tables:
                self.db.execute(f"DELETE FROM {table} WHERE path = ?", (path,))


def _is_doubtful(stamp: Stamp, known: tuple[Stamp, int, str] | None) -> bool:
    if known is None:
        return True
    old, read_ns, _ = known
    return old != stamp or max(stamp.mtime_ns, stamp.ctime_ns) > read_ns - GRAIN_NS


def _file_clock(state: Path | None) -> int:
    """Return the time of the disk's own clock, by which the files are stamped."""
    if state is None:
        return 0
    with suppress(OSError):
        mark = state / "clock"
        mark.write_bytes(b"")
        return mark.stat().st_mtime_ns
    return 0


def _open(root: Path, fingerprint: str) -> sqlite3.Connection:
    folder = state_dir(root)
    if folder is None:
        return _prepare(_connect(":memory:"), fingerprint)
    path = folder / "index.sqlite"
    try:
        folder.mkdir(exist_ok=True)
        return _prepare(_connect(str(path)), fingerprint)
    except (OSError, sqlite3.OperationalError):
        return _prepare(_connect(":memory:"), fingerprint)
    except sqlite3.DatabaseError:  # damaged: it is only a cache
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _prepare(_connect(str(path)), fingerprint)


def _connect(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=10)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def _prepare(db: sqlite3.Connection, fingerprint: str) -> sqlite3.Connection:
    """Return the database with the tables of this fingerprint, emptied where it was another."""
    if _fingerprint(db) == fingerprint:
        return db
    db.execute("PRAGMA journal_mode = WAL")
    with _writing(db):
        if _fingerprint(db) != fingerprint:
            _drop_all(db)
            schema.create(db)
            db.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (fingerprint,))
    return db


def _fingerprint(db: sqlite3.Connection) -> str | None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return None
    row = db.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()
    return row[0] if row else None


def _drop_all(db: sqlite3.Connection) -> None:
    listed = db.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'texts\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    for kind, name in listed.fetchall():
        db.execute(f'DROP {kind} "{name}"')


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Spare the collector the many small rows: none of them is part of a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _silent(done: int, total: int) -> None:
    pass
