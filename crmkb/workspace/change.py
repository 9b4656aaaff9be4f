"""What an action computes: records to edit, files to make, and the change that holds them.

Nothing here touches the disk; `Workspace.apply` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from crmkb.entities import Entity
from crmkb.errors import BadValue, BrokenFile, Problem
from crmkb.store import markdown
from crmkb.store.markdown import Append, Discard, Document, Edit, Remove, Set, Value
from crmkb.store.paths import CUSTOMERS, customer_of, slug_of

Given = str | date | datetime | Decimal | bool | int | Iterable[str]
"""What an action may give as a value; None is kept out by `fields_of`."""

MOST_NAMED = 100
"""A commit names each record in a trailer up to so many; beyond, it tells their number."""


class WrongValue(BadValue):
    """A value given for a key does not fit the record's kind."""

    def __init__(self, key: str, message: str, hint: str | None = None) -> None:
        super().__init__(f"{key}: {message}", hint)


@dataclass(frozen=True, slots=True)
class Write:
    """One file's new bytes, None to delete it; `before` is what was read, None for a new file."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a file: where it is, its bytes, and its front matter as text."""

    path: str
    data: bytes
    document: Document
    model: type[Entity]
    stages: tuple[str, ...]

    @classmethod
    def read(cls, path: str, data: bytes, model: type[Entity], stages: tuple[str, ...]) -> Record:
        """Return the record held by a file's bytes; raise `BrokenFile` when it is unreadable."""
        try:
            document = markdown.parse(data)
        except markdown.Unreadable as error:
            problem = Problem(path, error.line, "", error.reason, error.hint or "")
            raise BrokenFile(problem) from error
        return cls(path, data, document, model, stages)

    @property
    def customer(self) -> str:
        """Return the slug of the record's customer, empty for an article."""
        return customer_of(self.path)

    @property
    def slug(self) -> str:
        """Return the name the path gives the record."""
        return slug_of(self.path)

    @property
    def ref(self) -> str:
        """Return the full name by which commands take the record, such as `acme/deals/platform`."""
        return ref_of(self.path)

    @property
    def name(self) -> str:
        """Return what people call the record."""
        return self.text(self.model.heading_key) or self.slug

    def text(self, key: str) -> str:
        """Return a key's text, empty when it is not there; a list is joined by commas."""
        value = self.document.fields.get(key, "")
        return value if isinstance(value, str) else ", ".join(map(str, value))

    def items(self, key: str) -> list[str]:
        """Return a key's items; a single text is a list of one."""
        value = self.document.fields.get(key) or []
        return [value] if isinstance(value, str) else [str(item) for item in value]

    def edit(self, **values: Given) -> RecordEdit:
        """Return an edit that sets these keys."""
        sets = tuple(Set(key, to_value(value)) for key, value in values.items())
        return RecordEdit(self, sets)


@dataclass(frozen=True, slots=True)
class RecordEdit:
    """Edits of one record, in order; each method returns a longer edit."""

    record: Record
    edits: tuple[Edit, ...] = ()

    def set(self, key: str, value: Given) -> RecordEdit:
        """Set a key."""
        return self._with(Set(key, to_value(value)))

    def append(self, key: str, item: str) -> RecordEdit:
        """Add an item to a list."""
        return self._with(Append(key, item))

    def discard(self, key: str, item: str) -> RecordEdit:
        """Take an item out of a list."""
        return self._with(Discard(key, item))

    def remove(self, key: str) -> RecordEdit:
        """Take a key away."""
        return self._with(Remove(key))

    def and_then(self, other: RecordEdit) -> RecordEdit:
        """Return this edit followed by another one of the same record."""
        return replace(self, edits=(*self.edits, *other.edits))

    def write(self) -> Write:
        """Return the file's new bytes; raise `WrongValue` when a value that was given is wrong."""
        record = self.record
        after = markdown.edit(record.data, self.edits)
        touched = {edit.key for edit in self.edits}
        check_values(record.model, markdown.parse(after).fields, record.stages, only=touched)
        return Write(record.path, record.data, after)

    def _with(self, edit: Edit) -> RecordEdit:
        return replace(self, edits=(*self.edits, edit))


@dataclass(frozen=True, slots=True)
class Change:
    """What an action wants written: one commit.

    `notes` are told to the person; `action` and `actor` become trailers of the commit.
    """

    message: str
    writes: Mapping[str, Write]
    notes: tuple[str, ...] = ()
    action: str = ""
    actor: str = ""

    @classmethod
    def of(
        cls, *parts: RecordEdit | Write | Change, message: str, notes: Sequence[str] = ()
    ) -> Change:
        """Return one change made of edits, files and other changes."""
        writes: dict[str, Write] = {}
        told = [*notes]
        for part in parts:
            for write in _writes(part):
                if write.path in writes:
                    write = replace(write, before=writes[write.path].before)
                writes[write.path] = write
            if isinstance(part, Change):
                told += part.notes
        return cls(message, writes, tuple(told))

    def signed(self, action: str, actor: str) -> Change:
        """Return the change with the action's name and the actor, where one is named."""
        return replace(self, action=action, actor=actor)

    @property
    def differing(self) -> list[Write]:
        """Return the writes that change anything."""
        return [write for write in self.writes.values() if write.before != write.after]

    def full_message(self) -> str:
        """Return the commit message with its trailers, the audit trail."""
        trailers = [f"Crm-Action: {self.action}"] if self.action else []
        refs = [ref_of(w.path) for w in self.differing if w.path.endswith(".md")]
        if len(refs) <= MOST_NAMED:
            trailers += [f"Crm-Entity: {ref}" for ref in refs]
        else:
            trailers += [f"Crm-Entities: {len(refs)}"]
        if self.actor:
            trailers += [f"Crm-Actor: {self.actor}"]
        return "\n".join([" ".join(self.message.split()), "", *trailers])


def _writes(part: RecordEdit | Write | Change) -> Iterator[Write]:
    match part:
        case Change():
            yield from part.writes.values()
        case RecordEdit():
            yield part.write()
        case Write():
            yield part


def check_values(
    model: type[Entity],
    fields: Mapping[str, object],
    stages: tuple[str, ...],
    only: set[str] | None = None,
) -> None:
    """Raise `WrongValue` for the first wrong value, of all keys or `only` of some."""
    _, findings = model.read(fields, stages)
    for finding in findings:
        if only is None or finding.field in only:
            raise WrongValue(finding.field, finding.message, finding.hint or None)


def to_value(given: Given) -> Value:
    """Return a value as front matter holds it."""
    match given:
        case str():
            return given
        case bool():
            return "true" if given else "false"
        case datetime():
            return given.isoformat(timespec="seconds")
        case date():
            return given.isoformat()
        case Decimal():
            return f"{given:f}"
        case int():
            return str(given)
    return [str(item) for item in given]


def fields_of(**values: Given | None) -> dict[str, Value]:
    """Return the given values as front matter, without those that are empty."""
    texts = {key: to_value(value) for key, value in values.items() if value is not None}
    return {key: value for key, value in texts.items() if value not in ("", [])}


def ref_of(path: str) -> str:
    """Return the name by which commands take the record at a path."""
    short = path.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").removesuffix("/profile")
    return short or path
