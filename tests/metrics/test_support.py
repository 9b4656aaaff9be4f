"""The support factor of customer health: each signal at its edges, and what is unknown."""

from __future__ import annotations

import pytest

from crmkb.metrics.score import Signal
from crmkb.metrics.support import Case, support_signals
from tests.metrics.signals import DAY, RULES, ago, by_id, case


def support(*cases: Case) -> dict[str, Signal]:
    return by_id(support_signals(cases, DAY, RULES))


@pytest.mark.parametrize(
    "opened, severity, points",
    [
        ("2026-11-20T19:59", "critical", 0),
        ("2026-11-20T20:01", "critical", 40),
        ("2026-11-19T09:00", "high", 0),
        ("2026-11-20T09:00", "high", 40),
        ("2026-11-17T09:00", "medium", 20),
        ("2026-11-18T09:00", "medium", 40),
        ("2026-11-14T09:00", "medium", 20),  # a Saturday: three business days end on Wednesday
        ("2026-11-06T09:00", "low", 20),
        ("2026-11-07T09:00", "low", 40),
        ("2026-11-06T09:00", "", 20),
    ],
)
def test_an_open_case_has_the_time_of_its_severity(
    opened: str, severity: str, points: float
) -> None:
    assert support(case(opened, severity))["overdue"].points == points


def test_two_late_cases_of_little_severity_leave_nothing() -> None:
    late = case("2026-11-02T09:00", "medium")
    assert support(late, late)["overdue"].points == 0


@pytest.mark.parametrize("count, points", [(1, 30), (3, 30), (9, 15), (15, 0), (40, 0)])
def test_many_cases_cost(count: int, points: float) -> None:
    cases = [case("2026-11-02T09:00", "low", "2026-11-02T10:00")] * count
    assert support(*cases)["volume"].points == pytest.approx(points)


@pytest.mark.parametrize("days, points", [(89, 0), (90, 30)])
def test_cases_of_ninety_days_are_counted(days: int, points: float) -> None:
    old = case(f"{ago(days)}T09:00", "low", f"{ago(days)}T10:00")
    assert support(*[old] * 15)["volume"].points == points


def test_time_to_resolve_is_the_share_that_was_in_time() -> None:
    signals = support(
        case("2026-11-02T09:00", "critical", "2026-11-02T12:00"),
        case("2026-11-03T09:00", "critical", "2026-11-03T14:00"),
    )
    assert signals["resolution"].points == 15
    assert signals["resolution"].evidence == "1 of 2 cases resolved in time; median 4 hours"


def test_one_hour_is_said_as_one() -> None:
    signal = support(case("2026-11-02T09:00", "low", "2026-11-02T10:00"))["resolution"]
    assert signal.evidence == "1 of 1 case resolved in time; median 1 hour"


def test_what_is_resolved_later_was_open_on_the_day() -> None:
    signals = support(case("2026-11-02T09:00", "high", "2026-11-21T09:00"))
    assert signals["overdue"].points == 0
    assert signals["resolution"].points is None


def test_a_case_that_is_open_for_longer_than_cases_are_counted_still_costs() -> None:
    forgotten = support(case("2026-03-02T09:00", "critical"))
    assert forgotten["overdue"].points == 0
    assert "open since 2026-03-02" in forgotten["overdue"].evidence
    assert forgotten["volume"].points == 30


def test_no_case_ever_is_unknown_but_none_of_late_is_good() -> None:
    assert {signal.points for signal in support().values()} == {None}
    quiet = support(case("2026-01-02T09:00", "high", "2026-01-02T10:00"))
    assert (quiet["overdue"].points, quiet["volume"].points) == (40, 30)
    assert quiet["volume"].evidence == "no case in 90 days; the last was on 2026-01-02"
