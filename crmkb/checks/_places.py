"""What the checks share: questions to the index, and problems at the line of their key."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.errors import CrmError, Problem
from crmkb.workspace import Workspace


def texts(workspace: Workspace, sql: str, *values: object) -> Iterator[list[str]]:
    """Yield the rows that the index answers, as texts; NULL is empty."""
    for row in workspace.index.rows(sql, *values):
        yield ["" if value is None else str(value) for value in row]


def at_key(
    workspace: Workspace,
    path: str,
    key: str,
    message: str,
    hint: str = "",
    position: int | None = None,
) -> Problem:
    """Return a problem of a record's key, or of one item of its list, with its line."""
    try:
        line = workspace.read(path).document.line_of(key, position)
    except CrmError:  # changed since the index read it
        line = 1
    return Problem(path, line, key, message, hint)
