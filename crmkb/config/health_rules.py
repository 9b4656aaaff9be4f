"""The rules of customer health: the section `[health]` of `crm.toml`.

`metrics/health.py` applies them and docs/metrics.md explains them. A workspace without a key gets
the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from crmkb.config.toml_values import BadConfig, read_number, read_table, read_texts
from crmkb.errors import did_you_mean
from crmkb.values.names import close_matches

_WITHIN = re.compile(r"([1-9]\d{0,3}) (hour|business day|day)s?", re.ASCII)


class Within(NamedTuple):
    """A time limit in hours, days, or business days (Monday to Friday)."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"

    def end(self, start: datetime) -> datetime:
        """Return the end of the time limit that begins at `start`."""
        if self.unit == "hour":
            return start + timedelta(hours=self.number)
        if self.unit == "day":
            return start + timedelta(days=self.number)
        begun = _in_business(start)
        return begun + timedelta(days=_calendar_days(begun.weekday(), self.number))


def _in_business(moment: datetime) -> datetime:
    """Return the moment, or for one on a weekend the end of the Friday before."""
    weekend = max(moment.weekday() - 4, 0)
    if not weekend:
        return moment
    return datetime.combine(moment.date() - timedelta(days=weekend), time.max)


def _calendar_days(weekday: int, business_days: int) -> int:
    """Return how many calendar days the business days take from a weekday, Monday (0) to Friday."""
    weeks, rest = divmod(weekday + business_days, 5)
    return weeks * 7 + rest - weekday


class Weights(NamedTuple):
    """The weight of each factor; the known factors share the whole score by weight."""

    usage: float = 30.0
    support: float = 20.0
    relationship: float = 25.0
    outcomes: float = 25.0


class Bands(NamedTuple):
    """The lowest score of each band; a score below `at_risk` is critical."""

    excellent: float = 80.0
    good: float = 60.0
    at_risk: float = 40.0


class Points(NamedTuple):
    """The most points that each signal can earn within its factor."""

    adoption: float = 50.0
    breadth: float = 20.0
    trend: float = 30.0
    overdue: float = 40.0
    volume: float = 30.0
    resolution: float = 30.0
    contacts: float = 20.0
    champion: float = 25.0
    economic_buyer: float = 20.0
    executive: float = 15.0
    sentiment: float = 20.0
    achieved: float = 60.0
    nps: float = 40.0


class UsageRules(NamedTuple):
    """Limits of the usage signals: `_full` earns all points of a signal, `_none` earns none.

    Shares are 0 to 1, trends are relative changes, and `silent_cap` is a percentage of the points.
    """

    adoption_full: float = 0.8
    breadth_full: float = 1.0
    trend_none: float = -0.2
    trend_full: float = 0.0
    silent_days: int = 14
    silent_cap: float = 20.0


class SupportRules(NamedTuple):
    """How many cases in `days` are too many, and how long a case of each severity may stay open."""

    days: int = 90
    volume_full: int = 3
    volume_none: int = 15
    overdue_none: int = 2
    critical: Within = Within(4, "hour")
    high: Within = Within(1, "business day")
    medium: Within = Within(3, "business day")
    low: Within = Within(14, "day")


class RelationshipRules(NamedTuple):
    """How many contacts must have taken part, how recently, and which titles are executive."""

    contacts_full: int = 3
    engaged_days: int = 90
    champion_days: int = 30
    sentiments: int = 5
    executive_titles: tuple[str, ...] = (
        *("chief", "ceo", "cfo", "cio", "ciso", "cto", "coo", "cdo", "cmo", "cpo", "cro"),
        *("president", "vp", "svp", "evp", "director", "founder", "co-founder"),
        *("geschäftsführer", "geschäftsführerin", "vorstand", "directeur", "directrice"),
    )


class OutcomesRules(NamedTuple):
    """How many days outcomes and answers to the NPS question count."""

    days: int = 365
    nps_days: int = 365


class HealthRules(NamedTuple):
    """All rules; a signal with less than the share `advise_below` of its points gives advice."""

    weights: Weights = Weights()
    bands: Bands = Bands()
    points: Points = Points()
    usage: UsageRules = UsageRules()
    support: SupportRules = SupportRules()
    relationship: RelationshipRules = RelationshipRules()
    outcomes: OutcomesRules = OutcomesRules()
    advise_below: float = 0.5


