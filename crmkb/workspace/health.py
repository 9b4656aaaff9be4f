"""The health of served customers, whole: score, factors, evidence, and what to do.

What the tables `health…` hold for SQL, as values for those who show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkb.errors import CrmError, Exit
from crmkb.metrics.health import INDICATORS
from crmkb.workspace.scores import health

if TYPE_CHECKING:
    from crmkb.workspace.workspace import Workspace

_SERVED = """
SELECT served_customers.customer, served_customers.name, served_customers.path,
    coalesce(team.name, served_customers.csm)
FROM served_customers LEFT JOIN team ON team.handle = served_customers.csm
WHERE ?1 = '' OR served_customers.customer = ?1
"""


class NotServed(CrmError):
    """Somebody asks for the health of a customer whom we do not serve."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, customer: str, day: str, status: str) -> None:
        said = f", its status is {status}" if status else ""
        super().__init__(
            f"{customer!r} was not served on {day}{said}",
            hint="health is of customers whose status is active or pilot; another day: --as-of DAY",
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal: `points` out of `most`, None when unknown; `cost` is what it takes of the score."""

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
    """A factor: its weight, its share of the score, and its points of 100, None when unknown."""

    factor: str
    weight: float
    share: float | None
    points: float | None
    signals: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do about a signal, who should, and within what time."""

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
        """Return what takes points away, the worst first."""
        signals = [signal for factor in self.factors for signal in factor.signals]
        taking = [signal for signal in signals if signal.cost >= 1]
        return sorted(taking, key=lambda signal: (-signal.cost, signal.signal))


def healths(workspace: Workspace, customer: str = "") -> list[Health]:
    """Return the health of all who are served, or of one: worst first, unknown last."""
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
