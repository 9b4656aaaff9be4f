"""The index: an SQLite cache in the git directory, updated incrementally before each read.

Deleting it loses no data. If there is no git directory, or it is not writable, the index is built
in memory for each command.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from crmkb.config.settings import Config
from crmkb.errors import Problem
from crmkb.store.index import database, functions, tables
from crmkb.store.index.computed import ComputedTables, Fill
from crmkb.store.index.refresh import Progress, refresh


class Index:
    """The open, refreshed index of one workspace; `store/sql/safe_sql.py` also uses its `db`.

    `computed` manages the tables that are filled when a query first reads them.
    """

    def __init__(
        self,
        root: Path,
        config: Config,
        as_of: date,
        progress: Progress | None = None,
        fill: Fill | None = None,
    ) -> None:
        self.root, self.config, self.as_of = root, config, as_of
        self._progress = progress or _silent
        self.computed = ComputedTables(partial(fill, self) if fill else None)
        self.db = database.open_database(root, config, as_of)
        try:
            self._begin()
        except sqlite3.OperationalError:  # read-only, full or locked too long: use memory
            self.db.close()
            self.db = database.in_memory(config, as_of)
            self._begin()
        except sqlite3.DatabaseError as error:
            self._rebuild(error)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of trusted SQL; SQL from users goes through `safe_sql.run`."""
        try:
            return self.db.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._rebuild(error)
            return self.db.execute(sql, values).fetchall()

    def problems(self) -> list[Problem]:
        """Return the problems of single files, sorted by path and line."""
        found = self.rows("SELECT path, line, field, message, hint FROM problems")
        return sorted(Problem(*row) for row in found)

    def _begin(self) -> None:
        refresh(self.db, self.root, self.config, self.as_of, self._progress)
        database.attach_computed(self.db)
        tables.add_settings(self.db, self.config, self.as_of, temporary=True)
        functions.add_to(self.db)
        self.computed.restart(self.db)

    def _rebuild(self, error: sqlite3.DatabaseError) -> None:
        """Rebuild a damaged database from scratch; raise any other error again."""
        if not database.is_damage(error):
            raise error
        self.db.close()
        database.discard(self.root)
        self.db = database.open_database(self.root, self.config, self.as_of)
        self._begin()


def _silent(done: int, total: int) -> None:
    pass
