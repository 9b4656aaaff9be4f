"""Notes that several queries add to their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkb.store.sql.conditions import unreadable
from crmkb.values.display import counted

if TYPE_CHECKING:
    from crmkb.workspace import Workspace


def of_unreadable(workspace: Workspace, kind: str) -> list[str]:
    """Return a note on the number of unreadable files that the answer omits, or nothing."""
    count = unreadable(workspace.index, kind)
    return [f"note: {counted(count, 'file')} cannot be read; see crm check"] if count else []
