"""The health of each served customer: on the as-of day, and 30 and 90 days before.

Signals with advice come with the recommendations of the team's playbook.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from crmkb.config.health_rules import Bands
from crmkb.knowledge.health_playbook import Playbook, read_playbook
from crmkb.metrics.health import SIGNALS, band_of
from crmkb.scores._health_facts import Scored, all_facts
from crmkb.store.index.index import Index

Row = tuple[str, tuple[Any, ...]]

DAYS_AGO = (0, 30, 90)


def fill(index: Index, customer: str = "") -> Iterator[Row]:
    """Yield the rows of the health tables, for all served customers or for one.

    `health` and `health_factors` cover all days, the other tables only the as-of day.
    """
    playbook, bands = read_playbook(index.root), index.config.health.bands
    ordinal = index.as_of.toordinal()
    days = [(ago, index.as_of - timedelta(ago)) for ago in DAYS_AGO if ago < ordinal]
    for facts in all_facts(index, customer or index.computed.customer):
        for days_ago, day in days:
            for scored in facts.scores(day):
                yield from _rows(scored, day.isoformat(), days_ago, bands)
                if not days_ago:
                    yield from _signals(scored)
                    yield from _advice(scored, playbook)


def _rows(scored: Scored, day: str, days_ago: int, bands: Bands) -> Iterator[Row]:
    customer, score = scored
    band = None if score.value is None else band_of(score.value, bands)
    yield "health", (customer, day, days_ago, score.value, band, round(score.coverage, 4))
    for position, factor in enumerate(score.factors, start=1):
        value, weight = factor.value, factor.weight
        share = None if value is None else round(weight / score.known_weight, 4)
        points = None if value is None else round(value, 1)
        yield "health_factors", (customer, day, factor.id, position, weight, share, points)


def _signals(scored: Scored) -> Iterator[Row]:
    customer, score = scored
    for factor in score.factors:
        price = score.price(factor)
        for position, signal in enumerate(factor.signals, start=1):
            id, earned, most, evidence, (path, line), advice = signal
            cost = 0.0 if earned is None else round(price * (most - earned), 1)
            points = None if earned is None else round(earned, 1)
            row = (customer, factor.id, position, id, SIGNALS[id], points, most, cost, evidence)
            yield "health_signals", (*row, path or None, line, advice or None)


def _advice(scored: Scored, playbook: Playbook) -> Iterator[Row]:
    customer, score = scored
    asked = [
        (-round(score.cost(factor, signal), 1), place, signal)
        for factor in score.factors
        for place, signal in enumerate(factor.signals)
        if signal.advice in playbook.advice
    ]
    asked.sort(key=lambda each: each[0])
    for position, (cost, _, signal) in enumerate(asked, start=1):
        advice = playbook.advice[signal.advice]
        place = (signal.place.path or None, signal.place.line)
        yield (
            "health_advice",
            (customer, position, signal.advice, *advice, -cost, signal.evidence, *place),
        )
