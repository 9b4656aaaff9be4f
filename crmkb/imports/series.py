"""Plan the import of usage and NPS: rows become lines that are added to series of customers.

As in `records`, each row gets a step. But many rows become lines of one file, and single usage
events are summed first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from crmkb.errors import BadValue, BrokenFile
from crmkb.imports import mapping as maps
from crmkb.imports import usage_events
from crmkb.imports.cells import BadCell, listed, read_moment
from crmkb.imports.mapping import Fields
from crmkb.imports.match import Customers, Names
from crmkb.imports.plan import (
    AmbiguousDates,
    Outcome,
    Plan,
    Rejected,
    Settings,
    Step,
    without_secrets,
)
from crmkb.imports.series_files import Lines, differing
from crmkb.imports.usage_events import Event, Use
from crmkb.schema.series import DATE, USAGE, Series
from crmkb.values.csv_table import Row, Table
from crmkb.values.export_dates import AmbiguousDate
from crmkb.workspace import Workspace, Write

CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Draft:
    """One line to add to a customer's series, and the rows that it is made from."""

    rows: Sequence[Row]
    customer: str
    line: dict[str, str]


def series_fields(series: Series) -> Fields:
    """Return the fields that rows may have in an import into a series."""
    more = (usage_events.USER, usage_events.EVENT) if series is USAGE else ()
    known = (DATE, *series.readers, *more)
    return Fields(series.name, known, series.needed, f"{series.usual[1]}:-=")


def plan_series(
    workspace: Workspace, series: Series, table: Table, mapping: maps.Mapping, settings: Settings
) -> Plan:
    """Return the plan of an import; raise `AmbiguousDates` if the date order is unknown."""
    planner = SeriesPlanner(workspace, series, table, mapping, settings)
    drafts, rejected = planner.drafts()
    steps = [*rejected]
    for draft in drafts:
        steps += planner.steps(draft)
    steps.sort(key=lambda step: step.row.line)
    added = planner.added if planner.are_events else None
    return Plan(tuple(planner.with_writes(steps)), tuple(planner.notes()), added)


