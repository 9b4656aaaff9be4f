"""Look into the index as it is, without refreshing it: for completion, which must be instant."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from crmkb.store.paths import state_dir


def rows(root: Path, sql: str, *values: str) -> list[Any]:
    """Return the rows of a query of ours, none where there is no index or it cannot be read."""
    state = state_dir(root)
    if state is None or not (state / "index.sqlite").exists():
        return []
    address = f"{(state / 'index.sqlite').as_uri()}?mode=ro"
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
