"""Fill tables when a query first reads them: tables of scores, and views that are read often.

A table of scores is filled by the module of its name. A view that several queries read becomes a
table for the rest of the command. The rows of a few slow tables are kept in the index with a mark
of their input, and the caller decides whether the mark is still valid.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from crmkb import plugins
from crmkb.store.index.database import writing
from crmkb.store.index.refresh import no_garbage_collection
from crmkb.store.index.tables import computed_tables, temporary_view, views_script

Row = tuple[Any, ...]
Filled = tuple[Collection[str], Iterable[tuple[str, Row]]]
"""The tables that are filled together, and their rows as pairs of table and row."""
Fill = Callable[[Any, str], Filled]
"""A function of the index and a computed table that returns its rows."""

_BATCH = 5_000

SHARED_VIEWS: Mapping[str, str] = {
    "deal_states": "path",
    "open_deals": "customer",
    "closed_deals": "customer",
    "touches": "customer",
    "touches_by_owner": "customer",
    "open_tasks": "customer",
    "participations": "customer",
    "served_customers": "customer",
    "customer_touches": "customer",
    "contact_engagement": "customer",
    "customer_depth": "customer",
    "role_access": "customer",
    "email_answers": "path",
    "prospects": "customer",
    "stale_records": "path",
    "customer_risks": "customer",
    "served_spans": "customer",
    "won_revenue": "customer",
    "revenue_spans": "customer",
    "revenue": "customer",
    "retained_revenue": "customer",
    "cohorts": "customer",
    "stage_durations": "path",
}
"""Views that many report queries read, with the column by which they are mostly joined."""

_VIEW = re.compile(r"^CREATE VIEW (\w+) AS\n(.*?);$", re.MULTILINE | re.DOTALL)
_SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)


class ComputedTables:
    """The computed tables of one index; `pending` holds the tables not filled yet.

    If `customer` is not empty, tables are computed only for that customer; see `only`.
    """

    def __init__(self, fill: Callable[[str], Filled] | None) -> None:
        self.customer = ""
        self._fill = fill
        self._read: Counter[str] = Counter()
        self._shared: set[str] = set()

    def restart(self, db: sqlite3.Connection) -> None:
        """Start with empty tables, on a new connection."""
        self._db = db
        self.pending = set(computed_tables()) if self._fill else set[str]()
        self._read.clear()
        self._shared.clear()

    def share_views(self, queries: Iterable[str]) -> None:
        """Announce queries: a view that they read more than once is computed on the first read.

        Queries announced earlier count too, so a view used by several reports is computed once.
        """
        if self.customer:
            return
        self._read.update(shared_reads(queries, self._read))
        shared = {view for view, times in self._read.items() if times > 1}
        self.pending |= shared - self._shared
        self._shared |= shared

    @contextmanager
    def only(self, customer: str) -> Iterator[None]:
        """Compute tables for one customer only inside the block, and clear them afterwards."""
        before, self.customer = set(self.pending), customer
        self.pending -= SHARED_VIEWS.keys()  # for one customer, views are faster
        try:
            yield
        finally:
            self._empty(before - SHARED_VIEWS.keys() - self.pending)
            self.pending, self.customer = before, ""

    def compute(self, table: str) -> None:
        """Fill a computed table, and those filled together with it, unless already done."""
        if table not in self.pending:
            return
        self.pending.discard(table)
        if table in SHARED_VIEWS:
            while below := self._pending_below(table):
                self.compute(below)
            keep_view(self._db, table)
        elif self._fill is not None:
            together, rows = self._fill(table)
            self.pending -= set(together)
            try:
                with no_garbage_collection():
                    self._insert(rows)
            except BaseException:  # a partial table would look complete
                self._empty(together)
                raise

    def _pending_below(self, view: str) -> str | None:
        """Return a pending table that a view reads, or None."""
        met: list[str] = []

        def authorize(action: int, table: str | None, *_: str | None) -> int:
            if action == sqlite3.SQLITE_READ and table in self.pending:
                met.append(table)
            return sqlite3.SQLITE_OK

        self._db.set_authorizer(authorize)
        try:
            self._db.execute(f"EXPLAIN SELECT * FROM {view}")
        finally:
            self._db.set_authorizer(None)
        return met[0] if met else None

    def _insert(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Write rows in batches: all at once would need too much memory, one by one is slow."""
        filled: defaultdict[str, list[Row]] = defaultdict(list)
        for number, (table, row) in enumerate(rows, start=1):
            filled[table].append(row)
            if number % _BATCH == 0:
                self._write(filled)
        self._write(filled)

    def _write(self, filled: defaultdict[str, list[Row]]) -> None:
        self._db.execute("BEGIN")
        with self._db:
            for table, rows in filled.items():
                marks = ", ".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO computed.{table} VALUES ({marks})", rows)
        filled.clear()

    def _empty(self, tables: Collection[str]) -> None:
        for table in tables:
            self._db.execute(f"DELETE FROM computed.{table}")
        self.pending |= set(tables)


