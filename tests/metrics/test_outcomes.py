"""The outcomes factor of customer health: each signal at its edges, and what is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.metrics.nps import nps
from crmkb.metrics.outcomes import Answer, Outcome, outcomes_signals
from crmkb.metrics.score import Place, Signal
from tests.metrics.signals import DAY, RULES, ago


def outcome(days: int, state: str) -> Outcome:
    return Outcome(ago(days), state, "Faster", Place("outcomes.md", 3))


def achieved(*outcomes: Outcome) -> Signal:
    return outcomes_signals(outcomes, [], DAY, RULES)[0]


@pytest.mark.parametrize(
    "outcomes, points, advice",
    [
        ([], None, "outcome_missing"),
        ([outcome(-30, "due")], None, ""),
        ([outcome(0, "due")], None, ""),
        ([outcome(1, "due")], 0, "outcome_overdue"),
        ([outcome(0, "achieved")], 60, ""),
        ([outcome(-1, "achieved")], None, "outcome_missing"),
        ([outcome(364, "achieved"), outcome(365, "missed")], 60, ""),
        (
            [outcome(5, "achieved"), outcome(5, "achieved"), outcome(2, "missed")],
            40,
            "outcome_missed",
        ),
    ],
)
def test_outcomes_that_are_decided_count(
    outcomes: list[Outcome], points: float | None, advice: str
) -> None:
    signal = achieved(*outcomes)
    assert (signal.points, signal.advice) == (points, advice)


def answer(days: int, score: int | None, contact: str = "") -> Answer:
    return Answer(ago(days), contact, score, Place("nps.csv", days))


@pytest.mark.parametrize(
    "answers, points",
    [
        ([answer(5, 10)], 40),
        ([answer(5, 8)], 20),
        ([answer(5, 6)], 0),
        ([answer(5, None)], None),
        ([answer(364, 10)], 40),
        ([answer(365, 10)], None),
        ([answer(90, 0, "ana"), answer(5, 9, "ana")], 40),
        ([answer(5, 9, "ana"), answer(5, 2, "ben")], 20),
        ([answer(9, 2), answer(5, 10), answer(5, 9)], 40),
        ([answer(5, 9, "ana"), answer(2, None, "ana")], 40),
    ],
)
def test_of_each_contact_the_last_answer_counts(
    answers: list[Answer], points: float | None
) -> None:
    assert outcomes_signals([], answers, DAY, RULES)[1].points == points


@given(st.lists(st.integers(0, 10)))
def test_nps_is_promoters_less_detractors(answers: list[int]) -> None:
    found = nps(answers)
    assert found.answers == len(answers)
    if answers:
        plus = sum(answer in (9, 10) for answer in answers)
        minus = sum(answer in range(7) for answer in answers)
        assert found.value == pytest.approx(plus / len(answers) * 100 - minus / len(answers) * 100)
    else:
        assert found.value is None
