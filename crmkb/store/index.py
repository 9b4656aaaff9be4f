"""The index: SQLite beside git's files, a cache that is refreshed by difference before reading.

Deleting it loses nothing. Where the git directory cannot be written, or there is none, the index
is built in memory for the one command.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

from crmkb.config import Config
from crmkb.errors import Problem
from crmkb.store import database, schema
from crmkb.store.refresh import Progress, refresh


class Index:
    """An open index of one workspace, refreshed; `db` may also be read by `store/query.py`."""

    def __init__(
        self, root: Path, config: Config, as_of: date, progress: Progress | None = None
    ) -> None:
        self.root, self.config, self.as_of = root, config, as_of
        self._progress = progress or _silent
        self.db = database.open_database(root, config, as_of)
        try:
            self._begin()
        except sqlite3.OperationalError:  # read-only, full or locked for long: do without the file
            self.db.close()
            self.db = database.in_memory(config, as_of)
            self._begin()
        except sqlite3.DatabaseError as error:
            self._mend(error)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query of ours; text from people goes through `query.run`."""
        try:
            return self.db.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._mend(error)
            return self.db.execute(sql, values).fetchall()

    def problems(self) -> list[Problem]:
        """Return what is wrong in single files, in the order of paths and lines."""
        found = self.rows("SELECT path, line, field, message, hint FROM problems")
        return sorted(Problem(*row) for row in found)

    def _begin(self) -> None:
        refresh(self.db, self.root, self.config, self.as_of, self._progress)
        schema.add_settings(self.db, self.config, self.as_of, temporary=True)

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        """Build a damaged database anew: it is only a cache; raise any other error again."""
        if not database.is_damage(error):
            raise error
        self.db.close()
        database.discard(self.root)
        self.db = database.open_database(self.root, self.config, self.as_of)
        self._begin()


def _silent(done: int, total: int) -> None:
    pass
