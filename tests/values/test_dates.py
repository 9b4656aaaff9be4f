from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.errors import Exit
from crmkb.values.dates import (
    BadDay,
    BadMoment,
    add_months,
    fiscal_year,
    month_end,
    parse_iso_day,
    parse_iso_moment,
    quarter,
    quarter_end,
    quarter_start,
    read_clock,
    read_day,
    read_moment,
    say_day,
    say_moment,
    working_days,
    year_end,
)

FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 10, 5, 30, tzinfo=UTC)

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1))
months = st.integers(1, 12)


@pytest.mark.parametrize(
    "words, said",
    [
        ("2026-11-27", "Fri 2026-11-27"),
        ("today", "Fri 2026-11-20"),
        ("Tomorrow", "Sat 2026-11-21"),
        (" yesterday ", "Thu 2026-11-19"),
        ("fri", "Fri 2026-11-27"),
        ("saturday", "Sat 2026-11-21"),
        ("thurs", "Thu 2026-11-26"),
        ("last fri", "Fri 2026-11-13"),
        ("last  Thursday", "Thu 2026-11-19"),
        ("next week", "Mon 2026-11-23"),
        ("in 3 days", "Mon 2026-11-23"),
        ("in 1 week", "Fri 2026-11-27"),
        ("in 1 month", "Sun 2026-12-20"),
        ("in 2 quarters", "Thu 2027-05-20"),
        ("3 days ago", "Tue 2026-11-17"),
        ("1 year ago", "Thu 2025-11-20"),
        ("+2w", "Fri 2026-12-04"),
        ("-3d", "Tue 2026-11-17"),
        ("+1m", "Sun 2026-12-20"),
        ("+1q", "Sat 2027-02-20"),
        ("+1y", "Sat 2027-11-20"),
        ("eow", "Fri 2026-11-20"),
        ("eom", "Mon 2026-11-30"),
        ("eoq", "Thu 2026-12-31"),
        ("eoy", "Thu 2026-12-31"),
    ],
)
def test_day_words_mean_a_day(words: str, said: str) -> None:
    assert say_day(read_day(words, FRIDAY)) == said


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "next fri",
        "in 3d",
        "in -1 days",
        "+9999y",
        "9999 years ago",
        "+٣d",
        "3",
        "fri 9:00",
        "2026-02-30",
        "2026-1-2",
        "02/24/2026",
        "next month",
        "last today",
        "last week",
        "in a week",
    ],
)
def test_other_words_are_refused_with_examples(words: str) -> None:
    with pytest.raises(BadDay, match="is not a day") as caught:
        read_day(words, FRIDAY)
    assert caught.value.exit_code is Exit.USAGE
    assert "last fri" in (caught.value.hint or "")


def test_the_end_of_the_week_is_the_coming_friday_even_on_a_weekend() -> None:
    assert read_day("eow", date(2026, 11, 21)) == date(2026, 11, 27)


def test_a_shorter_month_ends_the_count() -> None:
    assert read_day("+1m", date(2026, 1, 31)) == date(2026, 2, 28)
    assert read_day("-1y", date(2024, 2, 29)) == date(2023, 2, 28)


def test_ends_of_quarter_and_year_follow_the_fiscal_year() -> None:
    assert read_day("eoq", FRIDAY, fiscal_year_start=2) == date(2027, 1, 31)
    assert read_day("eoy", FRIDAY, fiscal_year_start=10) == date(2027, 9, 30)


@given(days, st.sampled_from(["mon", "tuesday", "wed", "thur", "fri", "saturday", "sun"]))
def test_a_weekday_lies_within_seven_days_and_today_is_neither(today: date, name: str) -> None:
    coming, last = read_day(name, today), read_day(f"last {name}", today)
    assert timedelta(1) <= coming - today <= timedelta(7)
    assert timedelta(1) <= today - last <= timedelta(7)
    assert say_day(coming)[:3] == say_day(last)[:3] == name[:3].title()


@given(st.text(max_size=20), days)
def test_any_words_are_a_day_or_refused(words: str, today: date) -> None:
    with suppress(BadDay):
        assert isinstance(read_day(words, today), date)
    with suppress(BadMoment):
        assert isinstance(read_moment(words, datetime.combine(today, time(12))), date)


