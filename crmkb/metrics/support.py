"""The support factor of customer health: overdue cases, number of cases, and time to resolve.

Cases are assessed as of the end of a day; one without a time of day counts as the end of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from crmkb.config.health_rules import HealthRules, Within
from crmkb.metrics.score import Place, Signal, counted, days_between, linear, unknown

URGENT = ("critical", "high")
UNSAID = "low"
"""The severity of a case that states none."""


class Case(NamedTuple):
    """A support interaction, in wall time; `resolved` is None while it is open."""

    opened: datetime
    severity: str
    resolved: datetime | None
    subject: str
    place: Place


class _Timed(NamedTuple):
    """A case as of a day, with the moment by which it should be resolved."""

    opened: datetime
    due: datetime
    resolved: datetime | None
    case: Case


def support_signals(cases: Iterable[Case], as_of: date, rules: HealthRules) -> list[Signal]:
    """Return the signals of the support factor."""
    end = datetime.combine(as_of, time.max)
    known = sorted([case for case in cases if case.opened <= end], key=_order)
    points, days = rules.points, rules.support.days
    if not known:
        why = "no support case is recorded"
        names = ("overdue", "volume", "resolution")
        return [unknown(name, getattr(points, name), why) for name in names]
    timed = [_timed(case, end, rules) for case in known]
    recent = [case for case in timed if days_between(case.opened, as_of) < days]
    return [
        _overdue([case for case in timed if case.resolved is None], known[-1], end, rules),
        _volume(recent, known[-1], rules),
        _resolution(recent, rules),
    ]


def _order(case: Case) -> tuple[datetime, Place]:
    return case.opened, case.place


def _timed(case: Case, end: datetime, rules: HealthRules) -> _Timed:
    is_resolved = case.resolved is not None and case.resolved <= end
    due = _allowed(case, rules).end(case.opened)
    return _Timed(case.opened, due, case.resolved if is_resolved else None, case)


def _allowed(case: Case, rules: HealthRules) -> Within:
    within: Within = getattr(rules.support, case.severity or UNSAID)
    return within


def _overdue(unsolved: Sequence[_Timed], last: Case, end: datetime, rules: HealthRules) -> Signal:
    """Return the signal of overdue open cases of any age; the evidence is the one due first."""
    most = rules.points.overdue
    late = [case for case in unsolved if case.due <= end]
    if not late:
        evidence = f"no open case is past its time; {len(unsolved)} open"
        return Signal("overdue", most, most, evidence, last.place)
    urgent = [case for case in late if case.case.severity in URGENT]
    lost = 1.0 if urgent else min(len(late) / rules.support.overdue_none, 1.0)
    worst = min(urgent or late, key=lambda case: (case.due, case.case.place, case.case.severity))
    evidence = (
        f"{counted(len(late), 'open case')} past {'its' if len(late) == 1 else 'their'} time:"
        f" {worst.case.subject!r}, {worst.case.severity or UNSAID},"
        f" open since {worst.opened.date()} ({_allowed(worst.case, rules)} allowed)"
    )
    return Signal("overdue", most * (1 - lost), most, evidence, worst.case.place, "case_overdue")


def _volume(recent: Sequence[_Timed], last: Case, rules: HealthRules) -> Signal:
    most, days = rules.points.volume, rules.support.days
    earned = linear(len(recent), rules.support.volume_none, rules.support.volume_full)
    evidence = f"{counted(len(recent), 'case')} in {days} days"
    if not recent:
        evidence = f"no case in {days} days; the last was on {last.opened.date()}"
    advice = "cases_many" if earned < rules.advise_below else ""
    return Signal("volume", most * earned, most, evidence, last.place, advice)


def _resolution(recent: Sequence[_Timed], rules: HealthRules) -> Signal:
    most = rules.points.resolution
    taken = [(case.resolved - case.opened, case) for case in recent if case.resolved is not None]
    if not taken:
        return unknown("resolution", most, f"no case of {rules.support.days} days is resolved yet")
    late = [(took, each) for took, each in taken if each.opened + took > each.due]
    earned = 1 - len(late) / len(taken)
    evidence = (
        f"{len(taken) - len(late)} of {counted(len(taken), 'case')} resolved in time;"
        f" median {_took(_median([took for took, _ in taken]))}"
    )
    _, slowest = max(late or taken, key=lambda each: (each[0], each[1].case.place))
    advice = "cases_slow" if earned < rules.advise_below else ""
    return Signal("resolution", most * earned, most, evidence, slowest.case.place, advice)


def _median(times: Sequence[timedelta]) -> timedelta:
    ordered, middle = sorted(times), len(times) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _took(span: timedelta) -> str:
    hours = max(span.total_seconds(), 0) / 3600
    return counted(round(hours), "hour") if hours < 48 else f"{hours / 24:.1f} days"
