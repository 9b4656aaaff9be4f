"""Run read-only SQL, or list the tables and their columns."""

from __future__ import annotations

from typing import Annotated

from crmkb.interface.answer import Answer, Listing, Remark, Rows, Table, Words
from crmkb.interface.params import Limit, Param
from crmkb.store.sql import safe_sql
from crmkb.workspace import Workspace

PANEL = "Read"


def answer(
    workspace: Workspace,
    sql: Annotated[
        str, Param("One read-only statement; '-' reads it from standard input.", stdin=True)
    ] = "",
    *,
    limit: Limit = None,
) -> Answer | Listing:
    """Run read-only SQL, for at most five seconds.

    Without SQL, list the tables and views with their columns. In SQL, ':today' is the current day.

    crm query "SELECT stage, count(*) AS deals FROM open_deals GROUP BY stage"
    """
    if not sql.strip():
        return _tables(safe_sql.tables(workspace.index))
    result = safe_sql.run(workspace.index, sql, most=limit)
    columns, rows = result.columns, result.rows
    remark = "" if rows else "no rows"
    return Listing(
        "rows",
        result.objects,
        lambda: [Table(columns, rows), *([Remark(remark)] if remark else [])],
        rows=lambda: Rows(columns, rows, result.objects, [row[0] for row in rows], remark),
    )


def _tables(tables: dict[str, list[str]]) -> Answer:
    return Answer(
        "tables",
        lambda: [{"table": name, "columns": columns} for name, columns in tables.items()],
        lambda: [Words(name, columns) for name, columns in tables.items()],
        {"table": "the name of a table or view", "columns": "the names of its columns"},
    )
