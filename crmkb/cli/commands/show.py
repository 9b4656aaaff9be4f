"""Show a record; of a customer, also its people, deals, tasks and last interactions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from crmkb.cli.commands._options import AsJson
from crmkb.cli.commands._shown import shown_value
from crmkb.cli.session import Session
from crmkb.cli.table import Cell, Layout
from crmkb.money import say_money
from crmkb.params import RecordName
from crmkb.text import one_line, printable, text_width
from crmkb.workspace.facts import facts
from crmkb.workspace.refs import short_ref

if TYPE_CHECKING:
    from crmkb.workspace.record import Record

PANEL = "Read"
WIDEST = 100
"""Running text is hard to read on longer lines."""

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


def run(session: Session, record: RecordName, *, json: AsJson = False) -> None:
    """Show a record: its keys, what is derived from them, its text.

    Of a customer also the contacts, open deals, open tasks and last interactions.

    crm show acme

    crm show acme/platform
    """
    found = session.workspace.find(record)
    derived = facts(session.workspace, found)
    if json:
        session.out.json("records", [_object(found, derived)])
        return
    session.out.styled(Cell(found.path, "bold"))
    _print_pairs(session, _fields(found))
    if said := _said(session, derived):
        session.out.line()
        _print_pairs(session, said)
    if found.kind.noun == "customer":
        _print_sections(session, found.slug)
    if found.document.body.strip():
        session.out.line()
        _print_body(session, found.document.body.strip("\r\n"))


def _object(record: Record, derived: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ref": record.ref,
        "path": record.path,
        "kind": record.kind.noun,
        "fields": record.document.fields,
        "derived": derived,
        "body": record.document.body,
    }


def _fields(record: Record) -> dict[str, str]:
    return {key: record.text(key) for key in record.document.fields}


def _said(session: Session, derived: Mapping[str, Any]) -> dict[str, str]:
    """Return derived facts in words, those that belong together on one line."""
    known = dict(derived)
    currency = str(known.pop("value_currency", session.workspace.config.currency))
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


def _print_pairs(session: Session, pairs: Mapping[str, str]) -> None:
    margin = max((text_width(one_line(key)) for key in pairs), default=0) + 2
    for key, text in pairs.items():
        head = one_line(key)
        blanks = " " * (margin - text_width(head))
        first, *rest = _wrapped(session, text, margin)
        session.out.styled(Cell(head, "dim"), blanks, first)
        for line in rest:
            session.out.line(" " * margin + line)


def _wrapped(session: Session, text: str, margin: int) -> list[str]:
    lines = printable(text).splitlines() or [""]
    if session.out.width is None:
        return lines
    width = max(min(session.out.width, WIDEST) - margin, 20)
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        or [""]
    ]


def _print_sections(session: Session, customer: str) -> None:
    index = session.workspace.index
    today = session.workspace.today.isoformat()
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
                cells.insert(0, Cell(short_ref(index, row["path"]), "cyan"))
            columns.insert(0, noun)
        session.out.line()
        session.out.styled(Cell(heading, "bold"))
        session.out.table(columns, rows, Layout(optional=optional, whole=(noun or "place",)))


def _print_body(session: Session, body: str) -> None:
    """Print a text: rendered for a person, as it is for a pipe."""
    if session.out.width is None:
        session.out.text(body)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    from crmkb.cli.terminal import harmless

    console = Console(width=min(session.out.width, WIDEST))
    console.print(Markdown(harmless(body), hyperlinks=False))
