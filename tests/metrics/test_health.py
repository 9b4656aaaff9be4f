"""Customer health: each signal at its edges, what is unknown, and what holds for any rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.health_rules import Bands, HealthRules, Weights
from crmkb.metrics.health import ADVICE, FACTORS, INDICATORS, SIGNALS, Rows, band_of, health
from crmkb.metrics.nps import nps
from crmkb.metrics.outcomes import Answer, Outcome, outcomes_signals
from crmkb.metrics.relationship import Mood, Participation, Person, relationship_signals
from crmkb.metrics.score import Factor, Place, Score, Signal, total
from crmkb.metrics.support import Case, support_signals
from crmkb.metrics.usage import UsageRow, usage_signals

DAY = date(2026, 11, 20)  # a Friday
RULES = HealthRules()


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def by_id(signals: Sequence[Signal]) -> dict[str, Signal]:
    return {signal.id: signal for signal in signals}


# Usage


def usage(*rows: UsageRow, seats: float | None = None) -> dict[str, Signal]:
    return by_id(usage_signals(rows, DAY, seats, RULES))


@pytest.mark.parametrize(
    "active, points", [(0, 0), (40, 25), (79, 49.375), (80, 50), (100, 50), (120, 50)]
)
def test_adoption_is_full_from_eighty_percent_of_the_licences_on(
    active: float, points: float
) -> None:
    assert usage(UsageRow(DAY, active, 100))["adoption"].points == pytest.approx(points)


def test_licences_that_no_line_tells_are_those_of_the_contract() -> None:
    assert usage(UsageRow(DAY, 40))["adoption"].points is None
    assert usage(UsageRow(DAY, 40), seats=100)["adoption"].points == 25
    assert usage(UsageRow(DAY, 40, 50), seats=100)["adoption"].points == 50


@pytest.mark.parametrize("now, points", [(80, 0), (70, 0), (90, 15), (100, 30), (150, 30)])
def test_the_trend_is_none_at_a_fifth_less_than_four_weeks_before(
    now: float, points: float
) -> None:
    signals = usage(UsageRow(ago(28), 100), UsageRow(DAY, now))
    assert signals["trend"].points == pytest.approx(points)


def test_a_week_of_days_is_its_best_day() -> None:
    days = [UsageRow(ago(offset), 10 + offset, 100) for offset in range(7)]
    assert usage(*days)["adoption"].evidence.startswith("16 of 100 licensed users active (16 %)")


def test_a_week_has_seven_days() -> None:
    assert usage(UsageRow(ago(7), 90, 100), UsageRow(DAY, 40, 100))["adoption"].points == 25
    assert usage(UsageRow(ago(6), 90, 100), UsageRow(DAY, 40, 100))["adoption"].points == 50


def test_features_in_use_are_told_with_the_line_that_says_so() -> None:
    busy = UsageRow(ago(2), 50, 100, 3, 10, place=Place("usage.csv", 2))
    broad = UsageRow(ago(1), 40, 100, 6, 10, place=Place("usage.csv", 3))
    signals = usage(busy, broad)
    assert signals["breadth"].evidence.startswith("6 of 10 features used")
    assert (signals["adoption"].place.line, signals["breadth"].place.line) == (2, 3)


def test_features_counted_without_their_total_are_not_called_unrecorded() -> None:
    signal = usage(UsageRow(DAY, 40, 100, 3))["breadth"]
    assert (signal.points, signal.evidence) == (None, "it is not known how many features there are")


def test_nothing_earned_is_never_less_than_nothing() -> None:
    stopped = usage(UsageRow(ago(15), 10, 100, 1, 10))["stopped"]
    volume = support(*[case("2026-11-20T09:00")] * 15)["volume"]
    assert (str(stopped.points), str(volume.points)) == ("0.0", "0.0")


def test_where_users_are_not_counted_the_trend_is_that_of_events() -> None:
    signals = usage(
        UsageRow(ago(30), events=40), UsageRow(ago(1), events=20), UsageRow(DAY, events=16)
    )
    assert signals["trend"].evidence == (
        "36 events in the week to 2026-11-20, 40 four weeks before (-10 %)"
    )
    assert signals["adoption"].points is None


def test_a_trend_needs_the_week_four_weeks_before() -> None:
    assert usage(UsageRow(ago(14), 100), UsageRow(DAY, 50))["trend"].points is None


@pytest.mark.parametrize(
    "rows",
    [
        [UsageRow(ago(14), 80, 100, 10, 10)],
        [UsageRow(ago(14), 80, 100, 10, 10), UsageRow(ago(1), 0, 100, 10, 10)],
    ],
    ids=["no line", "zeros"],
)
def test_two_weeks_without_use_cap_the_factor(rows: Sequence[UsageRow]) -> None:
    signals = usage_signals(rows, DAY, None, RULES)
    factor = Factor("usage", 30, signals)
    assert factor.value == pytest.approx(20)
    assert by_id(signals)["stopped"].advice == "usage_stopped"


def test_a_line_of_thirteen_days_ago_is_use_enough() -> None:
    assert "stopped" not in usage(UsageRow(ago(13), 80, 100))


# Support


def case(opened: str, severity: str = "", resolved: str = "") -> Case:
    when = datetime.fromisoformat(resolved) if resolved else None
    return Case(datetime.fromisoformat(opened), severity, when, "It broke", Place("case.md"))


def support(*cases: Case) -> dict[str, Signal]:
    return by_id(support_signals(cases, DAY, RULES))


@pytest.mark.parametrize(
    "opened, severity, points",
    [
        ("2026-11-20T19:59", "critical", 0),
        ("2026-11-20T20:01", "critical", 40),
        ("2026-11-19T09:00", "high", 0),
        ("2026-11-20T09:00", "high", 40),
        ("2026-11-17T09:00", "medium", 20),
        ("2026-11-18T09:00", "medium", 40),
        ("2026-11-14T09:00", "medium", 20),  # a Saturday: three business days end on Wednesday
        ("2026-11-06T09:00", "low", 20),
        ("2026-11-07T09:00", "low", 40),
        ("2026-11-06T09:00", "", 20),
    ],
)
def test_an_open_case_has_the_time_of_its_severity(
    opened: str, severity: str, points: float
) -> None:
    assert support(case(opened, severity))["overdue"].points == points


def test_two_late_cases_of_little_severity_leave_nothing() -> None:
    late = case("2026-11-02T09:00", "medium")
    assert support(late, late)["overdue"].points == 0


@pytest.mark.parametrize("count, points", [(1, 30), (3, 30), (9, 15), (15, 0), (40, 0)])
def test_many_cases_cost(count: int, points: float) -> None:
    cases = [case("2026-11-02T09:00", "low", "2026-11-02T10:00")] * count
    assert support(*cases)["volume"].points == pytest.approx(points)


@pytest.mark.parametrize("days, points", [(89, 0), (90, 30)])
def test_cases_of_ninety_days_are_counted(days: int, points: float) -> None:
    old = case(f"{ago(days)}T09:00", "low", f"{ago(days)}T10:00")
    assert support(*[old] * 15)["volume"].points == points


def test_time_to_resolve_is_the_share_that_was_in_time() -> None:
    signals = support(
        case("2026-11-02T09:00", "critical", "2026-11-02T12:00"),
        case("2026-11-03T09:00", "critical", "2026-11-03T14:00"),
    )
    assert signals["resolution"].points == 15
    assert signals["resolution"].evidence == "1 of 2 cases resolved in time; median 4 hours"


def test_one_hour_is_said_as_one() -> None:
    signal = support(case("2026-11-02T09:00", "low", "2026-11-02T10:00"))["resolution"]
    assert signal.evidence == "1 of 1 case resolved in time; median 1 hour"


def test_what_is_resolved_later_was_open_on_the_day() -> None:
    signals = support(case("2026-11-02T09:00", "high", "2026-11-21T09:00"))
    assert signals["overdue"].points == 0
    assert signals["resolution"].points is None


def test_a_case_that_is_open_for_longer_than_cases_are_counted_still_costs() -> None:
    forgotten = support(case("2026-03-02T09:00", "critical"))
    assert forgotten["overdue"].points == 0
    assert "open since 2026-03-02" in forgotten["overdue"].evidence
    assert forgotten["volume"].points == 30


def test_no_case_ever_is_unknown_but_none_of_late_is_good() -> None:
    assert {signal.points for signal in support().values()} == {None}
    quiet = support(case("2026-01-02T09:00", "high", "2026-01-02T10:00"))
    assert (quiet["overdue"].points, quiet["volume"].points) == (40, 30)
    assert quiet["volume"].evidence == "no case in 90 days; the last was on 2026-01-02"


# Relationship


def person(slug: str, role: str = "", title: str = "", **more: date | str) -> Person:
    left = more.get("left")
    return Person(
        *(slug, slug.title(), title, role, str(more.get("influence", ""))),
        *(None, left if isinstance(left, date) else None, Place(f"{slug}.md")),
    )


def part(contact: str, days: int) -> Participation:
    return Participation(ago(days).isoformat(), Place(f"{contact}-{days}.md"), contact, ago(days))


def mood(days: int, sentiment: str) -> Mood:
    return Mood(ago(days).isoformat(), Place("mood.md"), sentiment, ago(days))


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


# Outcomes


def outcome(days: int, state: str) -> Outcome:
    return Outcome(ago(days), state, "Faster", Place("outcomes.md", 3))


def achieved(*outcomes: Outcome) -> Signal:
    return outcomes_signals(outcomes, [], DAY, RULES)[0]


@pytest.mark.parametrize(
    "outcomes, points, advice",
    [
        ([], None, "outcome_missing"),
        ([outcome(-30, "due")], None, ""),
        ([outcome(0, "due")], None, ""),
        ([outcome(1, "due")], 0, "outcome_overdue"),
        ([outcome(0, "achieved")], 60, ""),
        ([outcome(-1, "achieved")], None, "outcome_missing"),
        ([outcome(364, "achieved"), outcome(365, "missed")], 60, ""),
        (
            [outcome(5, "achieved"), outcome(5, "achieved"), outcome(2, "missed")],
            40,
            "outcome_missed",
        ),
    ],
)
def test_outcomes_that_are_decided_count(
    outcomes: list[Outcome], points: float | None, advice: str
) -> None:
    signal = achieved(*outcomes)
    assert (signal.points, signal.advice) == (points, advice)


def answer(days: int, score: int | None, contact: str = "") -> Answer:
    return Answer(ago(days), contact, score, Place("nps.csv", days))


@pytest.mark.parametrize(
    "answers, points",
    [
        ([answer(5, 10)], 40),
        ([answer(5, 8)], 20),
        ([answer(5, 6)], 0),
        ([answer(5, None)], None),
        ([answer(364, 10)], 40),
        ([answer(365, 10)], None),
        ([answer(90, 0, "ana"), answer(5, 9, "ana")], 40),
        ([answer(5, 9, "ana"), answer(5, 2, "ben")], 20),
        ([answer(9, 2), answer(5, 10), answer(5, 9)], 40),
        ([answer(5, 9, "ana"), answer(2, None, "ana")], 40),
    ],
)
def test_of_each_contact_the_last_answer_counts(
    answers: list[Answer], points: float | None
) -> None:
    assert outcomes_signals([], answers, DAY, RULES)[1].points == points


@given(st.lists(st.integers(0, 10)))
def test_nps_is_promoters_less_detractors(answers: list[int]) -> None:
    found = nps(answers)
    assert found.answers == len(answers)
    if answers:
        plus = sum(answer in (9, 10) for answer in answers)
        minus = sum(answer in range(7) for answer in answers)
        assert found.value == pytest.approx(plus / len(answers) * 100 - minus / len(answers) * 100)
    else:
        assert found.value is None


# The score


def factor(id: str, weight: float, points: float | None, most: float = 100) -> Factor:
    return Factor(id, weight, [Signal(id, points, most, "")])


def test_an_unknown_factor_is_left_out_and_the_others_share_its_weight() -> None:
    score = total([factor("a", 30, 50), factor("b", 20, None), factor("c", 25, 100)])
    assert (score.value, score.coverage) == (73, 55 / 75)
    assert total([factor("a", 30, None)]) == Score(None, [factor("a", 30, None)])


def test_nothing_known_is_neither_nought_nor_a_hundred() -> None:
    score = health(Rows(), DAY, RULES)
    assert (score.value, score.coverage) == (None, 0)
    assert all(signal.evidence for factor in score.factors for signal in factor.signals)


@pytest.mark.parametrize(
    "value, band",
    [
        *((100, "excellent"), (80, "excellent"), (79, "good"), (60, "good"), (59, "at risk")),
        *((40, "at risk"), (39, "critical"), (0, "critical")),
    ],
)
def test_bands(value: int, band: str) -> None:
    assert band_of(value, Bands()) == band
    assert band in INDICATORS


DAYS = st.integers(0, 120).map(ago)
COUNTS = st.none() | st.integers(0, 200)
USAGE = st.lists(
    st.builds(UsageRow, DAYS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.just(Place("u.csv"))),
    max_size=8,
)
MOMENTS = st.datetimes(datetime(2026, 7, 1), datetime(2026, 12, 1))
CASES = st.lists(
    st.builds(
        Case,
        MOMENTS,
        st.sampled_from(["", "critical", "high", "medium", "low"]),
        st.none() | MOMENTS,
        st.just("It broke"),
        st.just(Place("case.md")),
    ),
    max_size=5,
)
SLUGS = st.sampled_from(["ana", "ben", "cleo"])
PEOPLE = st.lists(
    st.builds(
        Person,
        SLUGS,
        SLUGS,
        st.sampled_from(["", "VP", "Engineer"]),
        st.sampled_from(["", "champion", "economic_buyer"]),
        st.sampled_from(["", "high"]),
        st.none() | DAYS,
        st.none() | DAYS,
        st.just(Place("p.md")),
    ),
    max_size=3,
    unique_by=lambda person: person.slug,
)
PARTS = st.lists(st.tuples(SLUGS, st.integers(-5, 200)).map(lambda pair: part(*pair)), max_size=6)
MOODS = st.lists(
    st.builds(
        mood, st.integers(-5, 120), st.sampled_from(["very_negative", "neutral", "positive"])
    ),
    max_size=7,
)
OUTCOMES = st.lists(
    st.builds(
        Outcome,
        st.integers(-50, 400).map(ago),
        st.sampled_from(["achieved", "missed", "due"]),
        st.just("Faster"),
        st.just(Place("o.md")),
    ),
    max_size=5,
)
ANSWERS = st.lists(
    st.builds(
        Answer, DAYS, st.just("") | SLUGS, st.none() | st.integers(0, 10), st.just(Place("n.csv"))
    ),
    max_size=5,
)
ROWS = st.builds(Rows, COUNTS, USAGE, CASES, PEOPLE, PARTS, MOODS, OUTCOMES, ANSWERS)


@given(ROWS)
def test_every_score_is_of_a_hundred_and_every_point_has_evidence(rows: Rows) -> None:
    score = health(rows, DAY, RULES)
    assert [each.id for each in score.factors] == list(FACTORS)
    assert score.value is None or 0 <= score.value <= 100
    assert 0 <= score.coverage <= 1
    for factor in score.factors:
        assert factor.value is None or 0 <= factor.value <= 100
        for signal in factor.signals:
            assert signal.evidence
            assert signal.id in SIGNALS
            assert signal.advice in ADVICE | {""}
            assert signal.points is None or signal.place.path


@given(ROWS)
def test_what_the_signals_cost_makes_up_what_is_missing(rows: Rows) -> None:
    score = health(rows, DAY, RULES)
    if score.value is not None:
        costs = sum(score.cost(each, signal) for each in score.factors for signal in each.signals)
        assert 100 - costs == pytest.approx(score.value, abs=0.5 + 1e-9)


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: Rows, random: object) -> None:
    def mixed(items: Sequence[object]) -> list[object]:
        shuffled = list(items)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        return shuffled

    again = Rows(rows.seats, *(mixed(items) for items in rows[1:]))  # type: ignore[arg-type]
    assert health(again, DAY, RULES) == health(rows, DAY, RULES)


@given(ROWS)
def test_what_comes_after_the_day_does_not_matter(rows: Rows) -> None:
    later = ago(-3)
    more = rows._replace(
        usage=[*rows.usage, UsageRow(later, 1, 100)],
        participations=[*rows.participations, part("ana", -3)],
        moods=[*rows.moods, mood(-3, "very_negative")],
        outcomes=[*rows.outcomes, Outcome(later, "missed", "", Place())],
        answers=[*rows.answers, Answer(later, "ana", 0, Place())],
        cases=[*rows.cases, case("2026-11-21T00:00", "critical")],
    )
    assert health(more, DAY, RULES) == health(rows, DAY, RULES)


@given(ROWS, st.integers(0, 200), st.integers(0, 200))
def test_more_use_this_week_never_lowers_the_score(rows: Rows, active: int, more: int) -> None:
    def value(users: int) -> int:
        used = rows._replace(usage=[*rows.usage, UsageRow(DAY, users, 100)])
        found = health(used, DAY, RULES).value
        assert found is not None
        return found

    assert value(active) <= value(active + more)


@given(ROWS, st.sampled_from(list(FACTORS)))
def test_a_factor_without_weight_changes_nothing(rows: Rows, name: str) -> None:
    weights = Weights()._replace(**{name: 0})
    score = health(rows, DAY, RULES._replace(weights=weights))
    others = [each for each in health(rows, DAY, RULES).factors if each.id != name]
    assert score.value == total(others).value
