"""Owners, customer success managers and our side of interactions are handles of the team.

In a workspace whose crm.toml names no team, nobody can be unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._meant import meant_member, replaced
from crmkb.checks._places import at_key, texts
from crmkb.errors import Problem
from crmkb.store.markdown import Edit
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

KEYS = {"customer": ("owner", "csm"), "deal": ("owner",), "interaction": ("us",)}

_ONE = "SELECT path, {key} FROM {table} WHERE {key} NOT IN (SELECT handle FROM team)"
_US = """
SELECT fields.path, fields.value, fields.position FROM interactions
JOIN fields ON fields.path = interactions.path AND fields.key = 'us'
WHERE fields.value NOT IN (SELECT handle FROM team)
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield people of ours whom crm.toml does not know."""
    if not workspace.config.team:
        return
    for table, key in (("customers", "owner"), ("customers", "csm"), ("deals", "owner")):
        for path, name in texts(workspace, _ONE.format(key=key, table=table)):
            yield _unknown(workspace, path, key, name)
    for path, name, position in texts(workspace, _US):
        yield _unknown(workspace, path, "us", name, int(position))


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield handles in place of names and e-mail addresses."""
    team = workspace.config.team
    for key in KEYS.get(record.kind.noun, ()) if team else ():
        yield from replaced(
            record, key, lambda name: "" if name in team else meant_member(workspace, name).word
        )


def _unknown(
    workspace: Workspace, path: str, key: str, name: str, position: int | None = None
) -> Problem:
    hint = meant_member(workspace, name).hint
    return at_key(workspace, path, key, f"{name!r} is not in the team", hint, position)
