"""Run SQL that reads, or list the tables and their columns."""

from __future__ import annotations

from typing import Annotated

from crmkb.cli.commands._options import AsJson, Form, Limit
from crmkb.cli.session import Session
from crmkb.cli.table import Cell
from crmkb.params import Param
from crmkb.store import query

PANEL = "Read"


def run(
    session: Session,
    sql: Annotated[
        str, Param("One statement that reads; '-' takes it from a pipe.", stdin=True)
    ] = "",
    *,
    limit: Limit = None,
    format: Form = "table",
    json: AsJson = False,
) -> None:
    """Run SQL that reads, for at most five seconds.

    Without SQL, list the tables and views with their columns. ':today' is the day.

    crm query "SELECT stage, count(*) AS deals FROM open_deals GROUP BY stage"
    """
    index = session.workspace.index
    if not sql.strip():
        _print_tables(session, query.tables(index), as_json=json)
        return
    result = query.run(index, sql, most=limit)
    if json:
        session.out.json("rows", result.objects())
    else:
        session.out.rows(result.columns, result.rows, format)
        if not result.rows:
            session.out.say("no rows")


def _print_tables(session: Session, tables: dict[str, list[str]], *, as_json: bool) -> None:
    if as_json:
        listed = [{"table": name, "columns": columns} for name, columns in tables.items()]
        session.out.json("tables", listed)
        return
    for name, columns in tables.items():
        session.out.styled(Cell(name, "bold"))
        for line in _filled(columns, session.out.width):
            session.out.line(f"    {line}")


def _filled(words: list[str], width: int | None) -> list[str]:
    """Return the words, divided by commas, on lines that fit."""
    import textwrap

    text = ", ".join(words)
    return textwrap.wrap(text, width - 4) if width else [text]
