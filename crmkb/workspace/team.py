"""Find the handles of team members and owners by handle, name or e-mail address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from crmkb.errors import BadValue, NotFound, did_you_mean
from crmkb.values.names import close_matches, fold

if TYPE_CHECKING:
    from crmkb.config.settings import Member
    from crmkb.workspace.workspace import Workspace


class NotOnTheTeam(NotFound):
    """The name is not a member of the team in `crm.toml`."""

    def __init__(self, name: str, close: list[str]) -> None:
        super().__init__("team member", name, close)
        self.hint = did_you_mean(close) or f"add it to crm.toml: [team.{name}]"


def member(workspace: Workspace, name: str) -> str:
    """Return the handle of the team member with this handle, name or e-mail address.

    Without a team, return the name unchanged. Raise `NotOnTheTeam` for an unknown name.
    """
    team = workspace.config.team
    if found := _named(team, name):
        return found[0]
    if not team:
        return name
    raise NotOnTheTeam(name, close_matches(_key(name), team))


class Suggestion(NamedTuple):
    """A correction of an unknown name: the word to write, empty if not certain, and a hint."""

    word: str
    hint: str


def suggest_member(workspace: Workspace, name: str) -> Suggestion:
    """Return the handle of the one team member with this name or address, and a hint."""
    team = workspace.config.team
    found = _named(team, name)
    if len(found) == 1:
        return Suggestion(found[0], f"write {found[0]}")
    close = did_you_mean(close_matches(_key(name), team))
    return Suggestion("", close or f"write one of {', '.join(team)}, or add a table to crm.toml")


class NoOwner(NotFound):
    """No team member and no owner has this name."""

    def __init__(self, handle: str, known: Sequence[str]) -> None:
        super().__init__("owner", handle, close_matches(handle, known))
        if not close_matches(handle, known):
            self.hint = f"one of: {', '.join(known[:12])}" if known else "crm.toml names the team"


class UnknownOwner(BadValue):
    """A report is filtered by a name that is not an owner."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        there = f"there are {', '.join(known[:20])}" if known else "nobody owns anything yet"
        close = did_you_mean(close_matches(name, known))
        super().__init__(f"no owner named {name!r}", close or there)


def owner_of(workspace: Workspace, name: str) -> str:
    """Return the handle of an owner, where `me` is the current user; raise `NoOwner`."""
    handle = workspace.me if name == "me" and workspace.me else name.removeprefix("@")
    if not handle or handle in workspace.config.team:
        return handle
    known = list(dict.fromkeys([*workspace.config.team, *_owners(workspace, *_OWN_OR_DO)]))
    if handle not in known:
        raise NoOwner(handle, known)
    return handle


def known_owner(workspace: Workspace, name: str) -> str:
    """Return the handle of an owner or CSM, in any case; raise `UnknownOwner`."""
    known = sorted({*workspace.config.team, *_owners(workspace, *_OWN_OR_SERVE)})
    if name in known:
        return name
    found = [handle for handle in known if fold(handle) == fold(name)]
    if len(found) != 1:
        raise UnknownOwner(name, known)
    return found[0]


_OWN_OR_DO = ("tasks.owner", "deals.owner", "customers.owner")
"""Columns with owners of records and tasks; contacts may own tasks, too."""
_OWN_OR_SERVE = ("customers.owner", "customers.csm", "deals.owner")


def _owners(workspace: Workspace, *columns: str) -> list[str]:
    """Return the handles in these columns of the index, sorted."""
    selects = []
    for column in columns:
        table, _, name = column.partition(".")
        selects.append(f"SELECT {name} FROM {table} WHERE {name} <> ''")
    return [str(handle) for (handle,) in workspace.index.rows(" UNION ".join(selects))]


def _named(team: Mapping[str, Member], name: str) -> list[str]:
    """Return the handles of the members with this handle, name or address."""
    key = _key(name)
    return [
        handle
        for handle, person in team.items()
        if key in (fold(handle), fold(person.name), fold(person.email))
    ]


def _key(name: str) -> str:
    return fold(name.removeprefix("@"))
