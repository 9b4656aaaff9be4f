"""The page of recommendations for customer health: rows that no evidence would ever find."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.errors import Problem
from crmkb.workspace import Workspace
from crmkb.workspace.playbook import read_playbook


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield what is wrong with the table of the workspace's own page."""
    yield from read_playbook(workspace.root).problems
