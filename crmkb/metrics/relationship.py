"""The relationship factor of customer health: who takes part, how recently, and in what mood.

Callers pass who took part in what: the view `participations` leaves out notes, and e-mails that
only we wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from crmkb.config.health_rules import HealthRules
from crmkb.metrics.score import Place, Signal, counted, days_between, unknown

MOODS = {"very_negative": -2, "negative": -1, "neutral": 0, "positive": 1, "very_positive": 2}
_NAMES_SHOWN = 4


class Person(NamedTuple):
    """A contact of a customer; `left` is the first day on which they are no longer there."""

    slug: str
    name: str
    title: str
    role: str
    influence: str
    since: date | None
    left: date | None
    place: Place


class Participation(NamedTuple):
    """One contact's part in an interaction; sorted by `moment`, the ISO date of the interaction."""

    moment: str
    place: Place
    contact: str
    day: date


class Mood(NamedTuple):
    """The sentiment of an interaction; sorted by `moment`, the ISO date of the interaction."""

    moment: str
    place: Place
    sentiment: str
    day: date


class _Circle(NamedTuple):
    """The contacts of a customer as of a day; `met` are those who took part, the latest first."""

    present: Sequence[Person]
    gone: Sequence[Person]
    met: Sequence[tuple[Participation, Person]]
    last: Participation | None
    as_of: date
    rules: HealthRules

    def is_recent(self, participation: Participation, days: int) -> bool:
        """Return whether a participation is within the last `days` days."""
        return days_between(participation.day, self.as_of) < days


def relationship_signals(
    people: Iterable[Person],
    participations: Iterable[Participation],
    moods: Iterable[Mood],
    as_of: date,
    rules: HealthRules,
) -> list[Signal]:
    """Return the signals of the relationship factor."""
    circle = _circle(people, participations, as_of, rules)
    return [*_signals_of_people(circle), _sentiment(moods, as_of, rules)]


def _circle(
    people: Iterable[Person],
    participations: Iterable[Participation],
    as_of: date,
    rules: HealthRules,
) -> _Circle:
    known = [each for each in people if each.since is None or each.since <= as_of]
    known.sort(key=lambda each: each.slug)
    slugs = {each.slug for each in known}
    last: dict[str, Participation] = {}
    for each in participations:
        if each.day <= as_of and each.contact in slugs:
            held = last.get(each.contact)
            if held is None or held < each:
                last[each.contact] = each
    present = [each for each in known if each.left is None or each.left > as_of]
    gone = [each for each in known if each.left is not None and each.left <= as_of]
    met = [(last[each.slug], each) for each in present if each.slug in last]
    met.sort(key=lambda pair: pair[0], reverse=True)
    return _Circle(present, gone, met, max(last.values(), default=None), as_of, rules)


def _signals_of_people(circle: _Circle) -> list[Signal]:
    rules = circle.rules.relationship
    why = "" if circle.present or circle.gone else "no contact is recorded"
    if circle.last is None:
        why = why or "no interaction names who took part"
        names = ("contacts", "champion", "economic_buyer", "executive")
        found = [unknown(name, getattr(circle.rules.points, name), why) for name in names]
        return [found[0]._replace(advice="contacts_unknown"), *found[1:]]
    engaged, champion = rules.engaged_days, rules.champion_days
    titles = title_pattern(rules.executive_titles)
    return [
        _contacts(circle, circle.last.place),
        _one_of(circle, "champion", lambda each: each.role == "champion", champion),
        _one_of(circle, "economic_buyer", lambda each: each.role == "economic_buyer", engaged),
        _one_of(circle, "executive", lambda each: is_executive(each, titles), engaged),
    ]


def _contacts(circle: _Circle, latest: Place) -> Signal:
    most, days = circle.rules.points.contacts, circle.rules.relationship.engaged_days
    engaged = [pair for pair in circle.met if circle.is_recent(pair[0], days)]
    earned = min(len(engaged) / circle.rules.relationship.contacts_full, 1.0)
    of = counted(len(circle.present), "contact")
    evidence = f"{len(engaged)} of {of} took part in {days} days"
    if engaged:
        names = [person.name for _, person in engaged[:_NAMES_SHOWN]]
        more = [f"{len(engaged) - _NAMES_SHOWN} more"] if len(engaged) > _NAMES_SHOWN else []
        evidence += f": {', '.join([*names, *more])}"
    place = engaged[0][0].place if engaged else latest
    advice = "contacts_few" if earned < circle.rules.advise_below else ""
    return Signal("contacts", most * earned, most, evidence, place, advice)


def is_executive(person: Person, titles: re.Pattern[str]) -> bool:
    """Return whether a contact is an executive: by title, or as a buyer of high influence."""
    if (person.role, person.influence) == ("economic_buyer", "high"):
        return True
    # In "Assistant to the CEO", the part after " to " is another person's title.
    own, _, _ = person.title.casefold().partition(" to ")
    return titles.search(own) is not None


def _one_of(circle: _Circle, id: str, belongs: Callable[[Person], bool], days: int) -> Signal:
    """Return the signal whether a contact of a kind took part within the last `days` days."""
    most: float = getattr(circle.rules.points, id)
    noun = id.replace("_", " ")
    for participation, person in circle.met:
        if belongs(person):
            is_recent = circle.is_recent(participation, days)
            when = f"{'' if is_recent else 'last '}took part on {participation.day}"
            evidence, place = f"{person.name}, {noun}, {when}", participation.place
            if is_recent:
                return Signal(id, most, most, evidence, place)
            return Signal(id, 0, most, evidence, place, f"{id}_silent")
    if present := [each for each in circle.present if belongs(each)]:
        evidence = f"{present[0].name}, {noun}, never took part in anything"
        return Signal(id, 0, most, evidence, present[0].place, f"{id}_silent")
    if gone := [each for each in circle.gone if belongs(each)]:
        person = max(gone, key=lambda each: (each.left or date.min, each.slug))
        evidence = f"{person.name}, {noun}, left on {person.left}"
        return Signal(id, 0, most, evidence, person.place, f"{id}_left")
    place = circle.last.place if circle.last else Place()
    if any(each.role or each.title for each in circle.present):
        return Signal(id, 0, most, f"no contact is known as {noun}", place, f"{id}_missing")
    return unknown(id, most, "no contact has a role or title", f"{id}_missing")


def _sentiment(moods: Iterable[Mood], as_of: date, rules: HealthRules) -> Signal:
    most = rules.points.sentiment
    known = [mood for mood in moods if mood.day <= as_of and mood.sentiment in MOODS]
    if not known:
        return unknown("sentiment", most, "no interaction tells a sentiment")
    known.sort(reverse=True)
    last = known[: rules.relationship.sentiments]
    earned = (sum(MOODS[mood.sentiment] for mood in last) / len(last) + 2) / 4
    words = ", ".join(mood.sentiment.replace("_", " ") for mood in last)
    is_sour = len(last) > 1 and all(MOODS[mood.sentiment] < 0 for mood in last[:2])
    evidence = f"last {counted(len(last), 'interaction')}, newest first: {words}"
    advice = "sentiment_negative" if is_sour or earned < rules.advise_below else ""
    return Signal("sentiment", most * earned, most, evidence, last[0].place, advice)


@cache
def title_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds one of these titles, as a whole word, in a case-folded title."""
    words = "|".join(re.escape(title.casefold()) for title in titles if title.strip())
    return re.compile(rf"(?<!\w)(?:{words or '(?!)'})(?!\w)")
