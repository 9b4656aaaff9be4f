"""What the health of a deal is made of; the whole is reckoned by hand in docs/metrics.md."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.metrics.deal_health import CloseDate, OpenDeal, Role, Stay, Step, deal_health
from crmkb.metrics.score import Signal

GOOD = OpenDeal(
    stay=Stay("Discovery", 10, 20.0, 5),
    age_days=40,
    days_silent=3,
    step=Step("2026-11-27", None),
    contacts=4,
    contacts_engaged=3,
    champion=Role(1, 3),
    economic_buyer=Role(1, 80),
    close_date=CloseDate("2026-12-18", None),
)


def signal(name: str, **changes: Any) -> Signal:
    score = deal_health(GOOD._replace(**changes))
    return next(each for part in score.factors for each in part.signals if each.id == name)


def test_a_deal_without_fault_has_all_points() -> None:
    score = deal_health(GOOD)
    assert (score.value, score.coverage) == (100, 1)


@pytest.mark.parametrize(
    ("stay", "points", "evidence"),
    [
        (Stay("Discovery", 20, 20.0, 5), 15, "20 days in Discovery, usually 20"),
        (Stay("Discovery", 40, 20.0, 5), 7.5, "40 days in Discovery, usually 20"),
        (Stay("Discovery", 61, 20.0, 5), 0, "61 days in Discovery, usually 20"),
        (Stay("Discovery", 2, 0.0, 5), 7.5, "2 days in Discovery, usually 0"),
        (Stay("Discovery", None, 20.0, 5), None, "since when it is in Discovery is not known"),
        (
            Stay("Discovery", 1, 20.0, 4),
            None,
            "1 day in Discovery; too few deals have left that stage to know what is usual (4)",
        ),
        (
            Stay("Discovery", 9, None, 0),
            None,
            "9 days in Discovery; too few deals have left that stage to know what is usual (0)",
        ),
    ],
)
def test_time_in_the_stage_counts_by_what_is_usual(
    stay: Stay, points: float | None, evidence: str
) -> None:
    found = signal("stage_time", stay=stay)
    assert (found.points, found.evidence) == (points, evidence)


@pytest.mark.parametrize(
    ("silent", "age", "points", "evidence"),
    [
        (0, 40, 10, "last touched today"),
        (7, 40, 10, "last touched 7 days ago"),
        (30, 40, 0, "last touched 30 days ago"),
        (None, 1, 10, "never touched since it was opened 1 day ago"),
        (None, 50, 0, "never touched since it was opened 50 days ago"),
        (None, None, None, "never touched, and when it was opened is not known"),
    ],
)
def test_silence_costs(
    silent: int | None, age: int | None, points: float | None, evidence: str
) -> None:
    found = signal("last_touch", days_silent=silent, age_days=age)
    assert (found.points, found.evidence) == (points, evidence)


@pytest.mark.parametrize(
    ("step", "points", "evidence"),
    [
        (None, 0, "no next step"),
        (Step(None, None), 5, "the next step has no date"),
        (Step("2026-11-19", 1), 5, "the next step is 1 day overdue"),
        (Step("2026-11-27", None), 10, "next step by 2026-11-27"),
    ],
)
def test_a_next_step_has_a_day_ahead(step: Step | None, points: float, evidence: str) -> None:
    found = signal("next_step", step=step)
    assert (found.points, found.evidence) == (points, evidence)


@pytest.mark.parametrize(
    ("role", "points", "evidence"),
    [
        (Role(0, None), 0, "no champion is named"),
        (Role(1, None), 0, "the champion was never part of it"),
        (Role(2, 29), 20, "champion last engaged 29 days ago"),
        (Role(1, 30), 0, "champion last engaged 30 days ago"),
    ],
)
def test_a_champion_takes_part(role: Role, points: float, evidence: str) -> None:
    found = signal("champion", champion=role)
    assert (found.points, found.evidence) == (points, evidence)


@pytest.mark.parametrize(
    ("date", "points", "evidence"),
    [
        (CloseDate(None, None), 0, "no close date"),
        (CloseDate("2026-12-18", None), 25, "closes 2026-12-18, never put off"),
        (CloseDate("2026-12-18", None, 3, 90), 0, "closes 2026-12-18, put off 3 times, by 90 days"),
        (CloseDate("2026-11-13", 7), 0, "the close date is 7 days overdue"),
        (
            CloseDate("2026-11-13", 7, 1, 14),
            0,
            "the close date is 7 days overdue, put off once, by 14 days",
        ),
    ],
)
def test_a_close_date_holds(date: CloseDate, points: float, evidence: str) -> None:
    found = signal("close_date", close_date=date)
    assert (found.points, found.evidence) == (points, evidence)


def test_people_are_unknown_where_nobody_is_on_file() -> None:
    score = deal_health(GOOD._replace(contacts=0, contacts_engaged=0, champion=Role(0, None)))
    assert (score.value, score.coverage) == (100, 0.6)


days = st.none() | st.integers(0, 4000)


@given(days, days, days, st.integers(0, 9), st.integers(0, 9))
def test_a_score_is_0_to_100_and_its_costs_make_up_the_rest(
    stayed: int | None, silent: int | None, late: int | None, engaged: int, pushes: int
) -> None:
    deal = GOOD._replace(
        stay=Stay("Discovery", stayed, 20.0, 5),
        days_silent=silent,
        step=Step("2026-11-27", late),
        contacts_engaged=engaged,
        close_date=CloseDate("2026-12-18", late, pushes, pushes),
    )
    score = deal_health(deal)
    costs = sum(score.cost(part, each) for part in score.factors for each in part.signals)
    assert score.value is not None
    assert 0 <= score.value <= 100
    assert abs(100 - costs - score.value) <= 0.5 + 1e-9