def fill_by(package: str) -> Fill:
    """Return the function that fills computed tables from the modules of a package.

    A module fills the table of its name and those whose names begin with it, by its function
    `fill(index) -> Iterator[(table, row)]`. It is imported when a query reads one of them.
    """

    def fill(index: Any, table: str) -> Filled:
        name = module_of(package, table)
        together = {each for each in computed_tables() if module_of(package, each) == name}
        return together, plugins.load(package, name).fill(index)

    return fill


def module_of(package: str, table: str) -> str:
    """Return the module that fills a table: the longest module name that the table begins with."""
    known = (name for name in plugins.names(package) if f"{table}_".startswith(f"{name}_"))
    return max(known, key=len, default="")


def keep_view(db: sqlite3.Connection, view: str) -> None:
    """Store the rows of a temporary view in a table; from then on the view reads the table."""
    found = "SELECT sql FROM sqlite_temp_master WHERE type = 'view' AND name = ?"
    body = db.execute(found, (view,)).fetchone()[0].partition(" AS\n")[2]
    db.execute(f"DROP VIEW temp.{view}")
    db.execute(f"CREATE TABLE computed.{view} AS {body}")
    db.execute(temporary_view(view))
    column = SHARED_VIEWS[view]
    db.execute(f"CREATE INDEX computed.{view}_by_{column} ON {view} ({column})")


def shared_reads(queries: Iterable[str], known: Container[str]) -> Iterator[str]:
    """Yield each shared view as often as the queries, or the views they read, name it.

    The views that a shared view reads count once, and not at all if it is `known` already.
    """
    met: set[str] = set()
    waiting = list(queries)
    while waiting:
        for name in filter(_bodies().get, _SOURCE.findall(waiting.pop())):
            if name not in SHARED_VIEWS:
                waiting.append(_bodies()[name])
                continue
            yield name
            if name not in met and name not in known:
                met.add(name)
                waiting.append(_bodies()[name])


@cache
def _bodies() -> Mapping[str, str]:
    """Return the SQL of each view."""
    return dict(_VIEW.findall(views_script()))


def mark_of(db: sqlite3.Connection, table: str) -> str | None:
    """Return the mark kept with a table, or None."""
    row = db.execute("SELECT value FROM main.meta WHERE key = ?", (_key(table),)).fetchone()
    return str(row[0]) if row else None


def rows_of(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Return the kept rows of a table."""
    return db.execute(f"SELECT * FROM main.{table}").fetchall()


def keep(db: sqlite3.Connection, table: str, mark: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Keep a table's rows and mark; do nothing if the index cannot be written."""
    listed = list(rows)
    with suppress(sqlite3.OperationalError), writing(db):
        db.execute(f"DELETE FROM main.{table}")
        if listed:
            marks = ", ".join("?" * len(listed[0]))
            db.executemany(f"INSERT INTO main.{table} VALUES ({marks})", listed)
        db.execute("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", (_key(table), mark))


def _key(table: str) -> str:
    return f"{table} kept at"
