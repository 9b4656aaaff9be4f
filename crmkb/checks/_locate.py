"""Helpers of the checks: queries to the index, and problems at the line of a key."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.errors import CrmError, Problem
from crmkb.workspace import Workspace


def texts(workspace: Workspace, sql: str, *values: object) -> Iterator[list[str]]:
    """Yield the rows of a query to the index, as texts; NULL becomes an empty text."""
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
    """Return a problem with a record's key, or with one item of its list, including the line."""
    try:
        line = workspace.read(path).document.line_of(key, position)
    except CrmError:  # changed since the index read it
        line = 1
    return Problem(path, line, key, message, hint)
