"""What the tests of customer health share: a day, the rules, signals by name, single rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from crmkb.config.health_rules import HealthRules
from crmkb.metrics.relationship import Mood, Participation
from crmkb.metrics.score import Place, Signal
from crmkb.metrics.support import Case

DAY = date(2026, 11, 20)  # a Friday
RULES = HealthRules()


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def by_id(signals: Sequence[Signal]) -> dict[str, Signal]:
    return {signal.id: signal for signal in signals}


def case(opened: str, severity: str = "", resolved: str = "") -> Case:
    when = datetime.fromisoformat(resolved) if resolved else None
    return Case(datetime.fromisoformat(opened), severity, when, "It broke", Place("case.md"))


def part(contact: str, days: int) -> Participation:
    return Participation(ago(days).isoformat(), Place(f"{contact}-{days}.md"), contact, ago(days))


def mood(days: int, sentiment: str) -> Mood:
    return Mood(ago(days).isoformat(), Place("mood.md"), sentiment, ago(days))