@pytest.mark.parametrize(
    "words, said",
    [
        ("3pm", "Fri 2026-11-20 15:00"),
        ("3:30 pm", "Fri 2026-11-20 15:30"),
        ("14:30", "Fri 2026-11-20 14:30"),
        ("9am", "Fri 2026-11-20 09:00"),
        ("at 9 AM", "Fri 2026-11-20 09:00"),
        ("12am", "Fri 2026-11-20 00:00"),
        ("12pm", "Fri 2026-11-20 12:00"),
        ("yesterday 3pm", "Thu 2026-11-19 15:00"),
        ("Yesterday at 3pm", "Thu 2026-11-19 15:00"),
        ("3pm yesterday", "Thu 2026-11-19 15:00"),
        ("last fri 9:00", "Fri 2026-11-13 09:00"),
        ("3 days ago 3 pm", "Tue 2026-11-17 15:00"),
        ("2026-11-20 9:00", "Fri 2026-11-20 09:00"),
        ("2026-11-20 14:30", "Fri 2026-11-20 14:30"),
        ("2026-11-20T14:30:00+01:00", "Fri 2026-11-20 14:30+01:00"),
        ("2026-11-20 14:30 Z", "Fri 2026-11-20 14:30+00:00"),
        ("fri", "Fri 2026-11-27"),
    ],
)
def test_moment_words_mean_a_moment(words: str, said: str) -> None:
    assert say_moment(read_moment(words, NOW)) == said


def test_a_day_alone_has_no_time() -> None:
    assert type(read_moment("yesterday", NOW)) is date


def test_a_moment_in_words_is_wall_time_and_one_with_an_offset_keeps_it() -> None:
    for words, offset in (("3pm", None), ("2026-11-20 15:00", None), ("2026-11-20T15:00Z", UTC)):
        moment = read_moment(words, NOW)
        assert isinstance(moment, datetime)
        assert moment.tzinfo is offset


@pytest.mark.parametrize(
    "words",
    [
        "",
        "at",
        "25:00",
        "13pm",
        "0am",
        "14:60",
        "yesterday 3",
        "soon 3pm",
        "3pm 4pm",
        "2026-02-30 9:00",
    ],
)
def test_other_moments_are_refused_with_examples(words: str) -> None:
    with pytest.raises(BadMoment, match="is not a day or time") as caught:
        read_moment(words, NOW)
    assert "yesterday 3pm" in (caught.value.hint or "")


@given(st.datetimes(), st.sampled_from("T "))
def test_iso_moments_are_read_as_written(moment: datetime, separator: str) -> None:
    assert parse_iso_moment(moment.isoformat(separator)) == moment


@given(st.dates())
def test_iso_days_are_read_as_written(day: date) -> None:
    assert parse_iso_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "2026-W01-1",
        "20261120",
        "2026-11-31",
        "٢٠٢٦-11-20",
        "2026-11-20 ",
        "2026/11/20",
        "2026-11-2",
        "",
    ],
)
def test_only_plain_iso_days_are_iso_days(text: str) -> None:
    assert parse_iso_day(text) is None


@pytest.mark.parametrize(
    "text", ["2026-11-20", "2026-11-20T24:00", "2026-11-20T14:30+25:00", "14:30"]
)
def test_only_iso_moments_are_iso_moments(text: str) -> None:
    assert parse_iso_moment(text) is None


@given(st.times().map(lambda clock: clock.replace(microsecond=0)))
def test_every_time_of_day_is_read_in_both_notations(clock: time) -> None:
    assert read_clock(clock.isoformat()) == clock
    assert read_clock(f"{clock:%I:%M:%S %p}") == clock


@given(days, st.integers(0, 800))
def test_working_days_are_those_from_monday_to_friday(start: date, length: int) -> None:
    after = (start + timedelta(days=number) for number in range(1, length + 1))
    counted = sum(day.weekday() < 5 for day in after)
    end = start + timedelta(days=length)
    assert working_days(start, end) == counted
    assert working_days(end, start) == -counted


@given(days, st.integers(-600, 600))
def test_months_added_keep_the_day_or_end_the_month(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert (moved.year - day.year) * 12 + moved.month - day.month == count
    assert moved.day == day.day or (moved == month_end(moved) and moved.day < day.day)


@pytest.mark.parametrize(
    "day, start, said",
    [
        ("2026-11-20", 1, "2026-Q4"),
        ("2026-01-01", 1, "2026-Q1"),
        ("2026-11-20", 2, "FY2027-Q4"),
        ("2026-01-31", 2, "FY2026-Q4"),
        ("2026-02-01", 2, "FY2027-Q1"),
        ("2026-09-30", 10, "FY2026-Q4"),
        ("2026-10-01", 10, "FY2027-Q1"),
        ("2026-12-01", 12, "FY2027-Q1"),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_it_ends_in(day: str, start: int, said: str) -> None:
    assert quarter(date.fromisoformat(day), start) == said


@given(days, months)
def test_quarters_and_years_hold_their_days(day: date, start: int) -> None:
    first, last = quarter_start(day, start), quarter_end(day, start)
    assert first <= day <= last <= year_end(day, start)
    assert quarter(first, start) == quarter(last, start) == quarter(day, start)
    assert quarter(last + timedelta(days=1), start) != quarter(day, start)
    assert year_end(day, start).year == fiscal_year(day, start)
