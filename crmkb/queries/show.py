"""Show a record; for a customer, also its contacts, deals, tasks and last interactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmkb.interface.answer import Answer, Block, Cell, Line, Markdown, Pairs, Table
from crmkb.interface.params import RecordName
from crmkb.queries._record_tables import shown_value
from crmkb.values.money import say_money
from crmkb.workspace import Workspace
from crmkb.workspace.resolve import short_ref

if TYPE_CHECKING:
    from crmkb.workspace.record import Record

PANEL = "Read"

FIELDS = {
    "ref": "the name by which commands take the record",
    "path": "the file",
    "kind": "customer, contact, interaction, deal or article",
    "fields": "the front matter: texts and lists of texts",
    "derived": "what follows from the record and others: ages, last touch, open tasks",
    "body": "the text below the front matter",
}

_DERIVED = {
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
_LABELS = {
    "age_days": "age",
    "touches_30": "touches in 30 days",
    "days_overdue": "overdue by",
    "days_ago": "was",
    "days_ahead": "is in",
}
_SECTIONS = (
    (
        "Contacts",
        "contact",
        "SELECT path, name, role, title, sentiment FROM contacts"
        " WHERE customer = ? AND (left_on IS NULL OR left_on = '')"
        " ORDER BY coalesce(is_primary, 0) DESC, name, path",
        ("title", "sentiment"),
    ),
    (
        "Open deals",
        "deal",
        "SELECT path, stage, amount, currency, close_date, owner FROM open_deals"
        " WHERE customer = ? ORDER BY stage_position DESC, close_date, path",
        ("owner",),
    ),
    (
        "Open tasks",
        "",
        "SELECT due, owner, text, path || ':' || line AS place FROM open_tasks"
        " WHERE customer = ? ORDER BY due = '', due, path, line",
        ("place",),
    ),
    (
        "Last interactions",
        "interaction",
        "SELECT path, type, subject, sentiment FROM touches"
        " WHERE customer = ? ORDER BY moment DESC, path LIMIT 5",
        ("sentiment",),
    ),
)


def answer(workspace: Workspace, record: RecordName) -> Answer:
    """Show a record: its keys, derived values, and text.

    For a customer, also show its contacts, open deals, open tasks and last interactions.

    crm show acme

    crm show acme/platform
    """
    found = workspace.find(record)
    derived = _derived(workspace, found)
    return Answer(
        "records",
        lambda: [_object(found, derived)],
        lambda: _blocks(workspace, found, derived),
        FIELDS,
    )


def _derived(workspace: Workspace, record: Record) -> dict[str, Any]:
    """Return the values derived from a record and others, by name; None values are left out."""
    values = {"customer": record.customer, "path": record.path, "slug": record.slug}
    found: dict[str, Any] = {}
    for sql in _DERIVED.get(record.kind.noun, ()):
        cursor = workspace.index.db.execute(sql, values)
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            found |= dict(zip(names, row, strict=True))
    return {name: value for name, value in found.items() if value is not None}


def _object(record: Record, derived: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ref": record.ref,
        "path": record.path,
        "kind": record.kind.noun,
        "fields": record.document.fields,
        "derived": derived,
        "body": record.document.body,
    }


def _blocks(workspace: Workspace, record: Record, derived: Mapping[str, Any]) -> Iterator[Block]:
    yield Line([Cell(record.path, "strong")])
    yield Pairs({key: record.text(key) for key in record.document.fields})
    if words := _in_words(workspace, derived):
        yield Line()
        yield Pairs(words)
    if record.kind.noun == "customer":
        yield from _sections(workspace, record.slug)
    if record.document.body.strip():
        yield Line()
        yield Markdown(record.document.body.strip("\r\n"))


def _in_words(workspace: Workspace, derived: Mapping[str, Any]) -> dict[str, str]:
    """Return derived values as texts; related values share one line."""
    known = dict(derived)
    currency = str(known.pop("value_currency", workspace.config.currency))
    ways: dict[str, Callable[[Any], str]] = {
        "age_days": _days,
        "days_in_stage": _days,
        "days_to_close": _days,
        "days_overdue": _days,
        "days_ago": _ago,
        "days_ahead": _days,
        "weighted": lambda value: say_money(value, currency),
        "probability": lambda value: f"{value:.0%}",
    }
    if "last_touch" in known and "days_silent" in known:
        known["last_touch"] = f"{known['last_touch']} ({_ago(known.pop('days_silent'))})"
    if "next_step_due" in known and (due := known.pop("next_step_due")):
        known["next_step"] = f"{known['next_step']} (due {due})"
    return {
        _LABELS.get(name, name.replace("_", " ")): ways.get(name, str)(value)
        for name, value in known.items()
    }


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _ago(count: int) -> str:
    return "today" if count == 0 else f"{_days(count)} ago"


def _sections(workspace: Workspace, customer: str) -> Iterator[Block]:
    index, today = workspace.index, workspace.today.isoformat()
    for heading, noun, sql, optional in _SECTIONS:
        cursor = index.db.execute(sql, (customer,))
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if not found:
            continue
        columns = [name for name in names if name not in ("path", "currency")]
        rows = [[shown_value(row, name, today) for name in columns] for row in found]
        if noun:
            for cells, row in zip(rows, found, strict=True):
                cells.insert(0, Cell(short_ref(index, row["path"]), "name"))
            columns.insert(0, noun)
        yield Line()
        yield Line([Cell(heading, "strong")])
        yield Table(columns, rows, optional, (noun or "place",))
