"""Show what is to be done, overdue first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.commands._options import (
    AsJson,
    OfCustomer,
    OwnedBy,
    customer_of,
    note_unreadable,
    owner_of,
)
from crmkb.cli.session import Session
from crmkb.cli.table import Cell
from crmkb.dates import parse_iso_day
from crmkb.params import Day, Param
from crmkb.store.paths import ref_of
from crmkb.text import one_line, text_width

if TYPE_CHECKING:
    from crmkb.workspace import Workspace

PANEL = "Read"

_HEADINGS = ("Overdue", "Today", "Later", "No date", "Done")


@dataclass(frozen=True, slots=True)
class Task:
    """A task with the place where it is written; `days_overdue` is None when it is not."""

    path: str
    line: int
    customer: str
    text: str
    is_done: bool
    owner: str
    due: str
    done_on: str
    days_overdue: int | None


def run(
    session: Session,
    *,
    owner: OwnedBy = "",
    customer: OfCustomer = "",
    overdue: Annotated[bool, Param("Only those whose day is past.")] = False,
    due: Annotated[
        Day | None, Param("Only those due on or before this day.", "days", metavar="DAY")
    ] = None,
    done: Annotated[bool, Param("Those that are done instead, newest first.")] = False,
    json: AsJson = False,
) -> None:
    """Show what is to be done, overdue first.

    A task is a checkbox in any file of a customer: '- [ ] Send the quote @ana due:2026-11-27'.
    Tick it there, or with 'crm done'.

    crm tasks --owner me --due eow
    """
    workspace = session.workspace
    of, handle = customer_of(workspace, customer), owner_of(workspace, owner)
    found = [
        task
        for task in _tasks(workspace, is_done=done)
        if of in ("", task.customer)
        and handle in ("", task.owner)
        and (not overdue or task.days_overdue is not None)
        and (due is None or "" < task.due <= due.isoformat())
    ]
    if json:
        session.out.json("tasks", [{"ref": ref_of(task.path), **asdict(task)} for task in found])
        return
    note_unreadable(session, "tasks")
    if not found:
        session.out.say("no task is done" if done else "nothing to do")
    _print(session, found)


def _tasks(workspace: Workspace, *, is_done: bool) -> Iterator[Task]:
    if is_done:
        sql = (
            "SELECT path, line, customer, text, 1, owner, due, done_on, NULL FROM done_tasks"
            " ORDER BY done_on DESC, path, line"
        )
    else:
        sql = (
            "SELECT path, line, customer, text, 0, owner, due, '', days_overdue FROM open_tasks"
            " ORDER BY due = '', due, path, line"
        )
    for path, line, customer, text, done, owner, due, done_on, overdue in workspace.index.rows(sql):
        yield Task(
            path=str(path),
            line=int(str(line)),
            customer=str(customer),
            text=str(text),
            is_done=bool(done),
            owner=str(owner),
            due=str(due),
            done_on=str(done_on),
            days_overdue=None if overdue is None else int(str(overdue)),
        )


def _print(session: Session, tasks: Sequence[Task]) -> None:
    today = session.workspace.today.isoformat()
    is_first = True
    for heading in _HEADINGS:
        group = [task for task in tasks if _heading(task, today) == heading]
        if not group:
            continue
        if not is_first:
            session.out.line()
        is_first = False
        session.out.styled(Cell(f"{heading} ({len(group)})", "bold"))
        margin = max(text_width(one_line(task.customer)) for task in group)
        for task in group:
            _print_one(session, task, margin, "red" if heading == "Overdue" else "")


def _heading(task: Task, today: str) -> str:
    if task.is_done:
        return "Done"
    if parse_iso_day(task.due) is None:
        return "No date"
    if task.due == today:
        return "Today"
    return "Overdue" if task.due < today else "Later"


def _print_one(session: Session, task: Task, margin: int, style: str) -> None:
    """Print a task and where it is: on one line, or on two where a terminal is too narrow."""
    day = (task.done_on if task.is_done else task.due) or "-"
    customer = one_line(task.customer)
    blanks = " " * (margin - text_width(customer))
    owner = f" @{task.owner}" if task.owner else ""
    said = [Cell(f"  {one_line(day):<10}  ", style), Cell(f"{customer}{blanks}  ", "cyan")]
    said.append(Cell(one_line(f"{task.text}{owner}")))
    place = Cell(f"{task.path}:{task.line}", "dim")
    taken = sum(text_width(part.text) for part in (*said, place)) + 2
    if session.out.width is None or taken <= session.out.width:
        session.out.styled(*said, "  ", place)
    else:
        session.out.styled(*said)
        session.out.styled("              ", place)
