"""Show the history of a customer, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from crmkb.interface.answer import Answer, Block, Cell, Remark, Table, Tone
from crmkb.interface.params import CustomerName, Day, Limit, Param
from crmkb.schema.layout import CUSTOMERS, ref_of
from crmkb.values.display import counted
from crmkb.workspace import Workspace
from crmkb.workspace.resolve import short_ref

PANEL = "Read"

FIELDS = {
    "ref": "the name by which commands take the file",
    "path": "the file",
    "line": "the line in it",
    "when": "the day, or the moment as local time",
    "kind": "interaction, stage, task or edit",
    "what": "the type of the interaction, or a word for the event",
    "text": "what happened",
}
EventKind = Literal["interaction", "stage", "task", "edit"]
_TONES: dict[str, Tone] = {"interaction": "", "stage": "good", "task": "name", "edit": "quiet"}


@dataclass(frozen=True, slots=True)
class Event:
    """An event in the history: `when` is an ISO day or moment, `what` a word for its type."""

    when: str
    kind: EventKind
    what: str
    text: str
    path: str
    line: int = 1

    @property
    def day(self) -> str:
        """Return the day, in ISO form."""
        return self.when[:10]


def answer(
    workspace: Workspace,
    customer: CustomerName,
    *,
    since: Annotated[
        Day | None, Param("Only events on or after this day.", "days", metavar="DAY")
    ] = None,
    limit: Limit = None,
) -> Answer:
    """Show the history of a customer, newest first.

    It lists interactions, stage changes, done tasks, and files changed by hand.

    crm timeline acme --since "3 months ago"
    """
    slug = workspace.customer(customer).slug
    found = events(workspace, slug, since)[:limit]

    def blocks() -> Iterator[Block]:
        if coming := ahead(workspace, slug):
            yield Remark(f"note: {counted(coming, 'interaction')} with a date still to come")
        if not found:
            yield Remark("nothing happened yet" if since is None else f"nothing since {since}")
        else:
            yield _table(workspace, found)

    return Answer("events", lambda: [_object(event) for event in found], blocks, FIELDS)


def events(workspace: Workspace, customer: str, since: date | None = None) -> list[Event]:
    """Return the events of a customer up to the day of the workspace, newest first."""
    found = [
        *_interactions(workspace, customer),
        *_stages(workspace, customer),
        *_tasks(workspace, customer),
        *_edits(workspace, customer),
    ]
    first, last = since.isoformat() if since else "", workspace.today.isoformat()
    known = [event for event in found if first <= event.day <= last]
    known.sort(key=lambda event: (event.path, event.line))
    known.reverse()
    return sorted(known, key=lambda event: event.when, reverse=True)


def ahead(workspace: Workspace, customer: str) -> int:
    """Return the number of interactions of a customer with a date in the future."""
    rows = workspace.index.rows("SELECT path FROM meetings_ahead WHERE customer = ?", customer)
    return len(rows)


def _interactions(workspace: Workspace, customer: str) -> Iterator[Event]:
    for moment, type_, subject, path in workspace.index.rows(
        "SELECT moment, type, subject, path FROM touches WHERE customer = ?", customer
    ):
        yield Event(str(moment), "interaction", str(type_ or ""), str(subject or ""), str(path))


def _stages(workspace: Workspace, customer: str) -> Iterator[Event]:
    for day, stage, name, path in workspace.index.rows(
        "SELECT changes.day, coalesce(stages.name, changes.stage), deals.name, changes.path"
        " FROM stage_changes AS changes JOIN deals ON deals.path = changes.path"
        " LEFT JOIN stages ON stages.stage = changes.stage WHERE changes.customer = ?"
        " ORDER BY changes.path, changes.position",
        customer,
    ):
        yield Event(str(day), "stage", "stage", f"{name}: {stage}", str(path))


def _tasks(workspace: Workspace, customer: str) -> Iterator[Event]:
    for day, text, owner, path, line in workspace.index.rows(
        "SELECT done_on, text, owner, path, line FROM done_tasks"
        " WHERE customer = ? AND done_on <> ''",
        customer,
    ):
        by = f" @{owner}" if owner else ""
        yield Event(str(day), "task", "done", f"{text}{by}", str(path), int(str(line)))


def _edits(workspace: Workspace, customer: str) -> Iterator[Event]:
    """Yield the commits that were not made by a `crm` command."""
    folder = f"{CUSTOMERS}/{customer}"
    for commit in workspace.git.log(folder):
        if commit.action:
            continue
        when = workspace.config.local(commit.when).isoformat(timespec="seconds")
        paths = [path for path in commit.paths if path.startswith(f"{folder}/")]
        place = paths[0] if len(paths) == 1 else folder
        files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
        text = f"{commit.subject} ({commit.author}, {files})"
        yield Event(when, "edit", "edit", text, place)


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


def _table(workspace: Workspace, found: Sequence[Event]) -> Table:
    rows = [_row(event, short_ref(workspace.index, event.path)) for event in found]
    columns = ("day", "time", "what", "text", "record")
    return Table(columns, rows, optional=("record", "time"), whole=("record",))


def _row(event: Event, ref: str) -> tuple[str, str, Cell, str, Cell]:
    what = Cell(event.what, _TONES[event.kind])
    return event.day, event.when[11:16], what, event.text, Cell(ref, "quiet")
