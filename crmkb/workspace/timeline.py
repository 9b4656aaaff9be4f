"""What happened at a customer, newest first: interactions, stages, tasks done, edits by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from crmkb.store.paths import CUSTOMERS

if TYPE_CHECKING:
    from crmkb.workspace.workspace import Workspace

EventKind = Literal["interaction", "stage", "task", "edit"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `when` is an ISO day or moment, `what` a word for its sort."""

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


def events(workspace: Workspace, customer: str, since: date | None = None) -> list[Event]:
    """Return what happened at a customer up to the day of the workspace, newest first."""
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
    """Return how many interactions of a customer have a date that is still to come."""
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
    """Yield the commits that no command of ours made."""
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
