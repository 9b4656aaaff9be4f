"""Keep what a deal's close date was before it is moved: `close_date_history`.

The day of a closing is no plan, so a deal that closes keeps nothing; see `actions/_stages.py`.
"""

from __future__ import annotations

from datetime import date as calendar_day
from typing import TYPE_CHECKING

from crmkb.dates import parse_iso_day

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit
    from crmkb.workspace.workspace import Workspace

KEY, HISTORY = "close_date", "close_date_history"


def with_moved_date(workspace: Workspace, edit: RecordEdit, stage: str, date: str) -> RecordEdit:
    """Return an edit that also keeps the former close date, of a deal that stays open.

    `stage` and `date` are what the deal has after the edit.
    """
    known = workspace.config.stages.get(stage)
    before, after = _former(edit.record), parse_iso_day(date)
    if before is None or after is None or before == after or (known and known.is_closed):
        return edit
    return edit.append(HISTORY, f"{workspace.today} from {before} to {after}")


def _former(deal: Record) -> calendar_day | None:
    """Return the close date there was last, also when it has been taken out since."""
    moves = deal.items(HISTORY)
    return parse_iso_day(deal.text(KEY) or (moves[-1].rpartition(" ")[2] if moves else ""))
