"""List records of a kind, with optional conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

from crmkb import plugins
from crmkb.errors import NotFound
from crmkb.interface import answer as answers
from crmkb.interface.answer import Block, Rows, Table
from crmkb.interface.params import Limit, OfCustomer, OwnedBy, Param
from crmkb.queries import _notes, tasks
from crmkb.queries._record_tables import headings, record_table, shown_value
from crmkb.schema.kinds import kinds
from crmkb.schema.layout import ref_of
from crmkb.store.index.tables import RENAMED
from crmkb.store.sql import conditions
from crmkb.store.sql.conditions import Listing, Selection
from crmkb.values.names import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.team import owner_of

PANEL = "Read"

Words = Annotated[str, Param("Show these columns or keys, separated by commas.", metavar="KEY,…")]
_MEANINGS = {
    "str": "a text",
    "Texts": "a list of texts",
    "Day": "a day, YYYY-MM-DD",
    "Moment": "a day or a moment, as local time",
    "Number": "a number",
    "Amount": "an amount of money",
    "Whole": "a whole number",
    "Truth": "true or false",
}


class NoKind(NotFound):
    """The kind of records is unknown."""

    def __init__(self, kind: str, kinds: Sequence[str]) -> None:
        super().__init__("kind", kind, close_matches(kind, kinds))
        self.hint = self.hint if close_matches(kind, kinds) else f"one of: {', '.join(kinds)}"


def answer(
    workspace: Workspace,
    kind: Annotated[
        str, Param("What to list: customers, contacts, deals, tasks, …", choices="kinds")
    ],
    *,
    where: Annotated[str, Param("Only records that match this SQL condition.", metavar="SQL")] = "",
    sort: Annotated[
        str, Param("Sort by these keys; a '-' before a key reverses its order.", metavar="KEY,…")
    ] = "",
    limit: Limit = None,
    columns: Words = "",
    owner: OwnedBy = "",
    customer: OfCustomer = "",
    all: Annotated[bool, Param("Include records of archived customers.")] = False,
) -> answers.Listing:
    """List records of a kind, with optional conditions.

    A condition is SQL over the kind's columns, your own keys, and columns of its views such as
    days_in_stage; ':today' is the current day. 'crm query' lists all tables with their columns.

    crm list deals --where "amount > 50000 and stage = 'negotiation'" --sort -amount

    crm list customers --where "region = 'nordics'" --columns name,region,last_touch

    crm list deals --where "close_date < :today" --format ids
    """
    plural, chosen = _plural(kind), _split(columns)
    records = _Records(
        workspace,
        Selection(
            kind=plural,
            where=where,
            sort=_split(sort),
            columns=chosen,
            owner=owner_of(workspace, owner),
            customer=workspace.customer_slug(customer),
            limit=limit,
            with_archived=all,
            is_past=workspace.today < workspace.now.date(),
        ),
    )
    return answers.Listing(
        plural,
        lambda: [*records.objects()],
        records.blocks,
        _fields(plural),
        records.notes,
        rows=records.rows,
    )


class _Records:
    """The requested records, read when one of their forms is requested."""

    def __init__(self, workspace: Workspace, selection: Selection) -> None:
        self._workspace, self._selection = workspace, selection
        self._listing: Listing | None = None

    def _found(self, columns: Sequence[str] = ()) -> Listing:
        """Read the records with the selected columns, or else with `columns`, or else with all."""
        selection = replace(self._selection, columns=self._selection.columns or columns)
        self._listing = conditions.find(self._workspace.index, selection)
        return self._listing

    def blocks(self) -> Sequence[Block]:
        """Return the table for people, or nothing when it has no rows."""
        workspace, kind = self._workspace, self._selection.kind
        found = self._found(headings(kind))
        if not found.found.rows:
            return []
        if not self._selection.columns:
            return [record_table(workspace, kind, found)]
        today = workspace.today.isoformat()
        objects = found.found.objects()
        rows = [[shown_value(row, name, today) for name in found.columns] for row in objects]
        return [Table(found.columns, rows, counted=kind.removesuffix("s"))]

    def objects(self) -> Iterator[dict[str, Any]]:
        """Return the records for programs; if all columns are shown, with the user's own keys."""
        return self._objects(self._found())

    def rows(self) -> Rows:
        """Return plain rows; the name of the record comes first unless columns were selected."""
        listing = self._found()
        found, refs = listing.found, [ref_of(str(row[0])) for row in listing.found.rows]
        if self._selection.columns:
            columns = listing.columns
            chosen = [[row[name] for name in columns] for row in found.objects()]
            return Rows(columns, chosen, lambda: self._objects(listing), refs)
        whole = [(ref, *row) for ref, row in zip(refs, found.rows, strict=True)]
        return Rows(("ref", *found.columns), whole, lambda: self._objects(listing), refs)

    def _objects(self, listing: Listing) -> Iterator[dict[str, Any]]:
        index, kind = self._workspace.index, self._selection.kind
        is_whole = not self._selection.columns and kind != "tasks"
        own = conditions.own_fields(index, kind) if is_whole else None
        for row in conditions.objects(index, kind, listing.found):
            more = {} if own is None else {"own_fields": own.get(row["path"], {})}
            yield {"ref": ref_of(row["path"]), **row, **more}

    def notes(self) -> Iterator[str]:
        """Yield notes on an empty result, records of archived customers, and unreadable files."""
        selection = self._selection
        if self._listing is not None and not self._listing.found.rows:
            is_narrowed = selection.where or selection.owner or selection.customer
            yield f"no {selection.kind}{' like that' if is_narrowed else ''}"
        if self._listing is not None and (hidden := self._listing.hidden):
            noun = f"{selection.kind[:-1]} of archived customers"
            if selection.kind == "customers":
                noun = "archived customer"
            plural = noun if noun.endswith("s") else f"{noun}s"
            words = f"{hidden:,} {plural}" if hidden > 1 else f"1 {noun}"
            yield f"note: {words} hidden; --all shows them too"
        yield from _notes.of_unreadable(self._workspace, selection.kind)


def _plural(word: str) -> str:
    known = [f"{noun}s" for noun in (*plugins.names("entities"), "task")]
    plural = word.lower() if word.lower().endswith("s") else f"{word.lower()}s"
    if plural not in known:
        raise NoKind(word, known)
    return plural


def _split(words: str) -> list[str]:
    return [word for word in (part.strip() for part in words.split(",")) if word]


def _fields(plural: str) -> dict[str, str]:
    """Return a description of each key of a record, from the types of its model."""
    if plural == "tasks":
        return {**tasks.FIELDS, "deal": "the slug of the deal it belongs to, or null"}
    kind = kinds()[plural.removesuffix("s")]
    own = {
        RENAMED.get(name, name): _MEANINGS.get(type_, "one of a few words")
        for name, type_ in kind.types.items()
    }
    return {
        "ref": "the name by which commands take the record",
        "path": "the file",
        "customer": "the customer's slug, or empty",
        "slug": "the name of the file, or of a customer's folder",
        **own,
        "own_fields": "the keys that no model knows, with their texts",
    }
