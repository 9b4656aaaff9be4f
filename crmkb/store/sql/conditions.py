"""List records of a kind by an SQL condition that a user wrote.

A word in the condition, the order or the columns may be a column of the kind's table, a column of
a view about the kind, `customer_name`, or a custom key of the front matter. Only the views and keys
that are named are joined. The callers format the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmkb.errors import BadValue, did_you_mean
from crmkb.store.index.index import Index
from crmkb.store.index.tables import RENAMED
from crmkb.store.sql import safe_sql
from crmkb.store.sql.safe_sql import Result
from crmkb.values.names import close_matches

VIEWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "customers": {"customer_touches": ("customer",), "customer_overview": ("customer",)},
    "deals": {
        "open_deals": ("path",),
        "closed_deals": ("path",),
        "deal_touches": ("path",),
        "deal_next_steps": ("path",),
    },
    "interactions": {"touches": ("path",)},
    "tasks": {"open_tasks": ("path", "line")},
}
"""The views that add columns to a kind's table, with the columns by which they are joined."""

ORDER: Mapping[str, tuple[str, ...]] = {
    "customers": ("name",),
    "contacts": ("customer", "name"),
    "deals": ("stage", "close_date"),
    "interactions": ("-date",),
    "tasks": ("is_done", "due"),
}

OWN_KEYS = "CREATE TEMP TABLE own_keys (path TEXT, key TEXT, value NUMERIC, text TEXT)"
AS_WRITTEN = " as written"

_CUSTOMER = "FROM customers AS c WHERE c.path = 'customers/' || t.customer || '/profile.md'"
_WORD = re.compile(r"'(?:[^']|'')*'|\"([^\"]+)\"|([^\W\d][\w$]*)")
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "and or not is null in like glob between case when then else end exists select from"
        " where as cast collate nocase escape distinct limit order by asc desc true false",
    )
)


