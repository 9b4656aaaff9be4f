"""Which record or team member a wrong name in a file must have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from crmkb.errors import did_you_mean
from crmkb.store.markdown import Edit, Set
from crmkb.store.paths import slug_of
from crmkb.text import close_matches, fold
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

MOST_NAMED = 5


class Meant(NamedTuple):
    """What a wrong name stands for: the word to write where that is certain, and the hint."""

    word: str
    hint: str


def meant_record(workspace: Workspace, kind: str, customer: str, name: str) -> Meant:
    """Return the slug of the one record that a name, alias or address stands for.

    Contacts and deals are those of the customer.
    """
    within = "kind = ? AND (kind = 'customer' OR customer = ?)"
    wanted = fold(_bare(name))
    paths = workspace.index.rows(
        f"SELECT DISTINCT path FROM names WHERE name = ? AND {within}", wanted, kind, customer
    )
    if len(paths) == 1:
        slug = slug_of(str(paths[0][0]))
        return Meant(slug, f"write {slug}")
    rows = workspace.index.rows(f"SELECT slug FROM files WHERE {within}", kind, customer)
    known = sorted(str(row[0]) for row in rows)
    return Meant("", did_you_mean(close_matches(wanted, known)) or _make(kind, customer, known))


def meant_member(workspace: Workspace, name: str) -> Meant:
    """Return the handle of the team member that a name or address stands for."""
    team = workspace.config.team
    wanted = fold(name.removeprefix("@"))
    fitting = [
        handle
        for handle, member in team.items()
        if wanted in (fold(handle), fold(member.name), fold(member.email))
    ]
    if len(fitting) == 1:
        return Meant(fitting[0], f"write {fitting[0]}")
    close = did_you_mean(close_matches(wanted, team))
    return Meant("", close or f"write one of {', '.join(team)}, or add a table to crm.toml")


def replaced(record: Record, key: str, better: Callable[[str], str]) -> Iterator[Edit]:
    """Yield the edit that puts better words into a key; `better` gives "" for what may stay."""
    value = record.document.fields.get(key)
    if isinstance(value, str) and value and (word := better(value)):
        yield Set(key, word)
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        words = [better(item) or item for item in value]
        if words != value:
            yield Set(key, words)


def _bare(name: str) -> str:
    """Return the last name of a path or an Obsidian link such as `[[acme/bob-smith|Bob]]`."""
    path = name.strip().removeprefix("[[").removesuffix("]]").partition("|")[0]
    return path.removesuffix(".md").removesuffix("/profile").rpartition("/")[2]


def _make(kind: str, customer: str, known: list[str]) -> str:
    if kind == "customer":
        return "write the name of a folder in customers, or take the line out"
    if known and len(known) <= MOST_NAMED:
        return f"write one of {', '.join(known)}, or: crm new-{kind} {customer} …"
    return f"add it: crm new-{kind} {customer} …"
