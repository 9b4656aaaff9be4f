"""Move a deal to another stage: `stage` and `stage_history` together, closing complete."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from crmkb.dates import parse_iso_day, say_day
from crmkb.errors import BadValue
from crmkb.workspace import Workspace

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit


class WrongDay(BadValue):
    """A stage cannot have changed on that day."""

    def __init__(self, day: date, first: date | None, today: date) -> None:
        if first is not None and day < first:
            why = f"it changed on {say_day(first)} already"
        else:
            why = "that is in the future"
        span = f"from {first} to {today}" if first else f"up to {today}"
        super().__init__(f"the stage cannot change on {say_day(day)}: {why}", f"give a day {span}")


def move(
    workspace: Workspace, deal: Record, stage: str, on: date | None = None, reason: str = ""
) -> RecordEdit | None:
    """Return the edit that moves a deal, None when it is in that stage; a closing gets its day.

    Moving backwards is recorded like any other move.
    """
    if deal.text("stage") == stage:
        return None
    day = on or workspace.today
    last = _last_change(deal)
    if day > workspace.today or (last is not None and day < last):
        raise WrongDay(day, last, workspace.today)
    edit = deal.edit(stage=stage).append("stage_history", f"{day} {stage}")
    if workspace.config.stages[stage].is_closed:
        edit = edit.set("close_date", day)
    return edit.set("reason", reason.strip()) if reason.strip() else edit


def leftovers(workspace: Workspace, deal: Record, stage: str) -> list[str]:
    """Return what to tell of a deal that is open again: what its closing left in the file."""
    former = workspace.config.stages.get(deal.text("stage"))
    if former is None or not former.is_closed or workspace.config.stages[stage].is_closed:
        return []
    return [
        f"{key} is still {deal.text(key)!r}; change it: crm set {deal.ref} {key}=…"
        for key in ("close_date", "reason")
        if deal.text(key)
    ]


def _last_change(deal: Record) -> date | None:
    days = (parse_iso_day(item.partition(" ")[0]) for item in deal.items("stage_history"))
    return max((known for known in days if known), default=None)
