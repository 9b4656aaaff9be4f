"""Customer health as of a day: usage, support, relationship and outcomes, 0 to 100 with evidence.

Rows count by their dates, so the score can be computed as of any day in the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from crmkb.config.health_rules import Bands, HealthRules
from crmkb.metrics.outcomes import Answer, Outcome, outcomes_signals
from crmkb.metrics.relationship import Mood, Participation, Person, relationship_signals
from crmkb.metrics.score import Factor, Score, total
from crmkb.metrics.support import Case, support_signals
from crmkb.metrics.usage import UsageRow, usage_signals

INDICATORS = {"excellent": "green", "good": "green", "at risk": "yellow", "critical": "red"}
"""The bands, from the best, with their colours."""


class Rows(NamedTuple):
    """The rows of one customer, in any order; rows after the day of the score are allowed."""

    seats: float | None = None
    usage: Sequence[UsageRow] = ()
    cases: Sequence[Case] = ()
    people: Sequence[Person] = ()
    participations: Sequence[Participation] = ()
    moods: Sequence[Mood] = ()
    outcomes: Sequence[Outcome] = ()
    answers: Sequence[Answer] = ()


def health(rows: Rows, as_of: date, rules: HealthRules) -> Score:
    """Return the health of a customer as of a day, 0 to 100, with its evidence."""
    weights = rules.weights
    usage = usage_signals(rows.usage, as_of, rows.seats, rules)
    support = support_signals(rows.cases, as_of, rules)
    relationship = relationship_signals(rows.people, rows.participations, rows.moods, as_of, rules)
    outcomes = outcomes_signals(rows.outcomes, rows.answers, as_of, rules)
    return total(
        (
            Factor("usage", weights.usage, usage),
            Factor("support", weights.support, support),
            Factor("relationship", weights.relationship, relationship),
            Factor("outcomes", weights.outcomes, outcomes),
        )
    )


def band_of(value: int, bands: Bands) -> str:
    """Return the band of a score."""
    if value >= bands.excellent:
        return "excellent"
    if value >= bands.good:
        return "good"
    return "at risk" if value >= bands.at_risk else "critical"


FACTORS = {
    "usage": "Usage",
    "support": "Support",
    "relationship": "Relationship",
    "outcomes": "Outcomes",
}
SIGNALS = {
    "adoption": "Adoption",
    "breadth": "Features in use",
    "trend": "Four-week trend",
    "stopped": "No usage",
    "overdue": "Cases past their time",
    "volume": "Number of cases",
    "resolution": "Time to resolve",
    "contacts": "Contacts engaged",
    "champion": "Champion",
    "economic_buyer": "Economic buyer",
    "executive": "Executive access",
    "sentiment": "Sentiment",
    "achieved": "Outcomes achieved",
    "nps": "NPS",
}
ADVICE = frozenset(
    {
        *("usage_unknown", "seats_unknown", "adoption_low", "breadth_low"),
        *("usage_falling", "usage_stopped", "case_overdue", "cases_many", "cases_slow"),
        *("contacts_unknown", "contacts_few", "sentiment_negative"),
        *("champion_silent", "champion_left", "champion_missing"),
        *("economic_buyer_silent", "economic_buyer_left", "economic_buyer_missing"),
        *("executive_silent", "executive_left", "executive_missing"),
        *("outcome_missed", "outcome_overdue", "outcome_missing", "nps_low", "nps_missing"),
    }
)
"""The advice that signals can give: names of rows in the playbook."""
