"""Move deals to another stage or close date, and record the move in their histories.

When a deal closes, its former close date is not recorded: that history holds planned days only.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from crmkb.errors import BadValue
from crmkb.values.dates import parse_iso_day, say_day

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit
    from crmkb.workspace.workspace import Workspace

KEY, HISTORY = "close_date", "close_date_history"


class WrongDay(BadValue):
    """The stage cannot change on the given day."""

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
    """Return the edit that moves a deal to a stage, None if it is already there.

    The day `on` is today by default; it becomes the close date if the stage is closed. Moving
    backwards is recorded like any other move. Raise `WrongDay` for a day in the future or before
    the last move.
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


def with_moved_date(workspace: Workspace, edit: RecordEdit, stage: str, day: str) -> RecordEdit:
    """Return the edit, with a history entry added if it moves the close date of an open deal.

    `stage` and `day` are the deal's values after the edit.
    """
    known = workspace.config.stages.get(stage)
    before, after = _former(edit.record), parse_iso_day(day)
    if before is None or after is None or before == after or (known and known.is_closed):
        return edit
    return edit.append(HISTORY, f"{workspace.today} from {before} to {after}")


def leftovers(workspace: Workspace, deal: Record, stage: str) -> list[str]:
    """Return notes for a deal that is reopened: the keys that its closing left in the file."""
    former = workspace.config.stages.get(deal.text("stage"))
    if former is None or not former.is_closed or workspace.config.stages[stage].is_closed:
        return []
    return [
        f"{key} is still {deal.text(key)!r}; change it: crm set {deal.ref} {key}=…"
        for key in ("close_date", "reason")
        if deal.text(key)
    ]


def _former(deal: Record) -> date | None:
    """Return the last known close date, even if it has been removed since."""
    moves = deal.items(HISTORY)
    return parse_iso_day(deal.text(KEY) or (moves[-1].rpartition(" ")[2] if moves else ""))


def _last_change(deal: Record) -> date | None:
    days = (parse_iso_day(item.partition(" ")[0]) for item in deal.items("stage_history"))
    return max((known for known in days if known), default=None)
