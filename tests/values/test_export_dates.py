from __future__ import annotations

import csv
import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.values.export_dates import AmbiguousDate, BadDate, Order, read_date

DATA = Path(__file__).parents[3] / "shared" / "data"

DAY = date(2026, 2, 24)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-24",
        "2026/02/24",
        "2026.2.24",
        "20260224",
        "02.24.2026",
        "24-02-2026",
        "24. 02. 2026",
        "02/24/26",
        "24 Feb 2026",
        "24. February 2026",
        "24-Feb-26",
        "24feb2026",
        "Feb 24, 2026",
        "February 24th, 2026",
        "FEB 24 2026",
        "Tue, 24 Feb 2026",
        "Tuesday, February 24, 2026",
    ],
)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    assert read_date(text) == DAY
    assert type(read_date(text)) is date


@pytest.mark.parametrize(
    "text, moment",
    [
        ("02/24/26 02:18 AM", "2026-02-24T02:18"),
        ("2/24/2026, 12:18:05 PM", "2026-02-24T12:18:05"),
        ("24-02-2026 13:45", "2026-02-24T13:45"),
        ("2026-02-24 13:45:10.123", "2026-02-24T13:45:10.123"),
        ("2026-02-24 01:45 pm", "2026-02-24T13:45"),
        ("2026-02-24T13:45:00.000+0000", "2026-02-24T13:45:00Z"),
        ("2026-02-24 13:45:00 UTC", "2026-02-24T13:45:00Z"),
        ("Tue, 24 Feb 2026 13:45:00 +0100", "2026-02-24T13:45:00+01:00"),
        ("2026/02/24 0:00", "2026-02-24T00:00"),
    ],
)
def test_a_time_and_an_offset_are_kept(text: str, moment: str) -> None:
    read = read_date(text)
    assert isinstance(read, datetime)
    assert read == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "CA",
        "45000",
        "1708732800",
        "2026-02-30",
        "31/31/2026",
        "24 Foo 2026",
        "13:45",
        "Mon, 24 Feb 2026",
        "2026-02-24 25:00",
        "24/02/026",
        "2026-24-02",
        "24 Feb",
        "Feb 2026",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadDate, match="is not a date"):
        read_date(text)


def test_a_date_that_fits_two_orders_is_refused_and_both_are_named() -> None:
    with pytest.raises(AmbiguousDate) as caught:
        read_date("03/04/2026 10:00")
    assert caught.value.hint == (
        "say in which order it is written: --date-order mdy (2026-03-04) or dmy (2026-04-03)"
    )


@pytest.mark.parametrize(
    "order, day", [("mdy", "2003-01-02"), ("dmy", "2003-02-01"), ("ymd", "2001-02-03")]
)
def test_the_order_decides(order: Order, day: str) -> None:
    assert read_date("01/02/03", order) == date.fromisoformat(day)


def test_a_date_that_does_not_fit_the_order_is_refused() -> None:
    with pytest.raises(BadDate, match="in the order dmy"):
        read_date("02/24/2026", "dmy")


def test_the_order_does_not_touch_iso_dates() -> None:
    assert read_date("2026-02-03", "dmy") == read_date("2026/2/3", "mdy") == date(2026, 2, 3)


def test_two_orders_that_mean_one_day_are_no_doubt() -> None:
    assert read_date("05/05/2026") == date(2026, 5, 5)


def test_years_of_two_digits_lie_between_1969_and_2068() -> None:
    assert read_date("31-12-68", "dmy") == date(2068, 12, 31)
    assert read_date("31-12-69", "dmy") == date(1969, 12, 31)


@given(
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.sampled_from("-/."),
    st.sampled_from([("ymd", "%Y{}%m{}%d"), ("mdy", "%m{}%d{}%Y"), ("dmy", "%d{}%m{}%Y")]),
    st.sampled_from(["%H:%M:%S", "%I:%M:%S %p"]),
)
def test_a_date_in_the_known_order_is_read_as_written(
    moment: datetime, separator: str, order: tuple[Order, str], clock: str
) -> None:
    pattern = order[1].format(separator, separator)
    assert read_date(moment.strftime(pattern), order[0]) == moment.date()
    assert read_date(moment.strftime(f"{pattern} {clock}"), order[0]) == moment


@given(st.text(alphabet="0123456789-/.: TZFebmarAPM,+", max_size=30))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with suppress(BadDate, AmbiguousDate):
        assert isinstance(read_date(text), date)


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared data")
@pytest.mark.parametrize(
    "path, columns, order, patterns, count",
    [
        ("maven_crm/sales_pipeline.csv", "_date$", None, ["%Y-%m-%d"], 15_011),
        (
            "salesforce/developer_edition_us_dates/Opportunity.csv",
            r"Date$|Simulated",
            "mdy",
            ["%m/%d/%y", "%m/%d/%y %I:%M %p"],
            172,
        ),
        ("other_crm/lin_crm_mockaroo/User.csv", "date", "dmy", ["%d-%m-%Y %H:%M"], 25),
        ("hubspot/faker_portal/hubspot_activities.csv", "Date", None, ["%Y-%m-%d"], 2_321),
    ],
)
def test_the_dates_of_real_exports_are_read_as_strptime_does(
    path: str, columns: str, order: Order | None, patterns: list[str], count: int
) -> None:
    with (DATA / path).open(encoding="utf-8-sig", newline="") as lines:
        texts = [
            text
            for row in csv.DictReader(lines)
            for column, text in row.items()
            if column and text and re.search(columns, column)
        ]
    assert len(texts) == count
    for text in texts:
        day = read_date(text, order)
        said = {day.strftime(pattern) for pattern in patterns}
        assert text in said
