"""Customer health as a whole: bands, what is unknown, and what holds for any rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.config.health_rules import Bands, Weights
from crmkb.metrics.health import ADVICE, FACTORS, INDICATORS, SIGNALS, Rows, band_of, health
from crmkb.metrics.outcomes import Answer, Outcome
from crmkb.metrics.relationship import Person
from crmkb.metrics.score import Factor, Place, Score, Signal, total
from crmkb.metrics.support import Case
from crmkb.metrics.usage import UsageRow
from tests.metrics.signals import DAY, RULES, ago, case, mood, part


def factor(id: str, weight: float, points: float | None, most: float = 100) -> Factor:
    return Factor(id, weight, [Signal(id, points, most, "")])


def test_an_unknown_factor_is_left_out_and_the_others_share_its_weight() -> None:
    score = total([factor("a", 30, 50), factor("b", 20, None), factor("c", 25, 100)])
    assert (score.value, score.coverage) == (73, 55 / 75)
    assert total([factor("a", 30, None)]) == Score(None, [factor("a", 30, None)])


def test_nothing_known_is_neither_nought_nor_a_hundred() -> None:
    score = health(Rows(), DAY, RULES)
    assert (score.value, score.coverage) == (None, 0)
    assert all(signal.evidence for factor in score.factors for signal in factor.signals)


@pytest.mark.parametrize(
    "value, band",
    [
        *((100, "excellent"), (80, "excellent"), (79, "good"), (60, "good"), (59, "at risk")),
        *((40, "at risk"), (39, "critical"), (0, "critical")),
    ],
)
def test_bands(value: int, band: str) -> None:
    assert band_of(value, Bands()) == band
    assert band in INDICATORS


DAYS = st.integers(0, 120).map(ago)
COUNTS = st.none() | st.integers(0, 200)
USAGE = st.lists(
    st.builds(UsageRow, DAYS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.just(Place("u.csv"))),
    max_size=8,
)
MOMENTS = st.datetimes(datetime(2026, 7, 1), datetime(2026, 12, 1))
CASES = st.lists(
    st.builds(
        Case,
        MOMENTS,
        st.sampled_from(["", "critical", "high", "medium", "low"]),
        st.none() | MOMENTS,
        st.just("It broke"),
        st.just(Place("case.md")),
    ),
    max_size=5,
)
SLUGS = st.sampled_from(["ana", "ben", "cleo"])
PEOPLE = st.lists(
    st.builds(
        Person,
        SLUGS,
        SLUGS,
        st.sampled_from(["", "VP", "Engineer"]),
        st.sampled_from(["", "champion", "economic_buyer"]),
        st.sampled_from(["", "high"]),
        st.none() | DAYS,
        st.none() | DAYS,
        st.just(Place("p.md")),
    ),
    max_size=3,
    unique_by=lambda person: person.slug,
)
PARTS = st.lists(st.tuples(SLUGS, st.integers(-5, 200)).map(lambda pair: part(*pair)), max_size=6)
MOODS = st.lists(
    st.builds(
        mood, st.integers(-5, 120), st.sampled_from(["very_negative", "neutral", "positive"])
    ),
    max_size=7,
)
OUTCOMES = st.lists(
    st.builds(
        Outcome,
        st.integers(-50, 400).map(ago),
        st.sampled_from(["achieved", "missed", "due"]),
        st.just("Faster"),
        st.just(Place("o.md")),
    ),
    max_size=5,
)
ANSWERS = st.lists(
    st.builds(
        Answer, DAYS, st.just("") | SLUGS, st.none() | st.integers(0, 10), st.just(Place("n.csv"))
    ),
    max_size=5,
)
ROWS = st.builds(Rows, COUNTS, USAGE, CASES, PEOPLE, PARTS, MOODS, OUTCOMES, ANSWERS)


@given(ROWS)
def test_every_score_is_of_a_hundred_and_every_point_has_evidence(rows: Rows) -> None:
    score = health(rows, DAY, RULES)
    assert [each.id for each in score.factors] == list(FACTORS)
    assert score.value is None or 0 <= score.value <= 100
    assert 0 <= score.coverage <= 1
    for factor in score.factors:
        assert factor.value is None or 0 <= factor.value <= 100
        for signal in factor.signals:
            assert signal.evidence
            assert signal.id in SIGNALS
            assert signal.advice in ADVICE | {""}
            assert signal.points is None or signal.place.path


@given(ROWS)
def test_what_the_signals_cost_makes_up_what_is_missing(rows: Rows) -> None:
    score = health(rows, DAY, RULES)
    if score.value is not None:
        costs = sum(score.cost(each, signal) for each in score.factors for signal in each.signals)
        assert 100 - costs == pytest.approx(score.value, abs=0.5 + 1e-9)


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: Rows, random: object) -> None:
    def mixed(items: Sequence[object]) -> list[object]:
        shuffled = list(items)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        return shuffled

    again = Rows(rows.seats, *(mixed(items) for items in rows[1:]))  # type: ignore[arg-type]
    assert health(again, DAY, RULES) == health(rows, DAY, RULES)


@given(ROWS)
def test_what_comes_after_the_day_does_not_matter(rows: Rows) -> None:
    later = ago(-3)
    more = rows._replace(
        usage=[*rows.usage, UsageRow(later, 1, 100)],
        participations=[*rows.participations, part("ana", -3)],
        moods=[*rows.moods, mood(-3, "very_negative")],
        outcomes=[*rows.outcomes, Outcome(later, "missed", "", Place())],
        answers=[*rows.answers, Answer(later, "ana", 0, Place())],
        cases=[*rows.cases, case("2026-11-21T00:00", "critical")],
    )
    assert health(more, DAY, RULES) == health(rows, DAY, RULES)


@given(ROWS, st.integers(0, 200), st.integers(0, 200))
def test_more_use_this_week_never_lowers_the_score(rows: Rows, active: int, more: int) -> None:
    def value(users: int) -> int:
        used = rows._replace(usage=[*rows.usage, UsageRow(DAY, users, 100)])
        found = health(used, DAY, RULES).value
        assert found is not None
        return found

    assert value(active) <= value(active + more)


@given(ROWS, st.sampled_from(list(FACTORS)))
def test_a_factor_without_weight_changes_nothing(rows: Rows, name: str) -> None:
    weights = Weights()._replace(**{name: 0})
    score = health(rows, DAY, RULES._replace(weights=weights))
    others = [each for each in health(rows, DAY, RULES).factors if each.id != name]
    assert score.value == total(others).value
