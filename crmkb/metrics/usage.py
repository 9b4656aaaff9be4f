"""The usage factor of customer health: adoption, breadth, trend, and whether there is any usage.

A week is seven days; the last one ends with the latest row. Rows may cover days or weeks: the
active users of a week are those of its best day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from crmkb.config.health_rules import HealthRules
from crmkb.metrics.score import (
    Place,
    Signal,
    counted,
    days_between,
    digits,
    linear,
    percent,
    unknown,
)

WEEK, FOUR_WEEKS = 7, 28


class UsageRow(NamedTuple):
    """One line of a customer's usage; None where the file has no value."""

    day: date
    active_users: float | None = None
    licensed_users: float | None = None
    features_used: float | None = None
    features_total: float | None = None
    events: float | None = None
    place: Place = Place()


class _Week(NamedTuple):
    """The rows of a week and its `measure`: active users, or events if those are not recorded."""

    rows: Sequence[UsageRow]
    measure: str

    @property
    def activity(self) -> float | None:
        """Return the most active users of a day, or the sum of events; None if not recorded."""
        if self.measure == "event":
            counts = [row.events for row in self.rows if row.events is not None]
            return sum(counts) if counts else None
        return max((r.active_users for r in self.rows if r.active_users is not None), default=None)

    @property
    def best(self) -> UsageRow:
        """Return the row with the highest activity."""
        return max(
            self.rows, key=lambda row: (_activity(row, self.measure) or 0, row.day, row.place)
        )


def usage_signals(
    rows: Iterable[UsageRow], as_of: date, seats: float | None, rules: HealthRules
) -> list[Signal]:
    """Return the signals of the usage factor; `seats` count if no row has the licences."""
    known = [row for row in rows if row.day <= as_of]
    if not known:
        why = "no usage is recorded"
        points = rules.points
        return [
            unknown("adoption", points.adoption, why, "usage_unknown"),
            unknown("breadth", points.breadth, why),
            unknown("trend", points.trend, why),
        ]
    last = max(row.day for row in known)
    now, before = _week(known, last, 0), _week(known, last, FOUR_WEEKS)
    found = [
        _adoption(now, last, seats, rules),
        _breadth(now, last, rules),
        _trend(now, before, last, rules),
    ]
    return [*found, *_stopped(known, as_of, last, found, rules)]


def _week(rows: Iterable[UsageRow], last: date, ago: int) -> _Week:
    """Return the week that ends `ago` days before the last day."""
    inside = [row for row in rows if ago <= days_between(row.day, last) < ago + WEEK]
    is_stated = any(row.active_users is not None for row in inside)
    return _Week(inside, "active user" if is_stated else "event")


def _activity(row: UsageRow, measure: str) -> float | None:
    return row.events if measure == "event" else row.active_users


def _adoption(now: _Week, last: date, seats: float | None, rules: HealthRules) -> Signal:
    most, full = rules.points.adoption, rules.usage.adoption_full
    known = [(r.day, r.licensed_users) for r in now.rows if r.licensed_users is not None]
    licences = max(known)[1] if known else seats
    if now.measure == "event" or now.activity is None:
        return unknown("adoption", most, "active users are not recorded", "usage_unknown")
    if not licences:
        return unknown(
            "adoption", most, "it is not known how many users are licensed", "seats_unknown"
        )
    share = min(now.activity / licences, 1.0)
    evidence = (
        f"{digits(now.activity)} of {counted(licences, 'licensed user')} active ({percent(share)})"
        f" in the week to {last}"
    )
    earned = linear(share, 0, full)
    return _signal("adoption", earned, most, evidence, now.best, "adoption_low", rules)


def _breadth(now: _Week, last: date, rules: HealthRules) -> Signal:
    most = rules.points.breadth
    known = [
        (row.features_used / row.features_total, row)
        for row in now.rows
        if row.features_used is not None and row.features_total
    ]
    if not known:
        is_counted = any(row.features_used is not None for row in now.rows)
        why = "it is not known how many features there are"
        return unknown("breadth", most, why if is_counted else "features in use are not recorded")
    share, row = max(known, key=lambda each: (each[0], each[1].day, each[1].place))
    share = min(share, 1.0)
    evidence = (
        f"{digits(row.features_used or 0)} of {counted(row.features_total or 0, 'feature')} used"
        f" ({percent(share)}) in the week to {last}"
    )
    earned = linear(share, 0, rules.usage.breadth_full)
    return _signal("breadth", earned, most, evidence, row, "breadth_low", rules)


def _trend(now: _Week, before: _Week, last: date, rules: HealthRules) -> Signal:
    most, current, past = rules.points.trend, now.activity, before.activity
    if current is None or past is None or now.measure != before.measure:
        return unknown("trend", most, f"nothing to compare with four weeks before {last}")
    change = (current - past) / past if past else float(current > 0) - float(current == 0)
    evidence = (
        f"{counted(current, now.measure)} in the week to {last}, {digits(past)} four weeks before"
        + (f" ({change:+.0%})".replace("%", " %") if past else "")
    )
    earned = linear(change, rules.usage.trend_none, rules.usage.trend_full)
    return _signal("trend", earned, most, evidence, now.best, "usage_falling", rules)


def _stopped(
    known: Sequence[UsageRow], as_of: date, last: date, found: Sequence[Signal], rules: HealthRules
) -> list[Signal]:
    """Return a signal that removes the points above the cap if there is no recent usage."""
    days = rules.usage.silent_days
    recent = [row for row in known if days_between(row.day, as_of) < days]
    for row in recent:
        activity = row.active_users if row.active_users is not None else row.events
        if activity is None or activity > 0:
            return []
    most = sum(signal.most for signal in found if signal.points is not None)
    earned = sum(signal.points for signal in found if signal.points is not None)
    above = max(earned - most * rules.usage.silent_cap / 100, 0.0)
    latest = max(known, key=lambda row: (row.day, row.place))
    ending = "only zeros since then" if recent else f"the last line is of {last}"
    evidence = f"no usage in the {days} days to {as_of}: {ending}"
    return [Signal("stopped", 0 - above, 0, evidence, latest.place, "usage_stopped")]


def _signal(
    id: str,
    earned: float,
    most: float,
    evidence: str,
    row: UsageRow,
    advice: str,
    rules: HealthRules,
) -> Signal:
    wanted = advice if earned < rules.advise_below else ""
    return Signal(id, most * earned, most, evidence, row.place, wanted)
