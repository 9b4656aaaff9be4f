"""Fetch the facts for customer health: a few queries per day, for many customers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import NamedTuple, TypeVar

from crmkb.config.health_rules import HealthRules
from crmkb.metrics.health import Rows, health
from crmkb.metrics.outcomes import Answer, Outcome
from crmkb.metrics.relationship import Mood, Participation, Person
from crmkb.metrics.score import Place, Score
from crmkb.metrics.support import Case
from crmkb.metrics.usage import UsageRow
from crmkb.store.index.index import Index

# The customers served on any day, like the view `served_customers` for the as-of day.
_SERVED = """
SELECT served_spans.customer, customers.contract_seats FROM served_spans
JOIN customers ON customers.customer = served_spans.customer
WHERE coalesce(served_spans.since, '') <= ?3
    AND (served_spans.until IS NULL OR served_spans.until > ?3)
    AND served_spans.customer BETWEEN ?1 AND ?2
ORDER BY served_spans.customer
"""
# The weeks that are compared, and the days that are checked for silence; see `metrics/usage.py`.
_USAGE = """
SELECT usage.customer, usage.day, usage.active_users, usage.licensed_users, usage.features_used,
    usage.features_total, usage.events, usage.path, usage.line
FROM (SELECT customers.customer, (SELECT max(earlier.day) FROM usage AS earlier
        WHERE earlier.customer = customers.customer AND earlier.day <= ?3) AS last
    FROM customers WHERE customers.customer BETWEEN ?1 AND ?2) AS latest
JOIN usage ON usage.customer = latest.customer AND usage.day <= latest.last
    AND usage.day > min(date(latest.last, '-35 days'), date(?3, ?4))
WHERE usage.day > min(date(latest.last, '-7 days'), date(?3, ?4))
    OR usage.day <= date(latest.last, '-28 days')
"""
_PARTICIPATIONS = """
SELECT customer, contact, day, moment, path FROM participations
WHERE customer BETWEEN ?1 AND ?2
"""
_CASES = """
SELECT customer, date, coalesce(severity, ''), resolved, coalesce(subject, ''), path
FROM interactions
WHERE type = 'support' AND date IS NOT NULL AND customer BETWEEN ?1 AND ?2
"""
_PEOPLE = """
SELECT customer, slug, coalesce(name, slug), coalesce(title, ''), coalesce(role, ''),
    coalesce(influence, ''), since, left_on, path
FROM contacts WHERE customer BETWEEN ?1 AND ?2
"""
_MOODS = """
SELECT customer, date, sentiment, path FROM interactions
WHERE sentiment IS NOT NULL AND date IS NOT NULL AND customer BETWEEN ?1 AND ?2
"""
_OUTCOMES = """
SELECT customer, day, state, text, path, line FROM outcomes
WHERE customer BETWEEN ?1 AND ?2
"""
_ANSWERS = """
SELECT customer, day, contact, score, path, line FROM nps
WHERE customer BETWEEN ?1 AND ?2
"""
_NAMES = "SELECT customer FROM customers ORDER BY customer"
_BATCH = 1_000
"""The customers fetched at a time: the rows of all would take too much memory."""

_Row = TypeVar("_Row")


class Scored(NamedTuple):
    """The health of a customer."""

    customer: str
    score: Score


class Facts:
    """The rows of the customers from `first` to `last`.

    Rows that do not depend on a day are fetched once.
    """

    def __init__(self, index: Index, first: str, last: str) -> None:
        self._index, self._first, self._last = index, first, last
        self._rules: HealthRules = index.config.health
        self._cases = self._fetched(_CASES, _case)
        self._people = self._fetched(_PEOPLE, _person)
        self._participations = self._fetched(_PARTICIPATIONS, _participation)
        self._moods = self._fetched(_MOODS, _mood)
        self._outcomes = self._fetched(_OUTCOMES, _outcome)
        self._answers = self._fetched(_ANSWERS, _answer)

    def scores(self, day: date) -> Iterator[Scored]:
        """Yield the health of each customer who was served on a day, in the order of slugs."""
        text, silent = day.isoformat(), f"-{self._rules.usage.silent_days} days"
        usage = self._fetched(_USAGE, _usage, text, silent)
        for customer, seats in self._index.rows(_SERVED, self._first, self._last, text):
            rows = Rows(
                seats=seats,
                usage=usage.get(customer, ()),
                cases=self._cases.get(customer, ()),
                people=self._people.get(customer, ()),
                participations=self._participations.get(customer, ()),
                moods=self._moods.get(customer, ()),
                outcomes=self._outcomes.get(customer, ()),
                answers=self._answers.get(customer, ()),
            )
            yield Scored(customer, health(rows, day, self._rules))

    def _fetched(self, sql: str, read: Callable[..., _Row], *values: str) -> dict[str, list[_Row]]:
        """Return the rows of a query by customer, its first column."""
        found: defaultdict[str, list[_Row]] = defaultdict(list)
        for customer, *row in self._index.rows(sql, self._first, self._last, *values):
            found[customer].append(read(*row))
        return found


def all_facts(index: Index, customer: str = "") -> Iterator[Facts]:
    """Yield the facts of all customers in batches, or those of one."""
    if customer:
        yield Facts(index, customer, customer)
        return
    names = [name for (name,) in index.rows(_NAMES)]
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        yield Facts(index, batch[0], batch[-1])


def _usage(
    day: str,
    active_users: float | None,
    licensed_users: float | None,
    features_used: float | None,
    features_total: float | None,
    events: float | None,
    path: str,
    line: int,
) -> UsageRow:
    return UsageRow(
        *(date.fromisoformat(day), active_users, licensed_users, features_used, features_total),
        *(events, Place(path, line)),
    )


def _participation(contact: str, day: str, moment: str, path: str) -> Participation:
    return Participation(moment, Place(path), contact, date.fromisoformat(day))


def _case(opened: str, severity: str, resolved: str, subject: str, path: str) -> Case:
    return Case(
        _moment(opened), severity, _moment(resolved) if resolved else None, subject, Place(path)
    )


def _person(
    slug: str, name: str, title: str, role: str, influence: str, since: str, left: str, path: str
) -> Person:
    return Person(slug, name, title, role, influence, _day(since), _day(left), Place(path))


def _mood(moment: str, sentiment: str, path: str) -> Mood:
    return Mood(moment, Place(path), sentiment, date.fromisoformat(moment[:10]))


def _outcome(day: str, state: str, text: str, path: str, line: int) -> Outcome:
    return Outcome(date.fromisoformat(day), state, text, Place(path, line))


def _answer(day: str, contact: str, score: int | None, path: str, line: int) -> Answer:
    return Answer(date.fromisoformat(day), contact, score, Place(path, line))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str) -> datetime:
    """Return a moment of the index; a day without a time becomes the end of the day."""
    if len(text) == len("2026-11-20"):
        return datetime.combine(date.fromisoformat(text), time.max)
    return datetime.fromisoformat(text).replace(tzinfo=None)
