"""Plan the import of records: find the record of each row, and what has to be written for it.

This takes two passes: the first finds the record of every row, the second resolves references
between rows, since a row may refer to a later one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crmkb.entities import Entity
from crmkb.errors import BadValue, BrokenFile
from crmkb.imports import mapping as maps
from crmkb.imports.cells import Reader, listed
from crmkb.imports.match import Customers, Names, names_of
from crmkb.imports.plan import (
    AmbiguousDates,
    Outcome,
    Plan,
    Rejected,
    Settings,
    Step,
    without_secrets,
)
from crmkb.imports.record_files import Records, differing, updated
from crmkb.schema.layout import customer_of, slug_of
from crmkb.store.markdown import CannotEdit, Value
from crmkb.values.csv_table import Row, Table
from crmkb.values.export_dates import AmbiguousDate
from crmkb.values.names import fold
from crmkb.workspace import Workspace

EXTERNAL_ID = "external_id"
"""The key of an interaction's id in another system; it identifies rows if no id is mapped."""

Progress = Callable[[int, int], None]

REFERENCES = {
    "customer": {"parent": "customer"},
    "contact": {"reports_to": "contact"},
    "deal": {"contacts": "contact"},
    "interaction": {"them": "contact", "deal": "deal"},
}
"""The keys of each kind that refer to another record, with the kind of that record."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A row with the path of its record: the row's values, and whether the file exists already.

    `is_elsewhere` is set if the row names a customer other than the one the file belongs to.
    """

    row: Row
    path: str
    fields: dict[str, Value]
    id: str = ""
    notes: str = ""
    exists: bool = False
    is_elsewhere: bool = False


def plan_import(
    workspace: Workspace,
    model: type[Entity],
    table: Table,
    mapping: maps.Mapping,
    settings: Settings,
    progress: Progress | None = None,
) -> Plan:
    """Return the plan of an import; raise `AmbiguousDates` if the date order is unknown."""
    planner = Planner(workspace, model, table, mapping, settings)
    report, total = progress or _silent, 2 * len(table.rows)
    placed: list[Draft | Step] = []
    for row in table.rows:
        report(len(placed), total)
        placed.append(planner.place(row))
    steps: list[Step] = []
    for item in placed:
        report(len(placed) + len(steps), total)
        steps.append(item if isinstance(item, Step) else planner.finish(item))
    report(total, total)
    return Plan(tuple(steps), tuple(planner.notes()))


