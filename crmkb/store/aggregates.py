"""Two aggregates that SQLite lacks, for queries that people write: median and percentile."""

from __future__ import annotations

import sqlite3
from math import ceil, floor
from typing import Any

MOST_VALUES = 1_000_000


class Percentile:
    """`percentile(value, share)`: linear between the two nearest ranks; NULL counts as nothing.

    `median(value)` is the same with a share of one half: the middle value, or the mean of two.

    The share is 0 to 1. This is what spreadsheets call PERCENTILE.INC (type 7 of Hyndman and Fan,
    "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996).
    """

    def __init__(self) -> None:
        self.values: list[float] = []
        self.share: float | None = 0.5

    def step(self, value: float | None, share: float | None = 0.5) -> None:
        """Take one row; nothing is refused here, see `is_stopped`."""
        if share is None or not 0 <= share <= 1 or len(self.values) >= MOST_VALUES:
            self.share = None
        elif self.share is not None:
            self.share = share
            if isinstance(value, int | float):
                self.values.append(value)

    def finalize(self) -> float | None:
        """Return the value of all rows; raise where the share or the number of rows was wrong."""
        if self.share is None:
            raise ValueError(self.share)
        if not self.values:
            return None
        self.values.sort()
        place = (len(self.values) - 1) * self.share
        low, high = self.values[floor(place)], self.values[ceil(place)]
        return low if low == high else low + (high - low) * (place - floor(place))


def is_stopped(words: str) -> bool:
    """Return whether an error of SQLite tells of Ctrl-C while it took a row: nothing else fails."""
    return words.startswith("user-defined aggregate") and "'step'" in words


def add_to(db: sqlite3.Connection) -> None:
    """Let the queries of a connection use them."""
    aggregate: Any = Percentile  # the stubs know only aggregates of whole numbers
    db.create_aggregate("percentile", 2, aggregate)
    db.create_aggregate("median", 1, aggregate)
