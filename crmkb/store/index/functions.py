"""Two SQL aggregates that SQLite lacks: median and percentile."""

from __future__ import annotations

import sqlite3
from math import ceil, floor
from typing import Any

MOST_VALUES = 1_000_000


class Percentile:
    """`percentile(value, share)`: interpolate linearly between the two nearest ranks; ignore NULL.

    `median(value)` is the same with a share of one half: the middle value, or the mean of two.

    The share is 0 to 1. This is what spreadsheets call PERCENTILE.INC (type 7 of Hyndman and Fan,
    "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996).
    """

    def __init__(self) -> None:
        self.values: list[float] = []
        self.share: float | None = 0.5

    def step(self, value: object, share: object = 0.5) -> None:
        """Add one row; `finalize` reports invalid values, as any error here counts as Ctrl-C."""
        is_share = isinstance(share, int | float) and 0 <= share <= 1
        if not is_share or len(self.values) >= MOST_VALUES:
            self.share = None
        elif self.share is not None:
            assert isinstance(share, int | float)
            self.share = share
            if isinstance(value, int | float):
                self.values.append(value)

    def finalize(self) -> float | None:
        """Return the result, None without values; raise if share or number of rows is invalid."""
        if self.share is None:
            raise ValueError(self.share)
        if not self.values:
            return None
        self.values.sort()
        place = (len(self.values) - 1) * self.share
        low, high = self.values[floor(place)], self.values[ceil(place)]
        return low if low == high else low + (high - low) * (place - floor(place))


def is_stopped(words: str) -> bool:
    """Return whether an SQLite error means Ctrl-C: any error in `step` counts as such."""
    return words.startswith("user-defined aggregate") and "'step'" in words


def add_to(db: sqlite3.Connection) -> None:
    """Register the aggregates with a connection."""
    aggregate: Any = Percentile  # the type stubs allow only integer aggregates
    db.create_aggregate("percentile", 2, aggregate)
    db.create_aggregate("median", 1, aggregate)