class Planner:
    """The state while the rows of one table are planned."""

    def __init__(
        self,
        workspace: Workspace,
        model: type[Entity],
        table: Table,
        mapping: maps.Mapping,
        settings: Settings,
    ) -> None:
        self.workspace, self.model, self.table = workspace, model, table
        self.mapping, self.settings = mapping, settings
        self.id_field, self.id_key = maps.ID, settings.id_key
        self.names = Names(workspace.index, self.id_key)
        if not mapping.has_id and EXTERNAL_ID in mapping.columns.keys() & model.model_fields:
            self.id_field = self.id_key = EXTERNAL_ID
            self.names.take_external_ids(workspace.index)
        self.customers = Customers(self.names, settings.fallback)
        self.records = Records(workspace, model)
        self.reader = Reader(model, workspace.config, settings.order)
        self.reader.look_through([mapping.texts(row) for row in table.rows])
        self.states = States()
        self._first_lines: dict[tuple[str, ...], int] = {}
        self._customers_added: dict[str, int] = {}
        self._claimed: set[str] = set()
        self._shared: Counter[str] = Counter()
        self._unresolved: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def place(self, row: Row) -> Draft | Step:
        """Find the record of a row, or reject the row; raise `AmbiguousDates`."""
        try:
            return self._draft(row)
        except AmbiguousDate as error:
            raise AmbiguousDates(self.table.name, row.line, error) from error
        except (BadValue, BrokenFile) as error:
            return Step.rejected(row, error)

    def finish(self, draft: Draft) -> Step:
        """Return the step of a draft; call this only after all rows are placed."""
        fields = self._resolved(draft.path, draft.fields, self._unresolved)
        try:
            if draft.exists:
                return without_secrets(self.workspace, self.settings, self._compared(draft, fields))
            fields.setdefault("source", self.settings.source)
            if draft.id:
                fields[self.id_key] = draft.id
            write = self.records.new(draft.path, fields, draft.notes)
        except (BadValue, BrokenFile, CannotEdit) as error:
            return Step.rejected(draft.row, error)
        return without_secrets(
            self.workspace, self.settings, Step(draft.row, Outcome.CREATED, draft.path, write)
        )

    def notes(self) -> Iterator[str]:
        """Yield notes on the whole import."""
        plural = self.model.plural
        for key in self.mapping.own:
            yield f"{key!r} is no key of {plural}; it is kept as one of your own"
        yield from self.reader.notes()
        yield from self.states.notes()
        for key, texts in self._unresolved.items():
            yield f"{key}: no record of that name, kept as given: {listed(texts)}"
        if self._shared:
            yield f"names of several {plural}: {listed(self._shared)}"
        yield from self.customers.notes()

    def _draft(self, row: Row) -> Draft:
        width = len(self.table.columns)
        if len(row.cells) > width:
            raise Rejected(f"{len(row.cells)} cells, where the header has {width}")
        texts = self.mapping.texts(row)
        id_, notes = texts.pop(self.id_field, ""), texts.pop(maps.NOTES, "")
        customer = texts.pop(maps.CUSTOMER, "")
        if self.id_field in self.mapping.columns and not id_:
            raise Rejected("the id is missing")
        self._refuse_again(row, id_)
        fields = self.reader.values(texts)
        self.records.check(fields)
        self.states.see(fields)
        if paths := self.names.with_id(self.model.noun, id_):
            known = _only(paths, self.id_key)
            named = self.names.customers(customer) if customer else []
            is_elsewhere = len(named) == 1 and named[0] != customer_of(known)
            return Draft(row, known, fields, id_, exists=True, is_elsewhere=is_elsewhere)
        customer = "" if self.model.noun == "customer" else self.customers.of(customer)
        if not id_ and (path := self._namesake(customer, fields)):
            return Draft(row, path, fields, exists=True)
        return self._new(row, customer, fields, id_, notes)

    def _new(
        self, row: Row, customer: str, fields: dict[str, Value], id_: str, notes: str
    ) -> Draft:
        if not customer:
            self._refuse_known(fields, id_)
        path = self.records.free_path(customer, fields)
        self.names.add(self.model.noun, path, names_of(self.model, fields), id_)
        if not customer:
            self._customers_added[slug_of(path)] = row.line
        return Draft(row, path, fields, id_, notes)

    def _refuse_again(self, row: Row, id_: str) -> None:
        """Reject a row that repeats an earlier one: the same id or, without ids, the same cells."""
        line = self._first_lines.setdefault((id_,) if id_ else row.cells, row.line)
        if line != row.line:
            what = f"the id {id_!r}" if id_ else "the same row"
            raise Rejected(f"{what} stands on line {line} already")

    def _namesake(self, customer: str, fields: dict[str, Value]) -> str | None:
        """Return the file that an earlier import made of a row without an id, None if none did.

        Reject the row if a file of that name has other values: it may be another record.
        """
        wrong = ""
        for path in self.records.namesakes(customer, fields):
            record = self.records.read(path)
            keys = differing(record, self._resolved(path, fields))
            if not keys and path not in self._claimed:
                self._claimed.add(path)
                return path
            wrong = wrong or f"{path} is there already" + (f", with another {keys[0]}" * bool(keys))
        if wrong:
            raise Rejected(wrong)
        return None

    def _refuse_known(self, fields: Mapping[str, Value], id_: str) -> None:
        """Reject a customer if another one has any of its names.

        Within one file, customers may share a name if they have ids.
        """
        for name, what in names_of(self.model, fields).items():
            for slug in self.names.slugs("customer", "", name):
                line = self._customers_added.get(slug)
                if line is None:
                    hint = f"; to join them, add {self.id_key}: {id_} there" if id_ else ""
                    raise Rejected(f"the {what} {name!r} is that of customers/{slug}{hint}")
                if not id_:
                    raise Rejected(f"the {what} {name!r} stands on line {line} already")
                self._shared[name] += 1

    def _resolved(
        self,
        path: str,
        fields: Mapping[str, Value],
        missing: Mapping[str, Counter[str]] | None = None,
    ) -> dict[str, Value]:
        """Return the fields with slugs for names of other records; count unknown names."""
        resolved = dict(fields)
        for key, kind in REFERENCES.get(self.model.noun, {}).items():
            if key not in fields:
                continue
            value = fields[key]
            slugs = []
            for text in [value] if isinstance(value, str) else value:
                found = self.names.of_record(kind, path, text)
                slugs.append(found or text)
                if missing is not None and not found:
                    missing[key][text] += 1
            resolved[key] = slugs[0] if isinstance(value, str) else list(dict.fromkeys(slugs))
        return resolved

    def _compared(self, draft: Draft, fields: dict[str, Value]) -> Step:
        record = self.records.read(draft.path)
        values = {key: fields[key] for key in differing(record, fields)}
        keys = (*values, *([maps.CUSTOMER] if draft.is_elsewhere else []))
        if not keys:
            return Step(draft.row, Outcome.HERE, draft.path)
        if not self.settings.updates or not values:
            return Step(draft.row, Outcome.DIFFERS, draft.path, keys=keys)
        write = updated(self.workspace, record, values)
        return Step(draft.row, Outcome.UPDATED, draft.path, write, keys)


def _only(paths: list[str], id_key: str) -> str:
    if len(paths) > 1:
        raise Rejected(f"{len(paths)} records have this {id_key}: {', '.join(paths)}")
    return paths[0]


def _silent(done: int, total: int) -> None:
    pass


STATE = "status"


_CLOSED = frozenset(("closed", "resolved", "solved", "done", "completed"))


_OPEN = frozenset(("open", "new", "pending", "reopened", "in progress", "waiting"))


class States:
    """Counts the support cases with a status that contradicts their `resolved` day."""

    def __init__(self) -> None:
        self._closed_without_day = self._open_with_day = 0

    def see(self, fields: Mapping[str, Value]) -> None:
        """Count the contradictions in the values of a row."""
        if fields.get("type") == "support" and (state := fold(str(fields.get(STATE, "")))):
            has_day = "resolved" in fields
            self._closed_without_day += state in _CLOSED and not has_day
            self._open_with_day += state in _OPEN and has_day

    def notes(self) -> Iterator[str]:
        """Yield notes on the contradictions."""
        if count := self._closed_without_day:
            yield f"{count:,} are closed by their status but resolved on no day: they count as open"
        if count := self._open_with_day:
            yield f"{count:,} are open by their status but resolved on a day: they count as solved"
