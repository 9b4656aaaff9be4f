"""Run SQL that users wrote: one read-only statement, with limits on time and memory.

The program's own SQL goes through `Index.rows`. `store/index/tables.py` defines the tables.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crmkb.errors import BadValue, CrmError, did_you_mean
from crmkb.store.index import functions
from crmkb.store.index.index import Index
from crmkb.values.names import close_matches

LONGEST_VALUE, LARGEST_RESULT, LARGEST_HEAP = 2_000_000, 100_000_000, 1_000_000_000
"""Limits in bytes: of one value, of all rows of a result, and of SQLite's memory.

Values are limited because a single search in one, such as `instr`, cannot be interrupted.
"""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
}
_STEPS_BETWEEN_LOOKS = 10_000
_BYTES_OF_A_ROW = 100
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_VIRTUAL = ("SELECT 1 FROM texts LIMIT 0", "SELECT 1 FROM json_each('[]')")
_REFUSALS = ("not authorized", "authorization denied", "You can only execute one statement")
_OURS_ALONE = re.compile(r"texts_|sqlite_|meta$")
_UNKNOWN = re.compile(r"no such (column|table|function): (?:\w+\.)?\"?([^\"]+?)\"?(?: - .*)?$")


class BadQuery(BadValue):
    """The SQL is invalid; the message is SQLite's."""

    def __init__(self, label: str, words: str, close: Sequence[str] = ()) -> None:
        hint = did_you_mean(close) or "'crm query' without SQL lists the tables and their columns"
        super().__init__(f"{label}: {words}", hint)


class NotReading(BadValue):
    """The SQL does more than read."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label}: only reading is allowed",
            "write one statement that begins with SELECT or WITH",
        )


class TooSlow(CrmError):
    """The query was stopped because it exceeded its time limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the query was stopped after {seconds:g} seconds",
            "narrow it with WHERE, or join on path or customer",
        )


class TooLarge(CrmError):
    """The query was stopped because it exceeded a size limit."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label}: what it asks for is too large",
            "ask for fewer rows or columns, or LIMIT them",
        )


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a query; column names are unique."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def objects(self) -> list[dict[str, Any]]:
        """Return each row as a mapping from column to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run(
    index: Index,
    sql: str,
    values: Mapping[str, Any] | None = None,
    *,
    seconds: float = 5.0,
    most: int | None = None,
    names: Iterable[str] = (),
    label: str = "SQL",
) -> Result:
    """Return the rows of one read-only statement, no more than `most`.

    `names` are the columns suggested for a misspelt one, by default all columns of all tables.
    Raise `BadQuery`, `NotReading`, `TooSlow` or `TooLarge`; `label` names the SQL in messages.
    """
    # A command-line argument may contain bytes that are not UTF-8.
    text = sql.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    bound = {"today": index.as_of.isoformat(), **(values or {})}
    met: set[str] = set()
    deadline = time.monotonic() + seconds
    try:
        with _guarded(index, deadline, met):
            cursor = index.db.execute(text, bound)
            rows = list(_fetched(cursor, most, label))
            description = cursor.description
    except MemoryError as error:
        raise TooLarge(label) from error
    except (sqlite3.Error, sqlite3.Warning) as error:
        if met:  # tables that are computed on first use
            index.computed.compute(met.pop())
            return run(index, sql, values, seconds=seconds, most=most, names=names, label=label)
        is_cut_short = str(error) == "interrupted"
        if (is_cut_short and time.monotonic() < deadline) or functions.is_stopped(str(error)):
            raise KeyboardInterrupt from None  # Ctrl-C in one of our SQL functions
        if is_cut_short:
            raise TooSlow(seconds) from error
        raise _translated(index, str(error), label, list(names)) from error
    if description is None:
        raise BadQuery(label, "there is no statement")
    return Result(tuple(_distinct(column[0] for column in description)), rows)


def tables(index: Index) -> dict[str, list[str]]:
    """Return the tables and views that a query can use, sorted, with their columns in order."""
    listed = index.rows(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') UNION"
        " SELECT name FROM sqlite_temp_master WHERE type IN ('table', 'view') ORDER BY name"
    )
    names = [str(name) for (name,) in listed if not _OURS_ALONE.match(str(name))]
    return {name: columns(index, name) for name in names}


def columns(index: Index, table: str) -> list[str]:
    """Return the columns of a table or view, in order."""
    return [str(name) for (name,) in index.rows("SELECT name FROM pragma_table_info(?)", table)]


def _fetched(cursor: sqlite3.Cursor, most: int | None, label: str) -> Iterator[tuple[Any, ...]]:
    left = LARGEST_RESULT
    for row in islice(cursor, None if most is None or most < 0 else most):
        left -= _BYTES_OF_A_ROW + sum(len(each) for each in row if isinstance(each, str | bytes))
        if left < 0:
            raise TooLarge(label)
        yield row


@contextmanager
def _guarded(index: Index, deadline: float, met: set[str]) -> Iterator[None]:
    """Allow only reads until the deadline; deny tables not yet computed and add them to `met`."""
    db = index.db

    def authorize(
        action: int, first: str | None, second: str | None, _: str | None, view: str | None
    ) -> int:
        if action == sqlite3.SQLITE_READ and (found := index.computed.pending & {first, view}):
            met.update(found)
            return sqlite3.SQLITE_DENY
        return _authorize(action, first, second)

    for statement in _VIRTUAL:  # connecting virtual tables looks like a write to the authorizer
        db.execute(statement)
    db.execute(f"PRAGMA hard_heap_limit = {LARGEST_HEAP}")  # for the whole process, permanently
    before = {limit: db.setlimit(limit, value) for limit, value in _LIMITS.items()}
    db.set_authorizer(authorize)
    db.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        db.set_progress_handler(None, 0)
        db.set_authorizer(None)
        for limit, value in before.items():
            db.setlimit(limit, value)


def _authorize(action: int, first: str | None, second: str | None) -> int:
    # Full-text search reads `PRAGMA data_version` itself; without a value this is read-only.
    is_asked = action == sqlite3.SQLITE_PRAGMA and (first, second) == ("data_version", None)
    is_allowed = (action in _ALLOWED and second != "load_extension") or is_asked
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _translated(index: Index, words: str, label: str, names: list[str]) -> CrmError:
    if words.startswith(_REFUSALS):
        return NotReading(label)
    unknown = _UNKNOWN.match(words)
    if unknown is None:
        return BadQuery(label, words)
    kind, name = unknown.groups()
    close = close_matches(name, _known(index, kind, names))
    return BadQuery(label, f"no such {kind}: {name}", close)


def _known(index: Index, kind: str, names: list[str]) -> list[str]:
    match kind:
        case "table":
            return sorted(tables(index), key=len)
        case "column":
            return names or sorted(
                {name for each in tables(index).values() for name in each}, key=len
            )
    return []


def _distinct(names: Iterable[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}_{seen[name]}"
