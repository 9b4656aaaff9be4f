"""Net Promoter Score: of all who answered, the share of promoters less that of detractors.

Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

PROMOTER, PASSIVE = 9, 7
"""The least answers of each."""


class Nps(NamedTuple):
    """How many answered what."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        """Return how many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float | None:
        """Return the score, -100 to 100, or None when nobody answered."""
        if not self.answers:
            return None
        return 100 * (self.promoters - self.detractors) / self.answers


def nps(answers: Iterable[int]) -> Nps:
    """Return what answers of 0 to 10 come to."""
    scores = list(answers)
    promoters = sum(score >= PROMOTER for score in scores)
    detractors = sum(score < PASSIVE for score in scores)
    return Nps(promoters, len(scores) - promoters - detractors, detractors)
