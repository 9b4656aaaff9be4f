"""Rows that would write a secret stay behind, so that the others can go in."""

from __future__ import annotations

from crmkb.imports.plan import Outcome, Settings, Step
from crmkb.workspace import Workspace
from crmkb.workspace.leaks import ALLOWING, leaks


def kept_safe(workspace: Workspace, settings: Settings, step: Step) -> Step:
    """Return a step, or its row rejected where what it writes holds a secret."""
    if step.write is None or settings.allows_secrets:
        return step
    for _, secret in leaks([step.write], workspace.config.secrets_allowed_in):
        return Step(step.row, Outcome.REJECTED, reason=f"holds {secret}; {ALLOWING}")
    return step
