"""What a campaign counts: what was tried, what was refused with a reason, what went wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MOST_KEPT = 20


@dataclass(slots=True)
class Tally:
    """The counts of one campaign; `failures` tell how to repeat each, `kinds` what was tried."""

    tried: int = 0
    refused: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def try_one(self, kind: str) -> None:
        """Count one attempt of a kind."""
        self.tried += 1
        self.kinds[kind] += 1

    def refuse(self) -> None:
        """Count an attempt that was refused, with a reason and nothing done."""
        self.refused += 1

    def fail(self, words: str) -> None:
        """Count a broken promise; the first ones are kept."""
        self.failed += 1
        if len(self.failures) < MOST_KEPT:
            self.failures.append(words)

    def include(self, other: Tally) -> None:
        """Add what was counted elsewhere."""
        self.tried += other.tried
        self.refused += other.refused
        self.failed += other.failed
        self.failures = (self.failures + other.failures)[:MOST_KEPT]
        self.kinds += other.kinds
