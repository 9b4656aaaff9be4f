"""Check the playbook of customer health: rows that no signal would use, or a missing table."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.errors import Problem
from crmkb.knowledge.health_playbook import read_playbook
from crmkb.workspace import Workspace


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield the problems in the table of the workspace's own page."""
    yield from read_playbook(workspace.root).problems
