"""The relationship factor of customer health: each signal at its edges, and what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from crmkb.metrics.relationship import Participation, Person, relationship_signals
from crmkb.metrics.score import Place, Signal
from tests.metrics.signals import DAY, RULES, ago, by_id, mood, part


def person(slug: str, role: str = "", title: str = "", **more: date | str) -> Person:
    left = more.get("left")
    return Person(
        *(slug, slug.title(), title, role, str(more.get("influence", ""))),
        *(None, left if isinstance(left, date) else None, Place(f"{slug}.md")),
    )


def relationship(people: Sequence[Person], *parts: Participation) -> dict[str, Signal]:
    return by_id(relationship_signals(people, parts, [], DAY, RULES))


@pytest.mark.parametrize("days, points, advice", [(29, 25, ""), (30, 0, "champion_silent")])
def test_a_champion_takes_part_within_thirty_days(days: int, points: float, advice: str) -> None:
    signal = relationship([person("ana", "champion")], part("ana", days))["champion"]
    assert (signal.points, signal.advice) == (points, advice)
    assert signal.place.path == f"ana-{days}.md"


@pytest.mark.parametrize("days, points", [(89, (20, 15, 20 / 3)), (90, (0, 0, 0))])
def test_everybody_else_takes_part_within_ninety_days(days: int, points: tuple[float, ...]) -> None:
    signals = relationship([person("ana", "economic_buyer", "CEO")], part("ana", days))
    found = [signals[id].points for id in ("economic_buyer", "executive", "contacts")]
    assert found == pytest.approx(points)


def test_who_comes_today_is_there() -> None:
    came = person("ana", "champion")._replace(since=DAY)
    assert relationship([came], part("ana", 0))["champion"].points == 25
    later = came._replace(since=ago(-1))
    assert relationship([later], part("ana", 0))["champion"].points is None


def test_who_leaves_today_is_gone() -> None:
    people = [person("ana", "champion", left=DAY)]
    assert relationship(people, part("ana", 1))["champion"].advice == "champion_left"


def test_a_champion_who_left_is_said_with_the_day() -> None:
    people = [person("ana", "champion", left=ago(3)), person("ben", "user")]
    signal = relationship(people, part("ana", 5))["champion"]
    assert signal.evidence == "Ana, champion, left on 2026-11-17"
    assert (signal.points, signal.advice) == (0, "champion_left")
    still = person("ana", "champion", left=DAY + timedelta(days=1))
    assert relationship([still], part("ana", 5))["champion"].points == 25


@pytest.mark.parametrize(
    "who, is_one",
    [
        (person("x", title="Chief Data Officer"), True),
        (person("x", title="VP, Sales"), True),
        (person("x", title="Senior Vice President"), True),
        (person("x", title="Directeur général"), True),
        (person("x", "economic_buyer", influence="high"), True),
        (person("x", "economic_buyer", influence="medium"), False),
        (person("x", title="Head of IT"), False),
        (person("x", title="Directory Administrator"), False),
        (person("x", title="Executive Assistant to the CEO"), False),
        (person("x", title="VP, Sales to Enterprises"), True),
    ],
)
def test_an_executive_is_known_by_title_or_by_the_say_over_money(who: Person, is_one: bool) -> None:
    assert (relationship([who], part("x", 5))["executive"].points == 15) is is_one


def test_nobody_ever_named_is_unknown_and_a_known_silence_is_not() -> None:
    people = [person("ana", "champion")]
    assert {s.points for s in relationship(people).values()} == {None}
    assert relationship(people, part("stranger", 1))["contacts"].points is None
    assert relationship(people, part("ana", 200))["contacts"].points == 0


def test_roles_that_nobody_ever_wrote_down_are_unknown() -> None:
    signals = relationship([person("ana")], part("ana", 1))
    assert signals["contacts"].points == pytest.approx(20 / 3)
    assert (signals["champion"].points, signals["executive"].points) == (None, None)


def test_sentiment_is_that_of_the_last_five() -> None:
    moods = [mood(n, "very_positive") for n in range(1, 6)]
    others = [mood(9, "very_negative"), mood(-1, "very_negative")]
    signals = by_id(relationship_signals([], [], [*others, *moods], DAY, RULES))
    assert signals["sentiment"].points == 20
