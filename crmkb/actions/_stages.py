"""Move a deal to another stage: `stage` and `stage_history` together, closing complete."""

from __future__ import annotations

from datetime import date

from crmkb.dates import parse_iso_day, say_day
from crmkb.errors import BadValue
from crmkb.workspace import Record, RecordEdit, Workspace


class WrongDay(BadValue):
    """A stage cannot have changed on that day."""

    def __init__(self, day: date, why: str) -> None:
        super().__init__(
            f"the stage cannot change on {say_day(day)}: {why}", "give --on another day"
        )


def move(
    workspace: Workspace, deal: Record, stage: str, on: date | None = None, reason: str = ""
) -> RecordEdit | None:
    """Return the edit that moves a deal, None when it is in that stage; a closing gets its day.

    Moving backwards is recorded like any other move.
    """
    if deal.text("stage") == stage:
        return None
    day = on or workspace.today
    _refuse_out_of_order(workspace, deal, day)
    edit = deal.edit(stage=stage).append("stage_history", f"{day} {stage}")
    if workspace.config.stages[stage].is_closed:
        edit = edit.set("close_date", day)
    return edit.set("reason", reason.strip()) if reason.strip() else edit


def _refuse_out_of_order(workspace: Workspace, deal: Record, day: date) -> None:
    if day > workspace.today:
        raise WrongDay(day, "that is in the future")
    days = (parse_iso_day(item.partition(" ")[0]) for item in deal.items("stage_history"))
    last = max((known for known in days if known), default=None)
    if last is not None and day < last:
        raise WrongDay(day, f"it changed on {say_day(last)} already")
