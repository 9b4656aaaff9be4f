"""What can be derived about one record: ages, last touches, open tasks. Nothing of it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmkb.workspace.record import Record
    from crmkb.workspace.workspace import Workspace

_QUERIES = {
    "customer": (
        "SELECT last_touch, days_silent, touches_30 FROM customer_touches"
        " WHERE customer = :customer",
        "SELECT count(*) AS open_deals, CASE WHEN count(DISTINCT value_currency) = 1"
        " THEN round(sum(weighted), 2) END AS weighted, max(value_currency) AS value_currency"
        " FROM open_deals WHERE customer = :customer",
        "SELECT count(*) AS open_tasks FROM open_tasks WHERE customer = :customer",
    ),
    "deal": (
        "SELECT age_days, days_in_stage, probability, weighted, value_currency, days_overdue"
        " FROM open_deals WHERE path = :path",
        "SELECT outcome, days_to_close FROM closed_deals WHERE path = :path",
        "SELECT last_touch, days_silent FROM deal_touches WHERE path = :path",
        "SELECT next_step, next_step_due FROM deal_next_steps WHERE path = :path",
        "SELECT count(*) AS open_tasks FROM open_tasks WHERE customer = :customer AND deal = :slug",
    ),
    "contact": (
        "SELECT max(touches.day) AS last_touch, min(touches.days_ago) AS days_silent"
        " FROM touches JOIN fields ON fields.path = touches.path AND fields.key = 'them'"
        " WHERE touches.customer = :customer AND fields.value = :slug",
        "SELECT count(*) AS open_tasks FROM open_tasks"
        " WHERE customer = :customer AND (owner = :slug OR path = :path)",
    ),
    "interaction": (
        "SELECT days_ago FROM touches WHERE path = :path",
        "SELECT days_ahead FROM meetings_ahead WHERE path = :path",
        "SELECT count(*) AS open_tasks FROM open_tasks WHERE path = :path",
    ),
}


def facts(workspace: Workspace, record: Record) -> dict[str, Any]:
    """Return what is derived about a record, by name; what does not apply is left out."""
    values = {"customer": record.customer, "path": record.path, "slug": record.slug}
    found: dict[str, Any] = {}
    for sql in _QUERIES.get(record.kind.noun, ()):
        cursor = workspace.index.db.execute(sql, values)
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            found |= dict(zip(names, row, strict=True))
    return {name: value for name, value in found.items() if value is not None}
