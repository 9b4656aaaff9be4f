"""A report's queries into rows, through the door that lets only reading through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmkb.errors import CrmError
from crmkb.reports.definition import BadReport, Definition, Query
from crmkb.store import query
from crmkb.store.index import Index
from crmkb.text import one_line, shorten

Row = dict[str, Any]
Answers = dict[str, list[Row]]
"""The rows of each query, by its name."""

SECONDS = 20.0
"""How long one query may take; the page of a big workspace may need its time."""

_MOST_SQL = 160


class QueryFailed(BadReport):
    """SQLite refused a query, or it took too long."""

    def __init__(self, definition: Definition, failed: Query, error: CrmError) -> None:
        sql = shorten(one_line(failed.sql), _MOST_SQL)
        message = f"{failed.name}: {error.message}"
        super().__init__(definition.path, failed.line, message, f"{error.hint} (in: {sql})")


def run(definition: Definition, index: Index, values: Mapping[str, str | None]) -> Answers:
    """Return the rows of every query; raise `QueryFailed` for the first that fails."""
    index.share_views(each.sql for each in definition.queries)
    return {each.name: _rows(definition, each, index, values) for each in definition.queries}


def _rows(
    definition: Definition, asked: Query, index: Index, values: Mapping[str, str | None]
) -> list[Row]:
    try:
        return query.run(index, asked.sql, values, seconds=SECONDS).objects()
    except (query.BadQuery, query.NotReading, query.TooSlow, query.TooLarge) as error:
        raise QueryFailed(definition, asked, error) from error
