"""The index: SQLite beside git's files, a cache that is refreshed by difference before reading.

Deleting it loses nothing. Where the git directory cannot be written, or there is none, the index
is built in memory for the one command.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from crmkb.config import Config
from crmkb.errors import Problem
from crmkb.store import aggregates, database, schema
from crmkb.store.refresh import Progress, no_garbage_collection, refresh

Row = tuple[Any, ...]
Fill = Callable[["Index", str], tuple[Collection[str], Iterable[tuple[str, Row]]]]
"""Returns the tables that are filled with a computed one, itself too, and the rows of each."""

_PORTION = 5_000


class Index:
    """An open index of one workspace, refreshed; `db` may also be read by `store/query.py`.

    `customer` is the only one for whom tables are computed, or empty; see `only`.
    """

    def __init__(
        self,
        root: Path,
        config: Config,
        as_of: date,
        progress: Progress | None = None,
        fill: Fill | None = None,
    ) -> None:
        self.root, self.config, self.as_of, self.customer = root, config, as_of, ""
        self.uncomputed = set(schema.computed_tables()) if fill else set[str]()
        self._read: Counter[str] = Counter()
        self._shared: set[str] = set()
        self._progress, self._fill = progress or _silent, fill
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

    def share_views(self, queries: Iterable[str]) -> None:
        """Expect these queries: what is read more than once is worked out when the first reads it.

        Queries expected before count as well: what several reports read is worked out for all.
        """
        if self.customer:
            return
        self._read.update(schema.shared_reads(queries, self._read))
        shared = {view for view, times in self._read.items() if times > 1}
        self.uncomputed |= shared - self._shared
        self._shared |= shared

    @contextmanager
    def only(self, customer: str) -> Iterator[None]:
        """Expect queries about one customer: tables are computed for no other, then forgotten."""
        before, self.customer = set(self.uncomputed), customer
        self.uncomputed -= schema.SHARED_VIEWS.keys()  # of one customer, they are quicker as views
        try:
            yield
        finally:
            self._empty(before - schema.SHARED_VIEWS.keys() - self.uncomputed)
            self.uncomputed, self.customer = before, ""

    def compute(self, table: str) -> None:
        """Fill a computed table, and those that come with it, where that was not done yet."""
        if table not in self.uncomputed:
            return
        self.uncomputed.discard(table)
        if table in schema.SHARED_VIEWS:
            while below := self._uncomputed_below(table):
                self.compute(below)
            schema.keep_view(self.db, table)
        elif self._fill is not None:
            together, rows = self._fill(self, table)
            self.uncomputed -= set(together)
            try:
                with no_garbage_collection():
                    self._keep(rows)
            except BaseException:  # half a table would be taken for all of it
                self._empty(together)
                raise

    def _uncomputed_below(self, view: str) -> str | None:
        """Return a table that a view reads and that is not computed yet, if there is one."""
        met: list[str] = []

        def authorize(action: int, table: str | None, *_: str | None) -> int:
            if action == sqlite3.SQLITE_READ and table in self.uncomputed:
                met.append(table)
            return sqlite3.SQLITE_OK

        self.db.set_authorizer(authorize)
        try:
            self.db.execute(f"EXPLAIN SELECT * FROM {view}")
        finally:
            self.db.set_authorizer(None)
        return met[0] if met else None

    def _keep(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Write computed rows in portions: all would fill the memory, one by one takes long."""
        filled: defaultdict[str, list[Row]] = defaultdict(list)
        for number, (table, row) in enumerate(rows, start=1):
            filled[table].append(row)
            if number % _PORTION == 0:
                self._write(filled)
        self._write(filled)

    def _empty(self, tables: Collection[str]) -> None:
        for table in tables:
            self.db.execute(f"DELETE FROM computed.{table}")
        self.uncomputed |= set(tables)

    def _write(self, filled: defaultdict[str, list[Row]]) -> None:
        self.db.execute("BEGIN")
        with self.db:
            for table, rows in filled.items():
                marks = ", ".join("?" * len(rows[0]))
                self.db.executemany(f"INSERT INTO computed.{table} VALUES ({marks})", rows)
        filled.clear()

    def problems(self) -> list[Problem]:
        """Return what is wrong in single files, in the order of paths and lines."""
        found = self.rows("SELECT path, line, field, message, hint FROM problems")
        return sorted(Problem(*row) for row in found)

    def _begin(self) -> None:
        refresh(self.db, self.root, self.config, self.as_of, self._progress)
        database.attach_computed(self.db)
        schema.add_settings(self.db, self.config, self.as_of, temporary=True)
        aggregates.add_to(self.db)

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        """Build a damaged database anew: it is only a cache; raise any other error again."""
        if not database.is_damage(error):
            raise error
        self.db.close()
        if self._fill:
            self.uncomputed = set(schema.computed_tables())
        self._read.clear()
        self._shared.clear()
        database.discard(self.root)
        self.db = database.open_database(self.root, self.config, self.as_of)
        self._begin()


def _silent(done: int, total: int) -> None:
    pass
