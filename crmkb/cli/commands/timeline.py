"""Tell what happened at a customer, newest first."""

from __future__ import annotations

from typing import Annotated

from crmkb.cli.commands._options import AsJson, Limit, counted
from crmkb.cli.session import Session
from crmkb.cli.table import Cell, Layout
from crmkb.params import CustomerName, Day, Param
from crmkb.store.paths import ref_of
from crmkb.workspace.refs import short_ref
from crmkb.workspace.timeline import Event, ahead, events

PANEL = "Read"

_STYLES = {"interaction": "", "stage": "green", "task": "cyan", "edit": "dim"}


def run(
    session: Session,
    customer: CustomerName,
    *,
    since: Annotated[Day | None, Param("Nothing before this day.", "days", metavar="DAY")] = None,
    limit: Limit = None,
    json: AsJson = False,
) -> None:
    """Tell what happened at a customer, newest first.

    Interactions, changes of stage, tasks done, and files that were changed by hand.

    crm timeline acme --since "3 months ago"
    """
    workspace = session.workspace
    slug = workspace.customer(customer).slug
    found = events(workspace, slug, since)[:limit]
    if json:
        session.out.json("events", [_object(event) for event in found])
        return
    if coming := ahead(workspace, slug):
        session.out.say(f"note: {counted(coming, 'interaction')} with a date still to come")
    if not found:
        session.out.say("nothing happened yet" if since is None else f"nothing since {since}")
        return
    rows = [_row(event, short_ref(workspace.index, event.path)) for event in found]
    layout = Layout(optional=("record", "time"), whole=("record",))
    session.out.table(("day", "time", "what", "text", "record"), rows, layout)


def _object(event: Event) -> dict[str, object]:
    return {
        "ref": ref_of(event.path),
        "path": event.path,
        "line": event.line,
        "when": event.when,
        "kind": event.kind,
        "what": event.what,
        "text": event.text,
    }


def _row(event: Event, ref: str) -> tuple[str, str, Cell, str, Cell]:
    what = Cell(event.what, _STYLES[event.kind])
    return event.day, event.when[11:16], what, event.text, Cell(ref, "dim")
