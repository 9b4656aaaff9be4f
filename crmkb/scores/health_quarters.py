"""The health of customers at the end of the last four fiscal quarters, and on the as-of day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from crmkb.metrics.health import band_of
from crmkb.scores._health_facts import all_facts
from crmkb.store.index.index import Index

_QUARTERS = """
SELECT quarters_ago, quarter, reached FROM quarters WHERE quarters_ago <= 4 ORDER BY quarters_ago
"""


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the rows of `health_quarters`."""
    bands, quarters = index.config.health.bands, index.rows(_QUARTERS)
    for facts in all_facts(index):
        for ago, quarter, reached in quarters:
            for customer, score in facts.scores(date.fromisoformat(reached)):
                band = None if score.value is None else band_of(score.value, bands)
                result = (score.value, band, round(score.coverage, 4))
                yield "health_quarters", (customer, ago, quarter, reached, *result)
