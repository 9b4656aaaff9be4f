"""Open the index's database, which may be missing, damaged, outdated or read-only.

`tables.py` defines the tables; `refresh.py` updates the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from crmkb.config.settings import Config
from crmkb.store.files.locate import state_dir
from crmkb.store.index import tables

NAME = "index.sqlite"
_COMPUTED_KB = 24 * 1024
"""The part of the computed tables kept in memory: enough for a workspace of 20,000 files."""

PATIENCE_SECONDS = 30
"""How long to wait for another command that builds the index; building takes less time."""


def open_database(root: Path, config: Config, as_of: date) -> sqlite3.Connection:
    """Return the workspace's database; create it if it is missing or has other settings."""
    folder = state_dir(root)
    if folder is None:
        return in_memory(config, as_of)
    try:
        folder.mkdir(exist_ok=True)
        return _open(folder / NAME, config, as_of)
    except (OSError, sqlite3.OperationalError):
        return in_memory(config, as_of)


def in_memory(config: Config, as_of: date) -> sqlite3.Connection:
    """Return a database in memory, for one command, if no file can be used."""
    return _connect(":memory:", config, as_of)


def attach_computed(db: sqlite3.Connection) -> None:
    """Add a database `computed` for the computed tables and views of this connection.

    Rows that exceed its cache go to a temporary file. Sorting for queries stays in memory, where
    it is limited and cannot fill the disk.
    """
    db.execute("PRAGMA temp_store = FILE")
    db.execute("ATTACH '' AS computed")
    db.execute(f"PRAGMA computed.cache_size = -{_COMPUTED_KB}")
    db.execute("PRAGMA computed.journal_mode = MEMORY")
    db.execute("PRAGMA temp_store = MEMORY")


def discard(root: Path) -> None:
    """Delete a damaged database; it is only a cache."""
    folder = state_dir(root)
    if folder is not None:
        _unlink(folder / NAME)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether an error means a damaged file, not an invalid query or a full disk."""
    return type(error) is sqlite3.DatabaseError


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one write transaction; wait for another writer first."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # already rolled back if the disk is full
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def log_ahead(db: sqlite3.Connection) -> None:
    """Enable write-ahead logging, so that others can read while one writes."""
    with suppress(sqlite3.OperationalError):  # another command is enabling it now
        db.execute("PRAGMA journal_mode = WAL")


def version(db: sqlite3.Connection) -> int:
    """Return a number that changes when another connection has written."""
    number: int = db.execute("PRAGMA data_version").fetchone()[0]
    return number


def _open(path: Path, config: Config, as_of: date) -> sqlite3.Connection:
    try:
        return _connect(str(path), config, as_of)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        _unlink(path)
        return _connect(str(path), config, as_of)


def _unlink(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connect(path: str, config: Config, as_of: date) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_SECONDS)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -8192")  # KB; building takes twice as much
        _prepare(db, config, as_of)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, config: Config, as_of: date) -> None:
    """Create the tables for these settings, and drop those of other settings."""
    wanted = tables.fingerprint(config)
    if _fingerprint(db) == wanted:
        return
    db.execute("PRAGMA page_size = 16384")  # larger pages waste less space with long texts
    if db.execute("PRAGMA page_count").fetchone()[0]:  # without it, a new file is written only once
        log_ahead(db)
    with writing(db):
        if _fingerprint(db) != wanted:
            _drop_all(db)
            tables.create(db)
            tables.add_settings(db, config, as_of, temporary=False)
            db.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (wanted,))


def _fingerprint(db: sqlite3.Connection) -> str | None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return None
    row = db.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()
    return row[0] if row else None


def _drop_all(db: sqlite3.Connection) -> None:
    listed = db.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    for kind, name in listed.fetchall():
        db.execute(f'DROP {kind} IF EXISTS "{name}"')  # full-text tables drop their shadow tables


def peek(root: Path, sql: str, *values: str) -> list[Any]:
    """Return the rows of a query on the index as it is, none if it cannot be read."""
    state = state_dir(root)
    if state is None or not (state / NAME).exists():
        return []
    address = f"{(state / NAME).as_uri()}?mode=ro"
    try:
        db = sqlite3.connect(address, uri=True, timeout=0.1)
    except sqlite3.Error:
        return []
    try:
        return db.execute(sql, values).fetchall()
    except sqlite3.Error:
        return []
    finally:
        db.close()
