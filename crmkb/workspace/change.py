"""The result of an action: a `Change` with one `Write` for each file; see also `record`.

Nothing here touches the disk; `Workspace.apply` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from crmkb.schema.layout import ref_of

if TYPE_CHECKING:
    from crmkb.store.markdown import Value

Given = str | date | datetime | Decimal | bool | int | Iterable[str]
"""Types that an action may pass as a value; `fields_of` also accepts None and drops it."""

MOST_NAMED = 100
"""Number of records up to which a commit names each one; above it, only their number is given."""


@dataclass(frozen=True, slots=True)
class Write:
    """The new bytes of a file, None to delete it; `before` are the bytes read, None for a new one.

    `origin` is the old path of a moved file; a separate `Write` deletes that one.
    """

    path: str
    before: bytes | None
    after: bytes | None
    origin: str = ""


class Writable(Protocol):
    """Anything that produces the `Write` of one file, such as an edit of a record."""

    def write(self) -> Write:
        """Return the write of the file."""


@dataclass(frozen=True, slots=True)
class Change:
    """The files that an action writes, as one commit.

    `notes` are shown to the user; `action` and `actor` become trailers of the commit. Secrets are
    refused unless `allows_secrets` is set; see `secret_guard`.
    """

    message: str
    writes: Mapping[str, Write]
    notes: tuple[str, ...] = ()
    action: str = ""
    actor: str = ""
    allows_secrets: bool = False

    @classmethod
    def of(
        cls, *parts: Writable | Write | Change, message: str, notes: Sequence[str] = ()
    ) -> Change:
        """Return one change made of edits, files and other changes; later parts win."""
        writes: dict[str, Write] = {}
        gathered = [*notes]
        for part in parts:
            for write in _writes(part):
                if write.path in writes:
                    write = replace(write, before=writes[write.path].before)
                writes[write.path] = write
            if isinstance(part, Change):
                gathered += part.notes
        return cls(message, writes, tuple(gathered))

    def signed(self, action: str, actor: str, *, allows_secrets: bool = False) -> Change:
        """Return the change with the action's name, the actor, and whether secrets are allowed."""
        return replace(self, action=action, actor=actor, allows_secrets=allows_secrets)

    @property
    def differing(self) -> list[Write]:
        """Return the writes that change a file."""
        return [write for write in self.writes.values() if write.before != write.after]

    def full_message(self) -> str:
        """Return the commit message with its trailers: the action, the records and the actor."""
        trailers = [f"Crm-Action: {self.action}"] if self.action else []
        refs = [ref_of(w.path) for w in self.differing if w.path.endswith(".md")]
        if len(refs) <= MOST_NAMED:
            trailers += [f"Crm-Entity: {ref}" for ref in refs]
        else:
            trailers += [f"Crm-Entities: {len(refs)}"]
        if self.actor:
            trailers += [f"Crm-Actor: {self.actor}"]
        return "\n".join([" ".join(self.message.split()), "", *trailers])


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of `apply`: the commit, None if none was made, the writes, notes for the user."""

    commit: str | None
    writes: tuple[Write, ...]
    notes: tuple[str, ...] = ()


def _writes(part: Writable | Write | Change) -> Iterator[Write]:
    match part:
        case Change():
            yield from part.writes.values()
        case Write():
            yield part
        case _:
            yield part.write()


def to_value(given: Given) -> Value:
    """Return a value in front matter form: a text, or a list of texts."""
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
    """Return the values in front matter form, without empty ones."""
    texts = {key: to_value(value) for key, value in values.items() if value is not None}
    return {key: value for key, value in texts.items() if value not in ("", [])}