class SeriesPlanner:
    """The state while the rows of one table become lines."""

    def __init__(
        self,
        workspace: Workspace,
        series: Series,
        table: Table,
        mapping: maps.Mapping,
        settings: Settings,
    ) -> None:
        self.workspace, self.series, self.table = workspace, series, table
        self.mapping, self.settings = mapping, settings
        self.names = Names(workspace.index, settings.id_key)
        self.customers = Customers(self.names, settings.fallback)
        self.are_events = series is USAGE and usage_events.are_events(mapping)
        self.added = self.elsewhere = 0
        self._lines: dict[str, Lines] = {}
        self._first_lines: dict[str, int] = {}
        self._strangers: Counter[str] = Counter()

    def drafts(self) -> tuple[list[Draft], list[Step]]:
        """Return the lines made from the rows, and the steps of rejected rows."""
        placed: list[Draft | Event] = []
        rejected: list[Step] = []
        for row in self.table.rows:
            try:
                placed.append(self._placed(row))
            except AmbiguousDate as error:
                raise AmbiguousDates(self.table.name, row.line, error) from error
            except BadValue as error:
                rejected.append(Step.rejected(row, error))
        drafts = [item for item in placed if isinstance(item, Draft)]
        found = [item for item in placed if isinstance(item, Event)]
        return drafts + self._of_events(found), rejected

    def steps(self, draft: Draft) -> Iterator[Step]:
        """Yield the steps of the rows of a line."""
        try:
            step = self._step(draft)
        except (BadValue, BrokenFile) as error:
            step = Step.rejected(draft.rows[0], error)
        return (replace(step, row=row) for row in draft.rows)

    def with_writes(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Yield the steps; the first new one of each file gets the write with its new bytes."""
        written: set[str] = set()
        for step in steps:
            if step.outcome is Outcome.CREATED and step.path not in written:
                written.add(step.path)
                yield replace(step, write=self._lines[step.path].write())
            else:
                yield step

    def notes(self) -> Iterator[str]:
        """Yield notes on the whole import."""
        for name in self.mapping.own:
            yield f"{name!r} is no column of {self.series.name}; it is kept as one of your own"
        if self._strangers:
            named = listed(self._strangers)
            yield f"contact: no record of that name, kept as given: {named}"
        if self.elsewhere:
            count = f"{self.elsewhere:,}, counted and told in events_elsewhere"
            yield f"events by contacts of another customer: {count}"
        yield from self.customers.notes()

    def _placed(self, row: Row) -> Draft | Event:
        width = len(self.table.columns)
        if len(row.cells) > width:
            raise Rejected(f"{len(row.cells)} cells, where the header has {width}")
        texts = self.mapping.texts(row)
        id_ = texts.pop(maps.ID, "")
        if self.mapping.has_id and not id_:
            raise Rejected("the id is missing")
        if id_ and self._first_lines.setdefault(id_, row.line) != row.line:
            raise Rejected(f"the id {id_!r} stands on line {self._first_lines[id_]} already")
        moment = self._moment(texts.pop(DATE, ""))
        customer = self.customers.of(texts.pop(maps.CUSTOMER, ""))
        if self.are_events:
            user, event = texts.get(usage_events.USER, ""), texts.get(usage_events.EVENT, "")
            return Event(row, customer, moment, user, event)
        line = {DATE: moment} | self._values(customer, texts)
        if id_:
            line[self.settings.id_key] = id_
        return Draft([row], customer, line)

    def _moment(self, text: str) -> str:
        if not text:
            raise Rejected("date: is missing")
        try:
            return read_moment(text, self.workspace.config, self.settings.order)[:10]
        except AmbiguousDate:
            raise
        except BadValue as error:
            raise BadCell(DATE, error.message, error.hint) from error

    def _values(self, customer: str, texts: dict[str, str]) -> dict[str, str]:
        values = {}
        for name, text in texts.items():
            reader = self.series.readers.get(name, str)
            try:
                value = reader(text)
            except BadValue as error:
                raise BadCell(name, error.message, error.hint) from error
            values[name] = self._contact(customer, text) if name == CONTACT else str(value)
        return values

    def _contact(self, customer: str, text: str) -> str:
        found = self.names.of_record("contact", self.series.path(customer), text)
        if found is None:
            self._strangers[text] += 1
        return found or text

    def _of_events(self, found: Sequence[Event]) -> list[Draft]:
        uses: list[Use] = usage_events.summed(found, self.names.customers_of_contact)
        are_known = any(self.names.customers_of_contact(event.user) for event in found)
        self.elsewhere = sum(use.elsewhere for use in uses)
        return [
            Draft(use.rows, use.customer, use.line(self.mapping, are_users_known=are_known))
            for use in uses
        ]

    def _step(self, draft: Draft) -> Step:
        lines = self._lines_of(draft.customer)
        found = lines.find(draft.line)
        row = draft.rows[0]
        if found and found.row:
            raise Rejected(f"a line of this {self._told()} stands on line {found.row} already")
        if found:
            keys = differing(found.texts, draft.line)
            return Step(row, Outcome.DIFFERS if keys else Outcome.HERE, lines.path, keys=keys)
        text = "\n".join(draft.line.values()).encode()
        step = Step(row, Outcome.CREATED, lines.path, Write(lines.path, None, text))
        step = without_secrets(self.workspace, self.settings, step)
        if step.outcome is Outcome.CREATED:
            lines.add(draft.line, row.line)
            self.added += 1
        return replace(step, write=None)

    def _told(self) -> str:
        *names, last = ("customer", *self.series.key)
        return f"{', '.join(names)} and {last}"

    def _lines_of(self, customer: str) -> Lines:
        path = self.series.path(customer)
        if path not in self._lines:
            id_key = self.settings.id_key
            self._lines[path] = Lines(self.workspace, self.series, customer, id_key)
        return self._lines[path]
