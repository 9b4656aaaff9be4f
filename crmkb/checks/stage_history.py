"""Check that `stage_history` is in order, has only known stages, and ends with `stage`."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._histories import changed_on, out_of_order
from crmkb.checks._locate import at_key, texts
from crmkb.errors import Problem, did_you_mean
from crmkb.store.markdown import Append, Edit
from crmkb.values.names import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

KEY = "stage_history"

# As in the views, the last entry is the one of the latest day: it has no `until`.
_DISAGREES = """
SELECT deals.path, deals.stage, change.stage FROM deals
JOIN stage_changes AS change ON change.path = deals.path
WHERE deals.stage <> change.stage AND change.until IS NULL
"""
_UNKNOWN = """
SELECT path, position, stage FROM stage_changes WHERE stage NOT IN (SELECT stage FROM stages)
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield histories that contradict their deal, are out of order or have unknown stages."""
    for path, stage, last in texts(workspace, _DISAGREES):
        message = f"ends with {last!r}, but the stage is {stage!r}"
        hint = f"add a line '- <day> {stage}', or: crm check --fix"
        yield at_key(workspace, path, KEY, message, hint)
    yield from out_of_order(workspace, "stage_changes", KEY)
    for path, position, stage in texts(workspace, _UNKNOWN):
        message = f"{stage!r} is not one of {', '.join(workspace.stages)}"
        hint = did_you_mean(close_matches(stage, workspace.stages)) or ""
        yield at_key(workspace, path, KEY, message, hint, int(position))


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the missing last entry, with the day of the commit that changed the stage."""
    if record.kind.noun != "deal":
        return
    from crmkb.entities import plain_word  # fixes are rare
    from crmkb.entities.deal import Deal

    deal, _ = Deal.read(record.document.fields, record.stages)
    days = [change.on for change in deal.history]
    if not days or not deal.stage or deal.history[-1].stage == deal.stage or days != sorted(days):
        return
    stage, stages = deal.stage, workspace.stages
    day = changed_on(workspace, record.path, "stage", lambda was: plain_word(was, stages) == stage)
    if day >= days[-1]:
        yield Append(KEY, f"{day} {deal.stage}")
