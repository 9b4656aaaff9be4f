"""The outcomes factor of customer health: agreed outcomes, and answers to the NPS question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from crmkb.config.health_rules import HealthRules
from crmkb.metrics.nps import PASSIVE, nps
from crmkb.metrics.score import Place, Signal, counted, days_between, digits, unknown


class Outcome(NamedTuple):
    """One line of outcomes.md: `state` is achieved, missed or due."""

    day: date
    state: str
    text: str
    place: Place


class Answer(NamedTuple):
    """One answer to the NPS question; `score` is None if the contact did not reply."""

    day: date
    contact: str
    score: int | None
    place: Place


def outcomes_signals(
    outcomes: Iterable[Outcome], answers: Iterable[Answer], as_of: date, rules: HealthRules
) -> list[Signal]:
    """Return the signals of the outcomes factor."""
    return [_achieved(outcomes, as_of, rules), _nps(answers, as_of, rules)]


def _achieved(outcomes: Iterable[Outcome], as_of: date, rules: HealthRules) -> Signal:
    most, days = rules.points.achieved, rules.outcomes.days
    recent = [each for each in outcomes if days_between(each.day, as_of) < days]
    achieved = [each for each in recent if each.state == "achieved" and each.day <= as_of]
    missed = [each for each in recent if each.state == "missed" and each.day <= as_of]
    overdue = [each for each in recent if each.state == "due" and each.day < as_of]
    decided = [*achieved, *missed, *overdue]
    if not decided:
        ahead = [each for each in recent if each.state == "due"]
        if not ahead:
            return unknown("achieved", most, "no outcome is agreed on", "outcome_missing")
        first = min(each.day for each in ahead)
        return unknown("achieved", most, f"{counted(len(ahead), 'outcome')} due, first on {first}")
    earned = len(achieved) / len(decided)
    evidence = f"{len(achieved)} of {counted(len(decided), 'outcome')} achieved"
    failed = sorted([*missed, *overdue], key=lambda each: (each.day, each.place, each.state))
    if not failed:
        return Signal("achieved", most, most, evidence, _latest(achieved).place)
    last = failed[-1]
    word = "missed" if last.state == "missed" else "overdue since"
    evidence += f"; {word} {last.day}: {last.text}"
    advice = "outcome_missed" if last.state == "missed" else "outcome_overdue"
    return Signal("achieved", most * earned, most, evidence, last.place, advice)


def _latest(outcomes: Sequence[Outcome]) -> Outcome:
    return max(outcomes, key=lambda each: (each.day, each.place))


def _nps(answers: Iterable[Answer], as_of: date, rules: HealthRules) -> Signal:
    most, days = rules.points.nps, rules.outcomes.nps_days
    recent = [each for each in answers if 0 <= days_between(each.day, as_of) < days]
    latest = latest_answers(recent)
    if not latest:
        why = f"{len(recent)} asked, none answered" if recent else "nobody was asked"
        return unknown("nps", most, f"no NPS answer in {days} days: {why}", "nps_missing")
    result = nps(score for _, score in latest)
    assert result.value is not None
    scores = ", ".join(str(score) for _, score in latest)
    evidence = f"NPS {digits(round(result.value, 1))} of {counted(len(latest), 'answer')}: {scores}"
    worst, score = min(latest, key=lambda pair: (pair[1], -pair[0].day.toordinal(), pair[0].place))
    advice = "nps_low" if score < PASSIVE else ""
    place = worst.place if advice else latest[0][0].place
    return Signal("nps", most * (result.value + 100) / 200, most, evidence, place, advice)


def latest_answers(answers: Iterable[Answer]) -> list[tuple[Answer, int]]:
    """Return the last answer of each contact, newest first.

    Of the answers without a contact, all those of the latest day count.
    """
    last: dict[str, list[tuple[Answer, int]]] = {}
    for each in answers:
        if each.score is None:
            continue
        held = last.get(each.contact)
        if held is None or held[0][0].day < each.day:
            last[each.contact] = [(each, each.score)]
        elif held[0][0].day == each.day:
            held.append((each, each.score))
    for contact, held in last.items():
        if contact:
            last[contact] = [max(held, key=lambda pair: (pair[0].place, pair[1]))]
    found = [pair for held in last.values() for pair in held]
    return sorted(found, key=lambda pair: (pair[0].day, pair[0].place, pair[1]), reverse=True)
