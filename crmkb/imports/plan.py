"""What an import would do, row by row: made by `planning`, looked at or applied by others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crmkb.incoming import Row
from crmkb.workspace import Change, Write


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


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an import in the order of the rows, and what to tell of all of them."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

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
