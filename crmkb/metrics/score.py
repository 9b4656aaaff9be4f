"""Scores: signals, each with its evidence, in weighted factors.

A signal, or a whole factor, may be unknown: it is left out, and the others share its weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import floor
from typing import NamedTuple


class Place(NamedTuple):
    """The file and line of a piece of evidence."""

    path: str = ""
    line: int = 1


class Signal(NamedTuple):
    """One piece of evidence: `points` out of `most`, None when nothing is known.

    `advice` is the name of a row in the playbook, or empty when there is nothing to do.
    """

    id: str
    points: float | None
    most: float
    evidence: str
    place: Place = Place()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """A part of a score; `most` is the sum of the points that its known signals can earn.

    `value` is the earned share of them, 0 to 100, or None when nothing is known.
    """

    id: str
    weight: float
    signals: Sequence[Signal]
    most: float = field(init=False)
    value: float | None = field(init=False)

    def __post_init__(self) -> None:
        most = earned = 0.0
        for signal in self.signals:
            if signal.points is not None:
                most += signal.most
                earned += signal.points
        is_known = most and self.weight
        value = min(max(100 * earned / most, 0.0), 100.0) if is_known else None
        object.__setattr__(self, "most", most)
        object.__setattr__(self, "value", value)


@dataclass(frozen=True, slots=True)
class Score:
    """A score from 0 to 100 with its factors; `value` is None when nothing is known.

    The known factors share the whole by weight; `known_weight` is the sum of their weights.
    """

    value: int | None
    factors: Sequence[Factor]
    known_weight: float = field(init=False)

    def __post_init__(self) -> None:
        known = sum([factor.weight for factor in self.factors if factor.value is not None])
        object.__setattr__(self, "known_weight", known)

    @property
    def coverage(self) -> float:
        """Return the known share of the weights, 0 to 1."""
        return self.known_weight / sum([factor.weight for factor in self.factors])

    def cost(self, factor: Factor, signal: Signal) -> float:
        """Return how many points of the score a signal costs; all costs add up to 100 - score.

        This holds for the score before it is rounded to a whole number.
        """
        if signal.points is None:
            return 0.0
        return self.price(factor) * (signal.most - signal.points)

    def price(self, factor: Factor) -> float:
        """Return how many points of the score one point of a factor's signals is worth."""
        if factor.value is None:
            return 0.0
        return 100 * factor.weight / self.known_weight / factor.most


def total(factors: Sequence[Factor]) -> Score:
    """Return the score of factors: the weighted mean of the known ones, rounded half up."""
    known = [(factor.weight, factor.value) for factor in factors]
    sums = [(weight, value) for weight, value in known if value is not None]
    if not sums:
        return Score(None, factors)
    mean = sum(weight * value for weight, value in sums) / sum(weight for weight, _ in sums)
    return Score(floor(mean + 0.5), factors)


def linear(value: float, none: float, full: float) -> float:
    """Return 0 at `none` and below, 1 at `full` and above, and a linear share in between."""
    return min(max(0.0, (value - none) / (full - none)), 1.0)


def unknown(id: str, most: float, why: str, advice: str = "") -> Signal:
    """Return a signal about which nothing is known."""
    return Signal(id, None, most, why, Place(), advice)


def days_between(earlier: date, later: date) -> int:
    """Return the number of days from one day to another; ordinals are faster than a difference."""
    return later.toordinal() - earlier.toordinal()


def counted(number: float, noun: str) -> str:
    """Return a number with its noun: `1 case`, `2 cases`."""
    return f"{digits(number)} {noun}" if number == 1 else f"{digits(number)} {noun}s"


def digits(number: float) -> str:
    """Return a number as shown in evidence: whole, or with one decimal."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def percent(share: float) -> str:
    """Return a share in whole percent: 0.564 is `56 %`."""
    return f"{floor(100 * share + 0.5)} %"
