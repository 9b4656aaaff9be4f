"""The files of imported records: path and content of a new one, differences of an existing one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from crmkb.entities import Entity
from crmkb.errors import NotFound
from crmkb.imports.cells import BadCell
from crmkb.schema.kinds import COMMON, kinds
from crmkb.schema.layout import customer_of, interaction_name
from crmkb.store import markdown
from crmkb.store.files import disk
from crmkb.store.files.safe_paths import many_inside
from crmkb.store.markdown import Value
from crmkb.values.dates import parse_iso_day
from crmkb.values.names import slugify
from crmkb.workspace import Workspace, Write
from crmkb.workspace.deal_changes import with_moved_date
from crmkb.workspace.record import Record, RecordEdit, check_values

CUSTOMER_TEMPLATE = "customer_profile_template.md"


class Records:
    """The files of one kind: existing ones, and those that the import adds."""

    def __init__(self, workspace: Workspace, model: type[Entity]) -> None:
        self.workspace, self.model = workspace, model
        rows = workspace.index.rows("SELECT path FROM files WHERE path LIKE 'customers/%'")
        self._existing = {self._key(str(path)): str(path) for (path,) in rows}
        self._taken = set(self._existing)
        self._numbers: dict[str, int] = {}
        self._full_path = many_inside(workspace.root)
        known = [key for key in model.model_fields if key not in COMMON]
        self._places = {key: place for place, key in enumerate([*known, *COMMON])}

    def check(self, fields: Mapping[str, Value]) -> None:
        """Raise `BadValue` for the first value that is missing or does not fit the kind."""
        for key, field in self.model.model_fields.items():
            if field.is_required() and key not in fields:
                raise BadCell(key, "is missing")
        check_values(self.model, fields, self.workspace.stages)

    def read(self, path: str) -> Record:
        """Return an existing record, like `Workspace.read` but faster for many files."""
        data = disk.read(self._full_path(path))
        if data is None:
            raise NotFound("file", path)
        return Record.read(path, data, kinds()[self.model.noun], self.workspace.stages)

    def namesakes(self, customer: str, fields: Mapping[str, Value]) -> Iterator[str]:
        """Yield the paths of existing files with the name that such a record would get."""
        stem, number = self._stem(fields), 1
        path = self._path(customer, stem)
        while (key := self._key(path)) in self._existing:
            if (existing := self._existing[key]).endswith(".md"):
                yield existing
            number += 1
            path = self._path(customer, f"{stem}-{number}")

    def free_path(self, customer: str, fields: Mapping[str, Value]) -> str:
        """Return a free path for a new record, and reserve it."""
        stem = self._stem(fields)
        first = path = self._path(customer, stem)
        while self._key(path) in self._taken:
            number = self._numbers[first] = self._numbers.get(first, 1) + 1
            path = self._path(customer, f"{stem}-{number}")
        self._taken.add(self._key(path))
        return path

    def new(self, path: str, fields: Mapping[str, Value], notes: str) -> Write:
        """Return the file of a new record: its keys, its heading and its notes.

        Only a customer gets the whole template: thousands of empty forms are no help.
        """
        ordered = {key: fields[key] for key in sorted(fields, key=self._place)}
        body = f"\n{notes}\n" if notes else ""
        if self.model.noun == "customer":
            write = self.workspace.create(
                "customer", path, ordered, CUSTOMER_TEMPLATE, customer_name=fields["name"]
            )
            return Write(path, None, (write.after or b"") + body.encode())
        heading = fields[self.model.heading_key]
        text = f"---\n{markdown.dump(ordered)}---\n\n# {heading}\n{body}"
        return Write(path, None, text.encode())

    def _place(self, key: str) -> int:
        return self._places.get(key, len(self._places))

    def _stem(self, fields: Mapping[str, Value]) -> str:
        heading = str(fields[self.model.heading_key])
        if self.model.noun == "interaction":
            return interaction_name(str(fields["date"]), str(fields["type"]), heading)
        return slugify(heading)

    def _path(self, customer: str, stem: str) -> str:
        pattern = self.model.pattern
        if customer:
            pattern = pattern.replace("*", customer, 1)
        return pattern.replace("*", stem, 1)

    def _key(self, path: str) -> str:
        """Return the part of a path that must be unique, even on disks that ignore case."""
        taken = f"customers/{customer_of(path)}" if self.model.noun == "customer" else path
        return taken.lower()


def differing(record: Record, fields: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the keys of `fields` that are missing in the file or have another value there."""
    return tuple(key for key, value in fields.items() if not _is_in(record, key, value))


def updated(workspace: Workspace, record: Record, values: Mapping[str, Value]) -> Write:
    """Return the file with these keys set; a new stage or close date goes into its history."""
    edit = RecordEdit(record)
    for key, value in values.items():
        edit = edit.set(key, value)
    if record.model.noun != "deal":
        return edit.write()
    if stage := values.get("stage"):
        edit = edit.append("stage_history", f"{_changed_on(workspace, values)} {stage}")
    if date := values.get("close_date"):
        stage = str(values.get("stage") or record.text("stage"))
        edit = with_moved_date(workspace, edit, stage, str(date))
    return edit.write()


def _changed_on(workspace: Workspace, values: Mapping[str, Value]) -> str:
    """Return the day of a stage change: the close date of a closed deal, otherwise today."""
    day = parse_iso_day(str(values.get("close_date", "")))
    is_closed = workspace.config.stages[str(values["stage"])].is_closed
    return str(day if is_closed and day and day <= workspace.today else workspace.today)


def _is_in(record: Record, key: str, value: Value) -> bool:
    if isinstance(value, list):
        return record.items(key) == value
    text = record.text(key)
    return text == value or _is_same_number(text, value)


def _is_same_number(first: str, second: str) -> bool:
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return False
