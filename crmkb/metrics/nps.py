"""Net Promoter Score: the share of promoters minus the share of detractors among all answers.

Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

PROMOTER, PASSIVE = 9, 7
"""The lowest answers of a promoter and of a passive."""


class Nps(NamedTuple):
    """The number of answers of each group."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        """Return the number of all answers."""
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float | None:
        """Return the score, -100 to 100, or None without answers."""
        if not self.answers:
            return None
        return 100 * (self.promoters - self.detractors) / self.answers


def nps(answers: Iterable[int]) -> Nps:
    """Return the groups of answers from 0 to 10."""
    scores = list(answers)
    promoters = sum(score >= PROMOTER for score in scores)
    detractors = sum(score < PASSIVE for score in scores)
    return Nps(promoters, len(scores) - promoters - detractors, detractors)
