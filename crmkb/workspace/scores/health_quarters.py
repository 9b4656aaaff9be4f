"""The health of customers at the end of the last four fiscal quarters, and so far in this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from crmkb.metrics.health import band_of
from crmkb.store.index import Index
from crmkb.workspace.scores._health_rows import Facts

_QUARTERS = """
SELECT quarters_ago, quarter, reached FROM quarters WHERE quarters_ago <= 4 ORDER BY quarters_ago
"""


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the rows of `health_quarters`."""
    facts, bands = Facts(index), index.config.health.bands
    for ago, quarter, reached in index.rows(_QUARTERS):
        for customer, score in facts.scores(date.fromisoformat(reached)):
            band = None if score.value is None else band_of(score.value, bands)
            coverage = round(score.coverage, 4)
            yield "health_quarters", (customer, ago, quarter, reached, score.value, band, coverage)
