"""The plan of an import, row by row: made by `records` and `series`, shown or applied by others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crmkb.errors import BadValue, CrmError
from crmkb.values.csv_table import Row
from crmkb.values.export_dates import AmbiguousDate, Order
from crmkb.workspace import Change, Workspace, Write
from crmkb.workspace.secret_guard import ALLOWING, secrets_of


class AmbiguousDates(BadValue):
    """A date fits several orders of day and month: the import needs to know the order."""

    def __init__(self, table: str, line: int, error: AmbiguousDate) -> None:
        super().__init__(f"{table}:{line}: {error.message}; nothing was written", error.hint)


class Rejected(BadValue):
    """A row cannot be imported."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of an import; `source` is the word stored in every record.

    `fallback` is the customer for rows without a known customer; empty to reject these.
    """

    source: str
    order: Order | None = None
    fallback: str = ""
    updates: bool = False
    allows_secrets: bool = False

    @property
    def id_key(self) -> str:
        """Return the key under which the ids of the source are stored."""
        return f"{self.source}_id"


class Outcome(StrEnum):
    """The outcome of a row."""

    CREATED = "created"
    UPDATED = "updated"
    HERE = "already here"
    DIFFERS = "differs"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one row: the path of its record, and the write of the file, if any.

    `keys` are those in which the record and the row differ; `reason` states why it is rejected.
    """

    row: Row
    outcome: Outcome
    path: str = ""
    write: Write | None = None
    keys: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def rejected(cls, row: Row, error: CrmError) -> Step:
        """Return the step of a row that cannot be imported."""
        reason = f"{error.message} ({error.hint})" if error.hint else error.message
        return cls(row, Outcome.REJECTED, reason=reason)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an import in the order of the rows, and notes on the whole import.

    `added` is the number of lines written, None unless several rows may become one line.
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
        """Return one change with all writes of the steps."""
        writes = [step.write for step in self.steps if step.write is not None]
        return Change.of(*writes, message=message, notes=self.notes)


def without_secrets(workspace: Workspace, settings: Settings, step: Step) -> Step:
    """Return a step, or one that rejects its row if the write adds a secret."""
    if step.write is None or settings.allows_secrets:
        return step
    for _, secret in secrets_of([step.write], workspace.config.secrets_allowed_in):
        return Step(step.row, Outcome.REJECTED, reason=f"holds {secret}; {ALLOWING}")
    return step
