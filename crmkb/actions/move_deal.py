"""Move a deal to another stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from crmkb.actions._references import stage_id
from crmkb.actions._stages import move
from crmkb.params import Day, DealName, Param, StageName
from crmkb.words import CLOSED_LOST, CLOSED_WON
from crmkb.workspace import Change, Workspace

PANEL = "Change"


def plan(
    workspace: Workspace,
    deal: DealName,
    stage: StageName,
    *,
    on: Day | None = None,
    reason: Annotated[str, Param("Why it was won or lost.")] = "",
) -> Change:
    """Move a deal to another stage; a closed one gets today as its close date.

    crm move-deal acme/platform negotiation
    crm move-deal platform closed_lost --reason "No budget before summer"
    """
    record = workspace.deal(deal)
    target = stage_id(workspace, stage)
    name = workspace.config.stages[target].name
    edit = move(workspace, record, target, on, reason)
    if edit is None:
        told = f"{record.ref} is in {name} already"
        return Change.of(message=f"Move {record.name} to {name}", notes=[told])
    former = workspace.config.stages.get(record.text("stage"))
    notes = []
    if former is not None and former.is_closed and record.text("close_date"):
        notes.append(f"close_date is still {record.text('close_date')}; change it with crm set")
    if target in (CLOSED_WON, CLOSED_LOST) and not reason.strip() and not record.text("reason"):
        notes.append(f"no reason given; add it: crm set {record.ref} reason='…'")
    return Change.of(edit, message=f"Move {record.name} to {name}", notes=notes)


def wanted(stage: str = "", **_: object) -> Iterator[str]:
    """Ask why when a deal closes."""
    if stage in (CLOSED_WON, CLOSED_LOST):
        yield "reason"
