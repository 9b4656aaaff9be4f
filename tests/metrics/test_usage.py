"""The usage factor of customer health: each signal at its edges, and what is unknown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmkb.metrics.score import Factor, Place, Signal
from crmkb.metrics.support import support_signals
from crmkb.metrics.usage import UsageRow, usage_signals
from tests.metrics.signals import DAY, RULES, ago, by_id, case


def usage(*rows: UsageRow, seats: float | None = None) -> dict[str, Signal]:
    return by_id(usage_signals(rows, DAY, seats, RULES))


@pytest.mark.parametrize(
    "active, points", [(0, 0), (40, 25), (79, 49.375), (80, 50), (100, 50), (120, 50)]
)
def test_adoption_is_full_from_eighty_percent_of_the_licences_on(
    active: float, points: float
) -> None:
    assert usage(UsageRow(DAY, active, 100))["adoption"].points == pytest.approx(points)


def test_licences_that_no_line_tells_are_those_of_the_contract() -> None:
    assert usage(UsageRow(DAY, 40))["adoption"].points is None
    assert usage(UsageRow(DAY, 40), seats=100)["adoption"].points == 25
    assert usage(UsageRow(DAY, 40, 50), seats=100)["adoption"].points == 50


@pytest.mark.parametrize("now, points", [(80, 0), (70, 0), (90, 15), (100, 30), (150, 30)])
def test_the_trend_is_none_at_a_fifth_less_than_four_weeks_before(
    now: float, points: float
) -> None:
    signals = usage(UsageRow(ago(28), 100), UsageRow(DAY, now))
    assert signals["trend"].points == pytest.approx(points)


def test_a_week_of_days_is_its_best_day() -> None:
    days = [UsageRow(ago(offset), 10 + offset, 100) for offset in range(7)]
    assert usage(*days)["adoption"].evidence.startswith("16 of 100 licensed users active (16 %)")


def test_a_week_has_seven_days() -> None:
    assert usage(UsageRow(ago(7), 90, 100), UsageRow(DAY, 40, 100))["adoption"].points == 25
    assert usage(UsageRow(ago(6), 90, 100), UsageRow(DAY, 40, 100))["adoption"].points == 50


def test_features_in_use_are_told_with_the_line_that_says_so() -> None:
    busy = UsageRow(ago(2), 50, 100, 3, 10, place=Place("usage.csv", 2))
    broad = UsageRow(ago(1), 40, 100, 6, 10, place=Place("usage.csv", 3))
    signals = usage(busy, broad)
    assert signals["breadth"].evidence.startswith("6 of 10 features used")
    assert (signals["adoption"].place.line, signals["breadth"].place.line) == (2, 3)


def test_features_counted_without_their_total_are_not_called_unrecorded() -> None:
    signal = usage(UsageRow(DAY, 40, 100, 3))["breadth"]
    assert (signal.points, signal.evidence) == (None, "it is not known how many features there are")


def test_nothing_earned_is_never_less_than_nothing() -> None:
    stopped = usage(UsageRow(ago(15), 10, 100, 1, 10))["stopped"]
    cases = [case("2026-11-20T09:00")] * 15
    volume = by_id(support_signals(cases, DAY, RULES))["volume"]
    assert (str(stopped.points), str(volume.points)) == ("0.0", "0.0")


def test_where_users_are_not_counted_the_trend_is_that_of_events() -> None:
    signals = usage(
        UsageRow(ago(30), events=40), UsageRow(ago(1), events=20), UsageRow(DAY, events=16)
    )
    assert signals["trend"].evidence == (
        "36 events in the week to 2026-11-20, 40 four weeks before (-10 %)"
    )
    assert signals["adoption"].points is None


def test_a_trend_needs_the_week_four_weeks_before() -> None:
    assert usage(UsageRow(ago(14), 100), UsageRow(DAY, 50))["trend"].points is None


@pytest.mark.parametrize(
    "rows",
    [
        [UsageRow(ago(14), 80, 100, 10, 10)],
        [UsageRow(ago(14), 80, 100, 10, 10), UsageRow(ago(1), 0, 100, 10, 10)],
    ],
    ids=["no line", "zeros"],
)
def test_two_weeks_without_use_cap_the_factor(rows: Sequence[UsageRow]) -> None:
    signals = usage_signals(rows, DAY, None, RULES)
    factor = Factor("usage", 30, signals)
    assert factor.value == pytest.approx(20)
    assert by_id(signals)["stopped"].advice == "usage_stopped"


def test_a_line_of_thirteen_days_ago_is_use_enough() -> None:
    assert "stopped" not in usage(UsageRow(ago(13), 80, 100))
