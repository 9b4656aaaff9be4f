"""What an import would do, row by row: made by `planning`, looked at or applied by others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crmkb.errors import BadValue, CrmError
from crmkb.foreign_dates import AmbiguousDate, Order
from crmkb.incoming import Row
from crmkb.workspace import Change, Write


class AmbiguousDates(BadValue):
    """A date of a file fits several orders: the whole import waits for the order."""

    def __init__(self, table: str, line: int, error: AmbiguousDate) -> None:
        super().__init__(f"{table}:{line}: {error.message}; nothing was written", error.hint)


class Rejected(BadValue):
    """A row cannot go in."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an import was asked for: `source` is the word kept in every record.

    `fallback` is the customer of rows that name none we know, or empty to reject them.
    """

    source: str
    order: Order | None = None
    fallback: str = ""
    updates: bool = False
    allows_secrets: bool = False

    @property
    def id_key(self) -> str:
        """Return the key under which the ids of the source are kept."""
        return f"{self.source}_id"


class Outcome(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    HERE = "already here"
    DIFFERS = "differs"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one row: the record it stands for, and what is written.

    `keys` are those in which the record and the row differ; `reason` says why it is rejected.
    """

    row: Row
    outcome: Outcome
    path: str = ""
    write: Write | None = None
    keys: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def rejected(cls, row: Row, error: CrmError) -> Step:
        """Return the step of a row that cannot go in."""
        reason = f"{error.message} ({error.hint})" if error.hint else error.message
        return cls(row, Outcome.REJECTED, reason=reason)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an import in the order of the rows, and what to tell of all of them.

    `added` counts the lines that are written where several rows may become one.
    """

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    added: int | None = None

    def of(self, outcome: Outcome) -> Iterator[Step]:
        """Yield the steps with this outcome."""
        return (step for step in self.steps if step.outcome is outcome)

    def count(self, outcome: Outcome) -> int:
        """Return how many rows have this outcome."""
        return sum(1 for _ in self.of(outcome))

    def change(self, message: str) -> Change:
        """Return everything that is written as one change."""
        writes = [step.write for step in self.steps if step.write is not None]
        return Change.of(*writes, message=message, notes=self.notes)
