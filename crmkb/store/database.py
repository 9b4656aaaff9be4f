"""Opening the index's database: a cache that may be missing, damaged, foreign or read-only.

What is in it, and keeping that fresh, is left to `index` and `schema`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from crmkb.config import Config
from crmkb.store import schema
from crmkb.store.paths import state_dir

NAME = "index.sqlite"
_COMPUTED_KB = 24 * 1024
"""How much of the computed tables stays in memory: all of a workspace of 20,000 files."""

PATIENCE_SECONDS = 30
"""How long to wait for another command that builds the index: longer than building takes."""


def open_database(root: Path, config: Config, as_of: date) -> sqlite3.Connection:
    """Return the workspace's database, made where there is none that fits the settings."""
    folder = state_dir(root)
    if folder is None:
        return in_memory(config, as_of)
    try:
        folder.mkdir(exist_ok=True)
        return _open(folder / NAME, config, as_of)
    except (OSError, sqlite3.OperationalError):
        return in_memory(config, as_of)


def in_memory(config: Config, as_of: date) -> sqlite3.Connection:
    """Return a database for the one command, where none can be kept."""
    return _connect(":memory:", config, as_of)


def attach_computed(db: sqlite3.Connection) -> None:
    """Add a database `computed` for what this connection works out: tables of scores and views.

    What outgrows its cache goes to a temporary file. Not so what queries sort: in memory they can
    be bounded, and nobody fills a disk with them.
    """
    db.execute("PRAGMA temp_store = FILE")
    db.execute("ATTACH '' AS computed")
    db.execute(f"PRAGMA computed.cache_size = -{_COMPUTED_KB}")
    db.execute("PRAGMA computed.journal_mode = MEMORY")
    db.execute("PRAGMA temp_store = MEMORY")


def discard(root: Path) -> None:
    """Delete a database that turned out damaged: it is only a cache."""
    folder = state_dir(root)
    if folder is not None:
        _unlink(folder / NAME)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether an error tells of a broken file, not of a wrong query or a full disk."""
    return type(error) is sqlite3.DatabaseError


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """Write within one transaction, alone: another writer is waited for."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled back already
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def log_ahead(db: sqlite3.Connection) -> None:
    """Let others read while one writes, from now on."""
    with suppress(sqlite3.OperationalError):  # they are about to do it themselves
        db.execute("PRAGMA journal_mode = WAL")


def version(db: sqlite3.Connection) -> int:
    """Return a number that changes when somebody else has written."""
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
        db.execute("PRAGMA cache_size = -8192")  # KB; twice that is taken while it is built
        _prepare(db, config, as_of)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, config: Config, as_of: date) -> None:
    """Make the tables of these settings, in the place of others."""
    wanted = schema.fingerprint(config)
    if _fingerprint(db) == wanted:
        return
    db.execute("PRAGMA page_size = 16384")  # of larger pages, texts leave less unused
    if db.execute("PRAGMA page_count").fetchone()[0]:  # a new file is written only once without
        log_ahead(db)
    with writing(db):
        if _fingerprint(db) != wanted:
            _drop_all(db)
            schema.create(db)
            schema.add_settings(db, config, as_of, temporary=False)
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
        db.execute(f'DROP {kind} IF EXISTS "{name}"')  # tables of full text go with it
