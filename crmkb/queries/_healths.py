"""The complete health of served customers: score, factors, evidence and recommendations.

The values are those of the SQL tables `health…`, as objects for display.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkb.metrics.health import INDICATORS
from crmkb.scores import health

if TYPE_CHECKING:
    from crmkb.workspace import Workspace

_SERVED = """
SELECT served_customers.customer, served_customers.name, served_customers.path,
    coalesce(team.name, served_customers.csm)
FROM served_customers LEFT JOIN team ON team.handle = served_customers.csm
WHERE ?1 = '' OR served_customers.customer = ?1
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal: `points` out of `most`, None if unknown; `cost` is how much it lowers the score."""

    signal: str
    name: str
    points: float | None
    most: float
    cost: float
    evidence: str
    path: str | None
    line: int
    advice: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A factor: its weight, its share of the score, and its points out of 100; None if unknown."""

    factor: str
    weight: float
    share: float | None
    points: float | None
    signals: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The recommended action for a signal, who takes it, and within what time."""

    advice: str
    recommendation: str
    who: str
    within: str
    cost: float
    evidence: str
    path: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a customer; `score` and `band` are None when nothing is known."""

    customer: str
    name: str
    path: str
    csm: str | None
    day: str
    score: int | None
    band: str | None
    indicator: str
    coverage: float
    change_30: int | None
    change_90: int | None
    factors: Sequence[Part]
    recommendations: Sequence[Recommendation]

    @property
    def reasons(self) -> list[Evidence]:
        """Return the signals that cost at least one point, the most costly first."""
        signals = [signal for factor in self.factors for signal in factor.signals]
        taking = [signal for signal in signals if signal.cost >= 1]
        return sorted(taking, key=lambda signal: (-signal.cost, signal.signal))


def healths(workspace: Workspace, customer: str = "") -> list[Health]:
    """Return the health of all served customers, or of one: worst first, unknown last."""
    tables: defaultdict[str, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, (slug, *row) in health.fill(workspace.index, customer):
        tables[slug][table].append(row)
    served = {str(slug): row for slug, *row in workspace.index.rows(_SERVED, customer)}
    found = [_health(slug, served[slug], tables[slug]) for slug in sorted(served)]
    return sorted(found, key=lambda each: (each.score is None, each.score or 0, each.name))


def _health(slug: str, served: Sequence[Any], tables: dict[str, list[Any]]) -> Health:
    name, path, csm = served
    scores = {days_ago: row for _, days_ago, *row in tables["health"]}
    score, band, coverage = scores[0]
    day = next(day for day, days_ago, *_ in tables["health"] if days_ago == 0)
    return Health(
        *(slug, name or slug, path, csm, day, score, band, INDICATORS.get(band, "grey"), coverage),
        _change(score, scores.get(30)),
        _change(score, scores.get(90)),
        [_part(row, tables["health_signals"]) for row in tables["health_factors"] if row[0] == day],
        [Recommendation(*row) for _, *row in tables["health_advice"]],
    )


def _part(row: Sequence[Any], signals: Sequence[Any]) -> Part:
    _, factor, _, weight, share, points = row
    own = [Evidence(*values) for of, _, *values in signals if of == factor]
    return Part(factor, weight, share, points, own)


def _change(score: int | None, before: Sequence[Any] | None) -> int | None:
    if score is None or before is None or before[0] is None:
        return None
    return score - int(before[0])
