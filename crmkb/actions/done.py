"""Mark a task as done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from crmkb.errors import Ambiguous, NotFound
from crmkb.interface.params import Day, Param, RecordName
from crmkb.store.markdown.tasks import tick
from crmkb.values.names import close_matches, fold
from crmkb.workspace import Change, Workspace, Write

if TYPE_CHECKING:
    from crmkb.workspace.record import Record

PANEL = "Change"

Found = tuple[str, int, str]


def plan(
    workspace: Workspace,
    record: RecordName,
    text: Annotated[str, Param("Some words of the task, enough to identify it.", "tasks")],
    *,
    on: Annotated[Day, Param("The day it was done (default: today).", "days", "DAY")] | None = None,
) -> Change:
    """Mark an open task as done, in a record or in any file of a customer.

    crm done acme "send the quote"
    """
    target = workspace.find(record)
    path, line, words = _task(workspace, target, text)
    before = workspace.read_bytes(path)
    lines = before.splitlines(keepends=True)
    ticked = tick(lines[line - 1].decode(), (on or workspace.today).isoformat())
    after = b"".join([*lines[: line - 1], ticked.encode(), *lines[line:]])
    return Change.of(Write(path, before, after), message=f"Tick task of {target.name}: {words}")


def _task(workspace: Workspace, record: Record, text: str) -> Found:
    """Return the one open task that contains the text; raise `NotFound` or `Ambiguous`."""
    tasks = _open_tasks(workspace, record)
    wanted = fold(text)
    exact = [task for task in tasks if fold(task[2]) == wanted]
    found = exact or [task for task in tasks if wanted in fold(task[2])]
    if not found:
        close = close_matches(wanted, [words for _, _, words in tasks])
        error = NotFound("open task", text, close)
        error.hint = error.hint if close else f"see them: crm tasks --customer {record.customer}"
        raise error
    if len(found) > 1:
        raise Ambiguous("open task", text, [f"{words!r} ({p}:{n})" for p, n, words in found])
    return found[0]


def _open_tasks(workspace: Workspace, record: Record) -> list[Found]:
    rows = workspace.index.rows(
        "SELECT path, line, text FROM tasks WHERE is_done = 0 AND customer = ? AND ? IN (path, '')"
        " ORDER BY path, line",
        record.customer,
        "" if record.kind.noun == "customer" else record.path,
    )
    return [(str(path), int(str(line)), str(text)) for path, line, text in rows]
