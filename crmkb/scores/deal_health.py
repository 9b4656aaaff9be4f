"""The tables `deal_health` and `deal_health_signals`: every open deal on the as-of day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmkb.metrics.deal_health import CloseDate, OpenDeal, Role, Stay, Step, deal_health
from crmkb.metrics.health import band_of
from crmkb.metrics.score import Score
from crmkb.store.index.index import Index

Usual = Mapping[str, tuple[float, int]]
"""The median days in each stage, and the number of stays that they come from."""

_USUAL = """
SELECT stage, median(days), count(*) FROM stage_durations WHERE is_current = 0 GROUP BY stage
"""
_OPEN = """
SELECT open_deals.path, stage, stage_name, days_in_stage, age_days, days_silent,
    next_step, next_step_due, next_step_days_overdue,
    contacts_known, contacts_engaged, champions, champion_silent,
    economic_buyers, economic_buyer_silent,
    close_date, days_overdue, coalesce(pushes, 0), coalesce(days_pushed, 0)
FROM open_deals
JOIN deal_engagement ON deal_engagement.path = open_deals.path
LEFT JOIN deal_touches ON deal_touches.path = open_deals.path
LEFT JOIN deal_next_steps ON deal_next_steps.path = open_deals.path
LEFT JOIN deal_pushes ON deal_pushes.path = open_deals.path
WHERE ?1 = '' OR open_deals.customer = ?1
"""


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the rows of both tables."""
    usual: Usual = {stage: (days, stays) for stage, days, stays in index.rows(_USUAL)}
    bands = index.config.health.bands
    for path, stage, *row in index.rows(_OPEN, index.computed.customer):
        days, stays = usual.get(stage, (None, 0))
        score = deal_health(_deal(row, days, stays))
        band = None if score.value is None else band_of(score.value, bands)
        yield "deal_health", (path, score.value, band, round(score.coverage, 4), days, stays)
        yield from (("deal_health_signals", (path, *row)) for row in _signals(score))


def _deal(row: list[Any], usual_days: float | None, stays: int) -> OpenDeal:
    stage_name, days_in_stage, age_days, days_silent, step, due, late = row[:7]
    contacts, engaged, champions, champion_silent, buyers, buyer_silent, *close_date = row[7:]
    return OpenDeal(
        stay=Stay(stage_name, days_in_stage, usual_days, stays),
        age_days=age_days,
        days_silent=days_silent,
        step=Step(due, late) if step else None,
        contacts=contacts,
        contacts_engaged=engaged,
        champion=Role(champions, champion_silent),
        economic_buyer=Role(buyers, buyer_silent),
        close_date=CloseDate(*close_date),
    )


def _signals(score: Score) -> Iterator[tuple[Any, ...]]:
    """Yield the signals with their cost in points of the score, the most expensive first."""
    ranked = sorted(_priced(score), key=lambda row: -(row[4] or 0))
    return ((position, *row) for position, row in enumerate(ranked))


def _priced(score: Score) -> Iterator[tuple[str, str, float | None, float, float | None, str]]:
    for factor in score.factors:
        price = score.price(factor)
        for id, points, most, evidence, *_ in factor.signals:
            cost = None if points is None else round(price * (most - points), 2)
            earned = None if points is None else round(points, 2)
            yield factor.id, id, earned, most, cost, evidence
