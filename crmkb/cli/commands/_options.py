"""Options that several reading commands take, and what they have to say in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.output import Format
from crmkb.errors import NotFound
from crmkb.params import Param
from crmkb.text import close_matches

if TYPE_CHECKING:
    from crmkb.cli.session import Session
    from crmkb.workspace import Workspace

AsJson = Annotated[bool, Param("Print the result for programs.")]
Form = Annotated[Format, Param("How to print the rows.")]
Limit = Annotated[int | None, Param("At most so many.", metavar="N")]
OwnedBy = Annotated[str, Param("Only those of this owner; 'me' is you.", "team", metavar="HANDLE")]
OfCustomer = Annotated[str, Param("Only those of this customer.", "customers")]


class NoOwner(NotFound):
    """Nobody of that name is on the team or owns anything."""

    def __init__(self, handle: str, known: Sequence[str]) -> None:
        super().__init__("owner", handle, close_matches(handle, known))
        if not close_matches(handle, known):
            self.hint = f"one of: {', '.join(known[:12])}" if known else "crm.toml names the team"


def owner_of(workspace: Workspace, name: str) -> str:
    """Return the handle meant by an owner's name; raise `NoOwner` for a stranger."""
    handle = workspace.me if name == "me" and workspace.me else name.removeprefix("@")
    if not handle or handle in workspace.config.team:
        return handle
    known = list(dict.fromkeys([*workspace.config.team, *_mentioned(workspace)]))
    if handle not in known:
        raise NoOwner(handle, known)
    return handle


def customer_of(workspace: Workspace, name: str) -> str:
    """Return the slug of the customer that is named, empty when none is."""
    return workspace.customer(name).slug if name else ""


def note_unreadable(session: Session, kind: str) -> None:
    """Tell how many files of a kind are not in the answer because they cannot be read."""
    from crmkb.store.listing import unreadable

    if count := unreadable(session.workspace.index, kind):
        session.out.say(f"note: {counted(count, 'file')} cannot be read; see crm check")


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _mentioned(workspace: Workspace) -> list[str]:
    """Return who else owns something: contacts have tasks too."""
    owners = workspace.index.rows(
        "SELECT owner FROM tasks WHERE owner <> '' UNION SELECT owner FROM deals"
        " WHERE owner <> '' UNION SELECT owner FROM customers WHERE owner <> ''"
    )
    return [str(owner) for (owner,) in owners]
