"""Check that `close_date_history` is in order and ends with the close date of an open deal."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._histories import changed_on, out_of_order
from crmkb.checks._locate import at_key, texts
from crmkb.errors import Problem
from crmkb.store.markdown import Append, Edit
from crmkb.values.dates import parse_iso_day
from crmkb.workspace import Workspace
from crmkb.workspace.deal_changes import HISTORY, KEY
from crmkb.workspace.record import Record

_DISAGREES = """
SELECT deals.path, deals.close_date, move.after FROM deals
JOIN close_date_changes AS move ON move.path = deals.path
LEFT JOIN stages ON stages.stage = deals.stage
WHERE deals.close_date <> move.after AND coalesce(stages.outcome, 'open') = 'open'
    AND NOT EXISTS (
        SELECT 1 FROM close_date_changes AS later WHERE later.path = move.path
            AND (later.day, later.position) > (move.day, move.position))
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield histories that contradict their deal or are out of order."""
    for path, date, last in texts(workspace, _DISAGREES):
        message = f"ends with {last}, but the close date is {date}"
        hint = f"add a line '- <day> from {last} to {date}', or: crm check --fix"
        yield at_key(workspace, path, HISTORY, message, hint)
    yield from out_of_order(workspace, "close_date_changes", HISTORY)


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the missing last entry, with the day of the commit that changed the close date."""
    if record.kind.noun != "deal":
        return
    from crmkb.entities.deal import Deal  # fixes are rare

    deal, _ = Deal.read(record.document.fields, record.stages)
    stage, moves = workspace.config.stages.get(deal.stage), deal.close_date_changes
    days = [move.on for move in moves]
    if not moves or not deal.close_date or (stage and stage.is_closed) or days != sorted(days):
        return
    last, date = moves[-1].after, deal.close_date
    if last != date:
        day = changed_on(workspace, record.path, KEY, lambda text: parse_iso_day(text) == date)
        if day >= days[-1]:
            yield Append(HISTORY, f"{day} from {last} to {date}")
