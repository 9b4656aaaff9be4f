"""Check that a closed deal has a `close_date`: reports count the deal in the month of that day."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import at_key, texts
from crmkb.errors import Problem
from crmkb.store.markdown import Edit, Set
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

KEY = "close_date"

_UNDATED = """
SELECT deals.path, deals.stage, max(change.day) FROM deals
JOIN stages ON stages.stage = deals.stage AND stages.outcome <> 'open'
LEFT JOIN stage_changes AS change ON change.path = deals.path AND change.stage = deals.stage
WHERE deals.close_date IS NULL AND NOT EXISTS (
    SELECT 1 FROM problems WHERE problems.path = deals.path AND problems.field = 'close_date')
GROUP BY deals.path, deals.stage
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield closed deals without a close date."""
    for path, stage, day in texts(workspace, _UNDATED):
        hint = f"add a line '{KEY}: {day or '…'}'"
        line = at_key(workspace, path, "stage", "").line
        yield Problem(path, line, KEY, f"is missing, and the stage is {stage!r}", hint)


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the close date from the deal's stage history."""
    if record.kind.noun != "deal" or record.document.fields.get(KEY):
        return
    from crmkb.entities.deal import Deal  # fixes are rare

    deal, _ = Deal.read(record.document.fields, record.stages)
    stage = workspace.config.stages.get(deal.stage)
    last = deal.history[-1] if deal.history else None
    if stage and stage.is_closed and last and last.stage == stage.id:
        yield Set(KEY, last.on.isoformat())
