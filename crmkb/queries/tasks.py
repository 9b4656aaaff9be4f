"""Show open tasks, overdue first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from crmkb.interface.answer import Answer, Block, Cell, Line, Remark
from crmkb.interface.params import Day, OfCustomer, OwnedBy, Param
from crmkb.queries import _notes
from crmkb.schema.layout import ref_of
from crmkb.values.dates import parse_iso_day
from crmkb.values.display import one_line, text_width
from crmkb.workspace import Workspace
from crmkb.workspace.team import owner_of

PANEL = "Read"

FIELDS = {
    "ref": "the name by which commands take the file",
    "path": "the file",
    "line": "the line of the checkbox",
    "customer": "the customer's slug",
    "text": "the task without its marks",
    "is_done": "whether it is ticked",
    "owner": "the handle or slug behind @, or empty",
    "due": "the day it is due, or empty",
    "done_on": "the day it was done, or empty",
    "days_overdue": "days since it was due, or null",
}
_OPEN = """
SELECT path, line, customer, text, 0, owner, due, '', days_overdue FROM open_tasks
ORDER BY due = '', due, path, line
"""
_DONE = """
SELECT path, line, customer, text, 1, owner, due, done_on, NULL FROM done_tasks
ORDER BY done_on DESC, path, line
"""
_HEADINGS = ("Overdue", "Today", "Later", "No date", "Done")
_DAY_WIDTH = 10
_INDENT = _DAY_WIDTH + 4


@dataclass(frozen=True, slots=True)
class Task:
    """A task and its place; `days_overdue` is None when it is not overdue."""

    path: str
    line: int
    customer: str
    text: str
    is_done: bool
    owner: str
    due: str
    done_on: str
    days_overdue: int | None


def answer(
    workspace: Workspace,
    *,
    owner: OwnedBy = "",
    customer: OfCustomer = "",
    overdue: Annotated[bool, Param("Only overdue tasks.")] = False,
    due: Annotated[
        Day | None, Param("Only tasks due on or before this day.", "days", metavar="DAY")
    ] = None,
    done: Annotated[bool, Param("Show done tasks instead, newest first.")] = False,
) -> Answer:
    """Show open tasks, overdue first.

    A task is a checkbox in any file of a customer: '- [ ] Send the quote @ana due:2026-11-27'.
    Tick it there, or with 'crm done'.

    crm tasks --owner me --due eow
    """
    of, handle = workspace.customer_slug(customer), owner_of(workspace, owner)
    found = [
        task
        for task in _tasks(workspace, is_done=done)
        if of in ("", task.customer)
        and handle in ("", task.owner)
        and (not overdue or task.days_overdue is not None)
        and (due is None or "" < task.due <= due.isoformat())
    ]

    def blocks() -> Iterator[Block]:
        yield from map(Remark, _notes.of_unreadable(workspace, "tasks"))
        if not found:
            yield Remark("no task is done" if done else "nothing to do")
        yield from _groups(found, workspace.today.isoformat())

    return Answer(
        "tasks",
        lambda: [{"ref": ref_of(task.path), **asdict(task)} for task in found],
        blocks,
        FIELDS,
    )


def _tasks(workspace: Workspace, *, is_done: bool) -> Iterator[Task]:
    rows = workspace.index.rows(_DONE if is_done else _OPEN)
    for path, line, customer, text, done, owner, due, done_on, overdue in rows:
        yield Task(path, line, customer, text, bool(done), owner, due, done_on, overdue)


def _groups(tasks: Sequence[Task], today: str) -> Iterator[Block]:
    is_first = True
    for heading in _HEADINGS:
        group = [task for task in tasks if _heading(task, today) == heading]
        if not group:
            continue
        if not is_first:
            yield Line()
        is_first = False
        yield Line([Cell(f"{heading} ({len(group)})", "strong")])
        margin = max(text_width(one_line(task.customer)) for task in group)
        yield from (_line(task, margin, is_overdue=heading == "Overdue") for task in group)


def _heading(task: Task, today: str) -> str:
    if task.is_done:
        return "Done"
    if parse_iso_day(task.due) is None:
        return "No date"
    if task.due == today:
        return "Today"
    return "Overdue" if task.due < today else "Later"


def _line(task: Task, margin: int, *, is_overdue: bool) -> Line:
    day = one_line((task.done_on if task.is_done else task.due) or "-")
    customer = one_line(task.customer)
    blanks = " " * (margin - text_width(customer))
    owner = f" @{task.owner}" if task.owner else ""
    parts = (
        Cell(f"  {day:<{_DAY_WIDTH}}  ", "bad" if is_overdue else ""),
        Cell(f"{customer}{blanks}  ", "name"),
        Cell(one_line(f"{task.text}{owner}")),
    )
    return Line(parts, Cell(f"{task.path}:{task.line}", "quiet"), _INDENT)
