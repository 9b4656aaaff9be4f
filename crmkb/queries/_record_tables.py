"""Tables of records for people: the columns and the look of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmkb.interface.answer import Cell, Table, Tone
from crmkb.values.money import say_money
from crmkb.workspace.resolve import short_ref

if TYPE_CHECKING:
    from crmkb.store.sql.conditions import Listing
    from crmkb.workspace import Workspace

Row = Mapping[str, Any]

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "customers": ("name", "status", "tier", "owner", "industry", "last_touch"),
    "contacts": ("customer", "name", "title", "role", "emails"),
    "deals": ("name", "customer", "stage", "amount", "close_date", "owner"),
    "interactions": ("date", "type", "customer", "subject", "sentiment"),
    "tasks": ("due", "owner", "customer", "text", "done_on"),
    "articles": ("title", "topics"),
}
"""The default columns of each kind, besides the name by which commands take the record."""

_GIVING_WAY: Mapping[str, tuple[str, ...]] = {
    "customers": ("industry", "tier", "name", "owner"),
    "contacts": ("emails", "title", "name", "role"),
    "deals": ("name", "owner"),
    "interactions": ("date", "sentiment"),
    "tasks": ("place", "done_on", "owner"),
    "articles": ("topics",),
}
_CURRENCIES = {"amount": "currency", "contract_amount": "contract_currency"}
_TONES: Mapping[str, Tone] = {
    "closed_won": "good",
    "closed_lost": "quiet",
    "negative": "bad",
    "very_negative": "bad",
    "positive": "good",
    "very_positive": "good",
    "churned": "quiet",
    "inactive": "quiet",
}


def headings(kind: str) -> Sequence[str]:
    """Return the columns to select for a kind's table."""
    names = HEADINGS.get(kind, ())
    more = [_CURRENCIES[name] for name in names if name in _CURRENCIES]
    return [*names, *more, *(["is_done"] if kind == "tasks" else [])]


def record_table(workspace: Workspace, kind: str, listing: Listing) -> Table:
    """Return the table of a kind: its default columns, and the name or place of each record."""
    names = [*(HEADINGS.get(kind) or listing.columns)]
    today = workspace.today.isoformat()
    rows = []
    for row in listing.found.objects():
        cells = [shown_value(row, name, today) for name in names]
        if kind == "tasks":
            cells.append(Cell(f"{row['path']}:{row['line']}", "quiet"))
        else:
            cells.insert(0, Cell(short_ref(workspace.index, str(row["path"])), "name"))
        rows.append(cells)
    noun = kind.removesuffix("s")
    named = "place" if kind == "tasks" else noun
    columns = [*names, named] if kind == "tasks" else [named, *names]
    return Table(columns, rows, _GIVING_WAY.get(kind, ()), (named,), counted=noun)


def shown_value(row: Row, name: str, today: str) -> Any:
    """Return one value of a record as tables show it."""
    value = row[name]
    if value is None:
        return None
    if name in _CURRENCIES and _CURRENCIES[name] in row:
        return Cell(say_money(value, row[_CURRENCIES[name]] or ""), is_number=True)
    if name == "date":
        return str(value).replace("T", " ").removesuffix(":00")
    if name in ("due", "close_date") and "" < value < today and _is_open(row):
        return Cell(str(value), "bad")
    tone = _TONES.get(str(value), "")
    return Cell(str(value), tone) if tone else value


def _is_open(row: Row) -> bool:
    return not row.get("is_done") and not str(row.get("stage", "")).startswith("closed")
