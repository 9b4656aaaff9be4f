"""What an action computes: files to write, and the change that holds them; see also `record`.

Nothing here touches the disk; `Workspace.apply` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from crmkb.store.paths import ref_of

if TYPE_CHECKING:
    from crmkb.store.markdown import Value

Given = str | date | datetime | Decimal | bool | int | Iterable[str]
"""What an action may give as a value; None is kept out by `fields_of`."""

MOST_NAMED = 100
"""A commit names each record in a trailer up to so many; beyond, it tells their number."""


@dataclass(frozen=True, slots=True)
class Write:
    """One file's new bytes, None to delete it; `before` is what was read, None for a new file.

    `origin` is the path from which a new file was moved; a write of its own deletes that one.
    """

    path: str
    before: bytes | None
    after: bytes | None
    origin: str = ""


class Writable(Protocol):
    """What becomes one file, such as an edit of a record."""

    def write(self) -> Write:
        """Return the file as it will be."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an action wants written: one commit.

    `notes` are told to the person; `action` and `actor` become trailers of the commit. Secrets are
    written only if it `allows_secrets`; see `leaks`.
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

    def signed(self, action: str, actor: str, *, allows_secrets: bool = False) -> Change:
        """Return the change with the action's name, the actor, and what a person allows."""
        return replace(self, action=action, actor=actor, allows_secrets=allows_secrets)

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


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: the commit, None without one, the writes, and what recovery had to say."""

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