class NoColumn(BadValue):
    """A word is not a column of the kind."""

    def __init__(self, option: str, kind: str, word: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{option}: {kind} have no {word!r}",
            did_you_mean(close_matches(word, known)) or "'crm query' lists the tables",
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """The records to list; `sort` keys may begin with `-`, which sorts in descending order.

    Without `columns`, all columns of the kind's table are listed. With `is_past`, the records are
    listed as they were on the index's day, as far as the files record it.
    """

    kind: str
    where: str = ""
    sort: Sequence[str] = ()
    columns: Sequence[str] = ()
    owner: str = ""
    customer: str = ""
    limit: int | None = None
    with_archived: bool = False
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The records found: `path`, for tasks also `line`, then the chosen columns.

    `hidden` is the number of records left out because their customer is archived.
    """

    columns: tuple[str, ...]
    found: Result
    hidden: int


@dataclass(slots=True)
class _Source:
    """The parts of the SELECT that adds the named columns to a kind's records."""

    kind: str
    own: list[str]
    known: list[str]
    columns: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    own_keys: set[str] = field(default_factory=set)

    def sql(self, condition: str) -> str:
        listed = ", ".join(f'{sql} AS "{name}"' for name, sql in self.columns.items())
        where = " AND ".join([*self.conditions, condition])
        return f"SELECT {listed} FROM {self.kind} AS t {' '.join(self.joins)} WHERE {where}"

    def shown(self, name: str) -> str:
        """Return the SQL of a column's value as written in the file."""
        return f'"{name}{AS_WRITTEN}" AS "{name}"' if name in self.own_keys else f'"{name}"'

    def find(self, option: str, word: str) -> str:
        """Return the column that a word of an option names; raise `NoColumn`."""
        for name in (word, RENAMED.get(word, word)):
            if match := next((c for c in self.columns if c.lower() == name.lower()), None):
                return match
        raise NoColumn(option, self.kind, word, self.known)


def find(index: Index, selection: Selection) -> Listing:
    """Return the selected records; raise `BadQuery` or `NoColumn` for invalid SQL or columns."""
    source = _source(index, selection)
    chosen = [source.find("--columns", word) for word in selection.columns] or source.own
    heads = ["path", "line"] if selection.kind == "tasks" else ["path"]
    columns = [*heads, *(name for name in dict.fromkeys(chosen) if name not in heads)]
    condition = f"({selection.where}\n)" if selection.where.strip() else "1"
    limit = -1 if selection.limit is None else selection.limit
    values = {"owner": selection.owner, "customer": selection.customer, "limit": limit}
    shown, archived = _archived(selection)
    listed = ", ".join(map(source.shown, columns))
    rows = safe_sql.run(
        index,
        f"SELECT {listed} FROM ({source.sql(shown)}) AS listed WHERE {condition}"
        f" ORDER BY {_order(source, selection, heads)} LIMIT :limit",
        values,
        names=source.known,
        label="--where",
    )
    hidden = 0
    if archived and index.rows("SELECT 1 FROM customers WHERE archived IS NOT NULL"):
        count = f"SELECT count(*) FROM ({source.sql(archived)}) AS listed WHERE {condition}"
        hidden = safe_sql.run(index, count, values, label="--where").rows[0][0]
    return Listing(tuple(chosen), rows, hidden)


def unreadable(index: Index, kind: str) -> int:
    """Return how many files of a kind cannot be read; for tasks, files of all kinds."""
    if kind == "tasks":
        lost = "path NOT IN (SELECT path FROM texts)"
    else:
        noun = kind.removesuffix("s")
        lost = (
            f"path IN (SELECT path FROM files WHERE kind = '{noun}')"
            f" AND path NOT IN (SELECT path FROM {kind})"
        )
    [(count,)] = index.rows(f"SELECT count(DISTINCT path) FROM problems WHERE {lost}")
    assert isinstance(count, int)
    return count


def types(index: Index, kind: str) -> dict[str, str]:
    """Return the columns of a kind's table with their SQL types; lists are `TEXT LIST`."""
    rows = index.rows("SELECT name, type FROM pragma_table_info(?)", kind)
    return {str(name): str(type_) for name, type_ in rows}


def _source(index: Index, selection: Selection) -> _Source:
    own = safe_sql.columns(index, selection.kind)
    source = _Source(selection.kind, own, [*own], {name: f't."{name}"' for name in own})
    if "customer" in own and selection.kind != "customers":
        source.columns["customer_name"] = f"(SELECT c.name {_CUSTOMER})"
        source.known.append("customer_name")
    words = _words(selection)
    _join_views(index, source, words)
    _join_own_keys(index, source, words)
    if selection.is_past:
        _look_back(source)
    _narrow(source, selection)
    return source


def _words(selection: Selection) -> set[str]:
    """Return the words that may name columns, in lower case."""
    found = {(quoted or plain).lower() for quoted, plain in _WORD.findall(selection.where)}
    named = (word.removeprefix("-").lower() for word in (*selection.sort, *selection.columns))
    return (found - _KEYWORDS - {""}) | set(named)


def _join_views(index: Index, source: _Source, words: set[str]) -> None:
    for view, keys in VIEWS.get(source.kind, {}).items():
        more = [name for name in safe_sql.columns(index, view) if name not in source.known]
        source.known += more
        named = [name for name in more if name in words]
        if named:
            on = " AND ".join(f"{view}.{key} = t.{key}" for key in keys)
            source.joins.append(f"LEFT JOIN {view} ON {on}")
            source.columns |= {name: f"{view}.{name}" for name in named}


def _join_own_keys(index: Index, source: _Source, words: set[str]) -> None:
    """Add custom keys, which no model defines, as columns.

    The columns have numeric affinity, so that `score > 50` compares numbers and `zip = '02142'`
    still matches the text. The values are shown as written.
    """
    if source.kind == "tasks":
        return
    known = {name.lower() for name in (*source.known, *RENAMED)}
    unknown = [word for word in words if word not in known]
    keys = _own_keys(index, source.kind) if unknown else []
    source.known += keys
    for number, key in enumerate(key for key in keys if key.lower() in unknown):
        if not number:
            index.db.execute("DROP TABLE IF EXISTS temp.own_keys")
            index.db.execute(OWN_KEYS)
        index.db.execute(
            "INSERT INTO own_keys SELECT path, key, group_concat(value, ', '),"
            " group_concat(value, ', ') FROM fields WHERE key = ? GROUP BY path",
            (key,),
        )
        quoted = key.replace("'", "''")
        alias = f"own_{number}"
        source.joins.append(
            f"LEFT JOIN own_keys AS {alias} ON {alias}.path = t.path AND {alias}.key = '{quoted}'"
        )
        source.columns |= {key: f"{alias}.value", f"{key}{AS_WRITTEN}": f"{alias}.text"}
        source.own_keys.add(key)


def _own_keys(index: Index, kind: str) -> list[str]:
    rows = index.rows(
        f"SELECT DISTINCT key FROM fields WHERE path IN (SELECT path FROM {kind}) ORDER BY key"
    )
    modelled = {*safe_sql.columns(index, kind), *RENAMED}
    return [str(key) for (key,) in rows if key not in modelled and '"' not in str(key)]


def _look_back(source: _Source) -> None:
    match source.kind:
        case "deals":
            source.joins.append("JOIN deal_states ON deal_states.path = t.path")
            source.columns["stage"] = "deal_states.stage"
        case "interactions":
            source.conditions.append("substr(t.date, 1, 10) <= :today")
        case "tasks":
            source.columns["is_done"] = "(t.is_done AND t.done_on <= :today)"


def _narrow(source: _Source, selection: Selection) -> None:
    if selection.customer:
        source.conditions.append("t.customer = :customer")
    if selection.owner:
        owner = "t.owner" if "owner" in source.own else f"(SELECT c.owner {_CUSTOMER})"
        source.conditions.append(f"{owner} = :owner")


def _archived(selection: Selection) -> tuple[str, str]:
    """Return the conditions for the records shown, and for those of archived customers."""
    if selection.with_archived or selection.kind == "articles":
        return "1", ""
    archived = f"(SELECT c.archived {_CUSTOMER})"
    return f"{archived} IS NULL", f"{archived} IS NOT NULL"


def _order(source: _Source, selection: Selection, heads: Iterable[str]) -> str:
    """Return the order: empty values last, stages in pipeline order, ties resolved by path."""
    terms = []
    for key in selection.sort or ORDER.get(selection.kind, ()):
        name = source.find("--sort", key.removeprefix("-"))
        direction = "DESC" if key.startswith("-") else "ASC"
        value = f'listed."{name}"'
        terms.append(f"{value} IS NULL OR {value} = ''")
        if name == "stage":
            value = f"(SELECT position FROM stages WHERE stages.stage = {value})"
        terms.append(f"{value} COLLATE NOCASE {direction}")
    return ", ".join([*terms, *heads])


def objects(index: Index, kind: str, found: Result) -> Iterator[dict[str, Any]]:
    """Yield rows for JSON output: lists as lists, booleans as booleans."""
    kinds = types(index, kind)
    lists = [name for name in found.columns if kinds.get(name) == "TEXT LIST"]
    truths = [name for name in found.columns if kinds.get(name) == "BOOLEAN"]
    items = _items(index, kind) if lists else {}
    for values in found.rows:
        row = dict(zip(found.columns, values, strict=True))
        row.update({name: items.get((row["path"], name), []) for name in lists})
        row.update({name: bool(row[name]) for name in truths if row[name] is not None})
        yield row


def own_fields(index: Index, kind: str) -> dict[str, dict[str, Any]]:
    """Return the custom keys of a kind's records by path; several values are a list."""
    modelled = {*safe_sql.columns(index, kind), *RENAMED}
    found: dict[str, dict[str, Any]] = {}
    for (path, key), values in _items(index, kind).items():
        if key not in modelled:
            found.setdefault(path, {})[key] = values[0] if len(values) == 1 else values
    return found


def _items(index: Index, kind: str) -> dict[tuple[str, str], list[str]]:
    items: dict[tuple[str, str], list[str]] = {}
    for path, key, value in index.rows(
        f"SELECT path, key, value FROM fields WHERE path IN (SELECT path FROM {kind})"
        " ORDER BY path, key, position"
    ):
        items.setdefault((str(path), str(key)), []).append(str(value))
    return items
