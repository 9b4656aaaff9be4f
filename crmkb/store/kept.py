"""Rows of a computed table that stay in the index, as computing them anew would take long.

Beside them stands a mark of what they were computed from; to judge it is left to the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from crmkb.store.database import writing


def mark_of(db: sqlite3.Connection, table: str) -> str | None:
    """Return the mark that was kept with a table, None where nothing was."""
    row = db.execute("SELECT value FROM main.meta WHERE key = ?", (_key(table),)).fetchone()
    return str(row[0]) if row else None


def rows_of(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Return the rows that were kept."""
    return db.execute(f"SELECT * FROM main.{table}").fetchall()


def keep(db: sqlite3.Connection, table: str, mark: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Keep a table's rows; where the index cannot be written, they are computed the next time."""
    listed = list(rows)
    with suppress(sqlite3.OperationalError), writing(db):
        db.execute(f"DELETE FROM main.{table}")
        if listed:
            marks = ", ".join("?" * len(listed[0]))
            db.executemany(f"INSERT INTO main.{table} VALUES ({marks})", listed)
        db.execute("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", (_key(table), mark))


def _key(table: str) -> str:
    return f"{table} kept at"
