"""How records of each kind look in a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmkb.cli.table import Cell, Layout
from crmkb.money import say_money
from crmkb.workspace.refs import short_ref

if TYPE_CHECKING:
    from crmkb.store.listing import Listing
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
"""What is shown of a kind when nothing is asked for, beside the name to call the record by."""

_GIVING_WAY: Mapping[str, tuple[str, ...]] = {
    "customers": ("industry", "tier", "name", "owner"),
    "contacts": ("emails", "title", "name", "role"),
    "deals": ("name", "owner"),
    "interactions": ("date", "sentiment"),
    "tasks": ("place", "done_on", "owner"),
    "articles": ("topics",),
}
_CURRENCIES = {"amount": "currency", "contract_amount": "contract_currency"}
_STYLES = {
    "closed_won": "green",
    "closed_lost": "dim",
    "negative": "red",
    "very_negative": "red",
    "positive": "green",
    "very_positive": "green",
    "churned": "dim",
    "inactive": "dim",
}


def heading(kind: str) -> Sequence[str]:
    """Return the columns to select for a kind's table."""
    names = HEADINGS.get(kind, ())
    more = [_CURRENCIES[name] for name in names if name in _CURRENCIES]
    return [*names, *more, *(["is_done"] if kind == "tasks" else [])]


def layout(kind: str) -> Layout:
    """Return how a kind's table gives way on a narrow terminal."""
    return Layout(optional=_GIVING_WAY.get(kind, ()), whole=(_named(kind),))


def shown(workspace: Workspace, kind: str, listing: Listing) -> tuple[list[str], list[list[Any]]]:
    """Return a kind's table: its usual columns, and by which name commands take the record."""
    names = [*(HEADINGS.get(kind) or listing.columns)]
    today = workspace.today.isoformat()
    rows = []
    for row in listing.found.objects():
        cells = [shown_value(row, name, today) for name in names]
        if kind == "tasks":
            cells.append(Cell(f"{row['path']}:{row['line']}", "dim"))
        else:
            cells.insert(0, Cell(short_ref(workspace.index, str(row["path"])), "cyan"))
        rows.append(cells)
    return [*names, "place"] if kind == "tasks" else [_named(kind), *names], rows


def shown_value(row: Row, name: str, today: str) -> Any:
    """Return one value of a record as a table shows it."""
    value = row[name]
    if value is None:
        return None
    if name in _CURRENCIES and _CURRENCIES[name] in row:
        return Cell(say_money(value, row[_CURRENCIES[name]] or ""), is_number=True)
    if name == "date":
        return str(value).replace("T", " ").removesuffix(":00")
    if name in ("due", "close_date") and "" < value < today and _is_open(row):
        return Cell(str(value), "red")
    style = _STYLES.get(str(value), "")
    return Cell(str(value), style) if style else value


def _named(kind: str) -> str:
    return "place" if kind == "tasks" else kind.removesuffix("s")


def _is_open(row: Row) -> bool:
    return not row.get("is_done") and not str(row.get("stage", "")).startswith("closed")
