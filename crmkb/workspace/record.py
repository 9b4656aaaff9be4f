"""Records as files, and edits of them: front matter as text, checked by the models of `entities`.

The models are loaded only when a value is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmkb.errors import BadValue, BrokenFile, Problem
from crmkb.schema.kinds import Kind
from crmkb.schema.layout import customer_of, ref_of, slug_of
from crmkb.store import markdown
from crmkb.store.markdown import Append, Discard, Document, Edit, Remove, Set
from crmkb.workspace.change import Given, Write, to_value

if TYPE_CHECKING:
    from crmkb.entities import Entity


class WrongValue(BadValue):
    """The value for a key does not fit the record's kind."""

    def __init__(self, key: str, message: str, hint: str | None = None) -> None:
        super().__init__(f"{key}: {message}", hint)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a file: its path, its bytes, and its front matter as text."""

    path: str
    data: bytes
    document: Document
    kind: Kind
    stages: tuple[str, ...]

    @classmethod
    def read(cls, path: str, data: bytes, kind: Kind, stages: tuple[str, ...]) -> Record:
        """Return the record in a file's bytes; raise `BrokenFile` if they cannot be parsed."""
        try:
            document = markdown.parse(data)
        except markdown.Unreadable as error:
            problem = Problem(path, error.line, "", error.reason, error.hint or "")
            raise BrokenFile(problem) from error
        return cls(path, data, document, kind, stages)

    @property
    def model(self) -> type[Entity]:
        """Return the model of the record's kind, which checks values."""
        from crmkb.entities import entities

        return entities()[self.kind.noun]

    @property
    def customer(self) -> str:
        """Return the slug of the record's customer, empty for an article."""
        return customer_of(self.path)

    @property
    def slug(self) -> str:
        """Return the record's slug, taken from its path."""
        return slug_of(self.path)

    @property
    def ref(self) -> str:
        """Return the full name that commands accept, such as `acme/deals/platform`."""
        return ref_of(self.path)

    @property
    def name(self) -> str:
        """Return the record's name: the text of its heading key, else the slug."""
        return self.text(self.kind.heading_key) or self.slug

    def text(self, key: str) -> str:
        """Return the text of a key, empty if it is missing; a list is joined by commas."""
        value = self.document.fields.get(key, "")
        return value if isinstance(value, str) else ", ".join(map(str, value))

    def items(self, key: str) -> list[str]:
        """Return the items of a key; a single text is a list of one."""
        value = self.document.fields.get(key) or []
        return [value] if isinstance(value, str) else [str(item) for item in value]

    def edit(self, **values: Given) -> RecordEdit:
        """Return an edit that sets these keys."""
        sets = tuple(Set(key, to_value(value)) for key, value in values.items())
        return RecordEdit(self, sets)


@dataclass(frozen=True, slots=True)
class RecordEdit:
    """Edits of one record, in order; methods that add an edit return a new `RecordEdit`."""

    record: Record
    edits: tuple[Edit, ...] = ()

    def set(self, key: str, value: Given) -> RecordEdit:
        """Set a key."""
        return self._with(Set(key, to_value(value)))

    def append(self, key: str, item: str) -> RecordEdit:
        """Add an item to a list."""
        return self._with(Append(key, item))

    def discard(self, key: str, item: str) -> RecordEdit:
        """Remove an item from a list."""
        return self._with(Discard(key, item))

    def remove(self, key: str) -> RecordEdit:
        """Remove a key."""
        return self._with(Remove(key))

    def and_then(self, other: RecordEdit) -> RecordEdit:
        """Return this edit followed by another one of the same record."""
        return replace(self, edits=(*self.edits, *other.edits))

    def write(self) -> Write:
        """Return the edited file; raise `WrongValue` if the value of an edited key is invalid."""
        record = self.record
        after = markdown.edit(record.data, self.edits)
        touched = {edit.key for edit in self.edits}
        check_values(record.model, markdown.parse(after).fields, record.stages, only=touched)
        return Write(record.path, record.data, after)

    def _with(self, edit: Edit) -> RecordEdit:
        return replace(self, edits=(*self.edits, edit))


def check_values(
    model: type[Entity],
    fields: Mapping[str, object],
    stages: tuple[str, ...],
    only: set[str] | None = None,
) -> None:
    """Raise `WrongValue` for the first invalid value; with `only`, check just those keys."""
    _, findings = model.read(fields, stages)
    for finding in findings:
        if only is None or finding.field in only:
            raise WrongValue(finding.field, finding.message, finding.hint or None)
