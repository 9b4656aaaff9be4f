"""Move a deal to another stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from crmkb.config.settings import stage_id
from crmkb.interface.params import Day, DealName, Param, StageName
from crmkb.workspace import Change, Workspace
from crmkb.workspace.deal_changes import leftovers, move

PANEL = "Change"


def plan(
    workspace: Workspace,
    deal: DealName,
    stage: StageName,
    *,
    on: Annotated[Day, Param("The day it moved (default: today).", "days", "DAY")] | None = None,
    reason: Annotated[str, Param("Why it was won or lost.", metavar="TEXT")] = "",
) -> Change:
    """Move a deal to another stage; a closed stage also sets the close date to that day.

    crm move-deal acme/platform negotiation
    crm move-deal platform closed_lost --reason "No budget before summer"
    """
    record = workspace.deal(deal)
    target = stage_id(workspace.config, stage)
    name = workspace.config.stages[target].name
    message = f"Move {record.name} to {name}"
    edit = move(workspace, record, target, on, reason)
    if edit is None:
        return Change.of(message=message, notes=[f"{record.ref} is in {name} already"])
    notes = leftovers(workspace, record, target)
    if workspace.config.stages[target].is_closed and not reason.strip():
        notes.append(f"no reason given; add it: crm set {record.ref} reason='…'")
    return Change.of(edit, message=message, notes=notes)


def wanted(workspace: Workspace, *, stage: str, **_: object) -> Iterator[str]:
    """Yield `reason` if the stage is closed."""
    if workspace.config.stages[stage_id(workspace.config, stage)].is_closed:
        yield "reason"
