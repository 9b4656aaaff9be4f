"""Suggest corrections for wrong names of records in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crmkb.errors import did_you_mean
from crmkb.schema.layout import slug_of
from crmkb.store.markdown import Edit, Set
from crmkb.values.names import close_matches, fold
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record
from crmkb.workspace.team import Suggestion

MOST_NAMED = 5


def suggest_record(workspace: Workspace, kind: str, customer: str, name: str) -> Suggestion:
    """Return the slug of the one record with a name, alias or address, and a hint.

    Only contacts and deals of the customer are considered.
    """
    within = "kind = ? AND (kind = 'customer' OR customer = ?)"
    wanted = fold(_bare(name))
    paths = workspace.index.rows(
        f"SELECT DISTINCT path FROM names WHERE name = ? AND {within}", wanted, kind, customer
    )
    if len(paths) == 1:
        slug = slug_of(str(paths[0][0]))
        return Suggestion(slug, f"write {slug}")
    rows = workspace.index.rows(f"SELECT slug FROM files WHERE {within}", kind, customer)
    known = sorted(str(row[0]) for row in rows)
    return Suggestion(
        "", did_you_mean(close_matches(wanted, known)) or _make(kind, customer, known)
    )


def replaced(record: Record, key: str, better: Callable[[str], str]) -> Iterator[Edit]:
    """Yield the edit that corrects the values of a key; `better` returns "" for a valid one."""
    value = record.document.fields.get(key)
    if isinstance(value, str) and value and (word := better(value)):
        yield Set(key, word)
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        words = [better(item) or item for item in value]
        if words != value:
            yield Set(key, words)


def _bare(name: str) -> str:
    """Return the last part of a path or an Obsidian link such as `[[acme/bob-smith|Bob]]`."""
    path = name.strip().removeprefix("[[").removesuffix("]]").partition("|")[0]
    return path.removesuffix(".md").removesuffix("/profile").rpartition("/")[2]


def _make(kind: str, customer: str, known: list[str]) -> str:
    if kind == "customer":
        return "write the name of a folder in customers, or take the line out"
    if known and len(known) <= MOST_NAMED:
        return f"write one of {', '.join(known)}, or: crm new-{kind} {customer} …"
    return f"add it: crm new-{kind} {customer} …"
