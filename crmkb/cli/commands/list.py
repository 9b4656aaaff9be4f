"""List records of a kind, with conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from crmkb import plugins
from crmkb.cli.commands._options import (
    AsJson,
    Form,
    Limit,
    OfCustomer,
    OwnedBy,
    counted,
    customer_of,
    note_unreadable,
    owner_of,
)
from crmkb.cli.commands._shown import heading, layout, shown, shown_value
from crmkb.cli.output import Format
from crmkb.cli.session import Session
from crmkb.errors import NotFound
from crmkb.params import Param
from crmkb.store import listing
from crmkb.store.listing import Listing, Wanted
from crmkb.store.paths import ref_of
from crmkb.text import close_matches

PANEL = "Read"

Words = Annotated[str, Param("Columns or your own keys, divided by commas.", metavar="KEY,…")]


class NoKind(NotFound):
    """There are no records of that kind."""

    def __init__(self, kind: str, kinds: Sequence[str]) -> None:
        super().__init__("kind", kind, close_matches(kind, kinds))
        self.hint = self.hint if close_matches(kind, kinds) else f"one of: {', '.join(kinds)}"


def run(
    session: Session,
    kind: Annotated[str, Param("customers, contacts, deals, tasks, …", offers="kinds")],
    *,
    where: Annotated[
        str, Param("Only those for which this SQL condition holds.", metavar="SQL")
    ] = "",
    sort: Annotated[
        str, Param("Order by these; a '-' before one turns it round.", metavar="KEY,…")
    ] = "",
    limit: Limit = None,
    columns: Words = "",
    owner: OwnedBy = "",
    customer: OfCustomer = "",
    all: Annotated[bool, Param("Also those of archived customers.")] = False,
    format: Form = "table",
    json: AsJson = False,
) -> None:
    """List records of a kind, with conditions.

    A condition is SQL over the kind's columns, your own keys, and columns of its views such as
    days_in_stage; ':today' is the day. 'crm query' shows all tables with their columns.

    crm list deals --where "amount > 50000 and stage = 'negotiation'" --sort -amount

    crm list customers --where "region = 'nordics'" --columns name,region,last_touch

    crm list deals --where "close_date < :today" --format ids
    """
    kind, chosen = _kind(kind), _split(columns)
    form = "jsonl" if json else format
    workspace = session.workspace
    wanted = Wanted(
        kind=kind,
        where=where,
        sort=_split(sort),
        columns=chosen or (heading(kind) if form == "table" else ()),
        owner=owner_of(workspace, owner),
        customer=customer_of(workspace, customer),
        limit=limit,
        with_archived=all,
        is_past=workspace.today < workspace.now.date(),
    )
    found = listing.find(workspace.index, wanted)
    _note(session, wanted, found)
    if form == "table":
        _table(session, kind, found, is_chosen=bool(chosen))
    else:
        _write(session, kind, found, form, as_json=json, is_whole=not chosen)


def _write(
    session: Session, kind: str, found: Listing, form: Format, *, as_json: bool, is_whole: bool
) -> None:
    """Print the records for programs."""
    if form == "jsonl":
        records = _objects(session, kind, found, is_whole=is_whole)
        if as_json:
            session.out.json(kind, [*records])
        else:
            session.out.json_lines(records)
        return
    if is_whole or form == "ids":
        rows = [(ref_of(str(row[0])), *row) for row in found.found.rows]
        session.out.rows(("ref", *found.found.columns), rows, form)
    else:
        objects = found.found.objects()
        chosen = [[row[name] for name in found.columns] for row in objects]
        session.out.rows(found.columns, chosen, form)


def _kind(word: str) -> str:
    kinds = [f"{noun}s" for noun in (*plugins.names("entities"), "task")]
    plural = word.lower() if word.lower().endswith("s") else f"{word.lower()}s"
    if plural not in kinds:
        raise NoKind(word, kinds)
    return plural


def _split(words: str) -> list[str]:
    return [word for word in (part.strip() for part in words.split(",")) if word]


def _note(session: Session, wanted: Wanted, found: Listing) -> None:
    if not found.found.rows:
        is_narrowed = wanted.where or wanted.owner or wanted.customer
        session.out.say(f"no {wanted.kind}{' like that' if is_narrowed else ''}")
    if found.hidden:
        noun = f"{wanted.kind[:-1]} of archived customers"
        if wanted.kind == "customers":
            noun = "archived customer"
        plural = noun if noun.endswith("s") else f"{noun}s"
        words = f"{found.hidden:,} {plural}" if found.hidden > 1 else f"1 {noun}"
        session.out.say(f"note: {words} hidden; --all shows them too")
    note_unreadable(session, wanted.kind)


def _objects(
    session: Session, kind: str, found: Listing, *, is_whole: bool
) -> Iterator[dict[str, Any]]:
    index = session.workspace.index
    own = listing.own_fields(index, kind) if is_whole and kind != "tasks" else None
    for row in listing.objects(index, kind, found.found):
        more = {} if own is None else {"own_fields": own.get(row["path"], {})}
        yield {"ref": ref_of(row["path"]), **row, **more}


def _table(session: Session, kind: str, found: Listing, *, is_chosen: bool) -> None:
    if not found.found.rows:
        return
    workspace = session.workspace
    if is_chosen:
        today = workspace.today.isoformat()
        objects = found.found.objects()
        rows = [[shown_value(row, name, today) for name in found.columns] for row in objects]
        session.out.table(found.columns, rows)
    else:
        session.out.table(*shown(workspace, kind, found), layout(kind))
    if session.out.is_terminal and len(found.found.rows) > 1:
        session.out.say(counted(len(found.found.rows), kind.removesuffix("s")))
