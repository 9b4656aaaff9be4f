"""Check that owners, customer success managers and `us` in interactions are handles of the team.

Nothing is checked if crm.toml defines no team.
"""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import at_key, texts
from crmkb.checks._suggestions import replaced
from crmkb.errors import Problem
from crmkb.store.markdown import Edit
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record
from crmkb.workspace.team import suggest_member

KEYS = {"customer": ("owner", "csm"), "deal": ("owner",), "interaction": ("us",)}

_ONE = "SELECT path, {key} FROM {table} WHERE {key} NOT IN (SELECT handle FROM team)"
_US = """
SELECT fields.path, fields.value, fields.position FROM interactions
JOIN fields ON fields.path = interactions.path AND fields.key = 'us'
WHERE fields.value NOT IN (SELECT handle FROM team)
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield handles that are not in the team of crm.toml."""
    if not workspace.config.team:
        return
    for table, key in (("customers", "owner"), ("customers", "csm"), ("deals", "owner")):
        for path, name in texts(workspace, _ONE.format(key=key, table=table)):
            yield _unknown(workspace, path, key, name)
    for path, name, position in texts(workspace, _US):
        yield _unknown(workspace, path, "us", name, int(position))


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the edits that replace names and e-mail addresses by handles."""
    team = workspace.config.team
    for key in KEYS.get(record.kind.noun, ()) if team else ():
        yield from replaced(
            record, key, lambda name: "" if name in team else suggest_member(workspace, name).word
        )


def _unknown(
    workspace: Workspace, path: str, key: str, name: str, position: int | None = None
) -> Problem:
    hint = suggest_member(workspace, name).hint
    return at_key(workspace, path, key, f"{name!r} is not in the team", hint, position)