_SECTIONS = tuple(name for name in HealthRules._fields if name != "advise_below")
_MOST = 100_000
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "bands.excellent": (0, 100),
    "bands.good": (0, 100),
    "bands.at_risk": (0, 100),
    "usage.adoption_full": (0.01, 1),
    "usage.breadth_full": (0.01, 1),
    "usage.trend_none": (-1, 10),
    "usage.trend_full": (-1, 10),
    "usage.silent_cap": (0, 100),
    "support.volume_full": (0, _MOST),
    "advise_below": (0, 1),
}
_ASCENDING = (
    ("bands.at_risk", "bands.good"),
    ("bands.good", "bands.excellent"),
    ("usage.trend_none", "usage.trend_full"),
    ("support.volume_full", "support.volume_none"),
)
_SHARED = (
    ("weights", ("usage", "support", "relationship", "outcomes")),
    ("points", ("adoption", "breadth", "trend")),
    ("points", ("overdue", "volume", "resolution")),
    ("points", ("contacts", "champion", "economic_buyer", "executive", "sentiment")),
    ("points", ("achieved", "nps")),
)
"""Settings that share a whole: one of each group must be above 0."""


def read_health(given: Mapping[str, Any]) -> HealthRules:
    """Return the rules in `[health]`; raise `BadConfig` with the key of an invalid value."""
    default = HealthRules()
    if not given:
        return default
    _refuse_unknown(given, [*_SECTIONS, "advise_below"], "health")
    sections: dict[str, Any] = {
        name: _section(read_table(given, name, f"health.{name}"), name, getattr(default, name))
        for name in _SECTIONS
    }
    least = _value(given, "advise_below", default.advise_below)
    rules = HealthRules(**sections, advise_below=least)
    for lower, higher in _ASCENDING:
        if _of(rules, lower) >= _of(rules, higher):
            raise BadConfig(f"health.{lower}", f"must be below {higher}, {_of(rules, higher):g}")
    for section, names in _SHARED:
        if not any(getattr(getattr(rules, section), name) for name in names):
            raise BadConfig(f"health.{section}", f"one of {', '.join(names)} must be above 0")
    return rules


def key_names() -> Iterator[str]:
    """Yield the name of every key, such as `health.usage.adoption_full`."""
    yield "health.advise_below"
    for section in _SECTIONS:
        names = getattr(HealthRules(), section)._fields
        yield from (f"health.{section}.{name}" for name in names)


def _section(given: Mapping[str, Any], section: str, default: Any) -> Any:
    names = default._fields
    _refuse_unknown(given, names, f"health.{section}")
    values = {name: _value(given, f"{section}.{name}", getattr(default, name)) for name in given}
    return type(default)(**values)


def _refuse_unknown(given: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for name in given:
        if name not in known:
            meant = did_you_mean(close_matches(name, known)) or f"there are {', '.join(known)}"
            raise BadConfig(f"{where}.{name}", f"there is no such setting; {meant}")


def _value(given: Mapping[str, Any], name: str, default: Any) -> Any:
    """Return a value of the same type as the default."""
    key, last = f"health.{name}", name.rpartition(".")[2]
    value = given.get(last, default)
    if isinstance(default, tuple) and not isinstance(default, Within):
        return read_texts(given, key) if last in given else default
    if isinstance(default, Within):
        return default if last not in given else _within(value, key)
    figure = default if last not in given else float(read_number(value, key))
    least, most = _BOUNDS.get(name, (1 if isinstance(default, int) else 0, _MOST))
    if not least <= figure <= most:
        raise BadConfig(key, f"{figure:g} is not between {least:g} and {most:g}")
    if isinstance(default, int) and figure != int(figure):
        raise BadConfig(key, f"{figure:g} is not a whole number")
    return type(default)(figure)


def _within(value: Any, key: str) -> Within:
    match = _WITHIN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        words = "is not a time such as '4 hours', '3 business days' or '14 days'"
        raise BadConfig(key, f"{value!r} {words}")
    return Within(int(match[1]), match[2])


def _of(rules: HealthRules, key: str) -> float:
    section, _, name = key.partition(".")
    value: float = getattr(getattr(rules, section), name)
    return value
