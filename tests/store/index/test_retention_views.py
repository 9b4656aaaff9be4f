"""Who is served and what they pay a year, on any day, from what is dated."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.conftest import Tree
from tests.metrics.opening import opened
from tests.reports.asked import record

DAY = date(2026, 11, 20)
YEARLY: dict[str, str | float] = {"contract_amount": 100, "contract_period": "year"}


def rows(tree: Tree, files: dict[str, str], sql: str, day: date = DAY) -> list[tuple[Any, ...]]:
    workspace = opened(tree(files), day)
    found = workspace.index.rows(sql)
    workspace.index.close()
    return found


def customer(**keys: str | float) -> dict[str, str]:
    return {"customers/a/profile.md": record(**{"name": "A", "status": "active"} | keys)}


def won(kind: str, amount: int, day: str) -> dict[str, str]:
    deal = record(name="D", stage="closed_won", kind=kind, amount=amount, close_date=day)
    return {f"customers/a/deals/{kind}-{day}.md": deal}


def paid(tree: Tree, files: dict[str, str]) -> dict[str, float | None]:
    """Return what is paid at the end of each quarter since 2025-Q4."""
    sql = "SELECT quarter, revenue FROM revenue WHERE quarters_ago < 5"
    return dict(rows(tree, files, sql))


SPAN = "SELECT since, until, is_pilot FROM served_spans"


@pytest.mark.parametrize(
    ("keys", "span"),
    [
        ({"onboarded": "2026-01-01"}, ("2026-01-01", None, 0)),
        ({"contract_start": "2026-02-01"}, ("2026-02-01", None, 0)),
        ({"onboarded": "2026-01-01", "contract_start": "2025-12-01"}, ("2026-01-01", None, 0)),
        ({}, (None, None, 0)),
        ({"status": "pilot"}, (None, None, 1)),
        ({"status": "churned", "churned": "2026-05-01"}, (None, "2026-05-01", 0)),
        ({"status": "inactive", "contract_renewal": "2026-06-01"}, (None, "2026-06-01", 0)),
        ({"onboarded": "2026-03-01", "churned": "2025-01-01"}, ("2026-03-01", None, 0)),
        ({"churned": "2026-05-01", "archived": "2026-06-01"}, (None, "2026-05-01", 0)),
    ],
)
def test_a_customer_is_served_from_and_until(
    tree: Tree, keys: dict[str, str], span: tuple[Any, ...]
) -> None:
    assert rows(tree, customer(**keys), SPAN) == [span]


@pytest.mark.parametrize(
    "keys",
    [
        {"status": "prospect"},
        {"status": "inactive"},
        {"status": "churned"},
        {"archived": "2026-06-01"},
        {"status": "inactive", "archived": "2026-06-01"},
    ],
)
def test_of_some_it_is_not_known(tree: Tree, keys: dict[str, str]) -> None:
    assert rows(tree, customer(**keys), SPAN) == []


def test_the_first_deal_won_begins_it_where_nothing_else_does(tree: Tree) -> None:
    assert rows(tree, customer() | won("new", 5, "2026-03-01"), SPAN) == [("2026-03-01", None, 0)]


def test_on_the_day_they_left_they_are_no_longer_served(tree: Tree) -> None:
    files = customer(status="churned", onboarded="2026-01-01", churned="2026-05-01")
    served = "SELECT customer FROM served_customers"
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [len(rows(tree, files, served, day)) for day in days] == [0, 1, 1, 0]


def test_expansions_are_taken_back_before_they_were_won(tree: Tree) -> None:
    files = customer(contract_start="2026-01-15", **YEARLY)
    files |= won("expansion", 30, "2026-05-01") | won("expansion", 20, "2026-10-01")
    assert paid(tree, files) == {"2026-Q4": 100, "2026-Q3": 80, "2026-Q2": 80, "2026-Q1": 50}


def test_earlier_terms_are_those_of_earlier_deals(tree: Tree) -> None:
    files = customer(onboarded="2025-01-01", contract_start="2026-07-01", **YEARLY)
    files |= won("renewal", 90, "2026-06-15") | won("new", 40, "2025-12-01")
    files |= won("expansion", 15, "2026-02-01")
    assert paid(tree, files) == {
        "2026-Q4": 100,
        "2026-Q3": 100,  # from the start of the contract, to which the renewal led
        "2026-Q2": 55,
        "2026-Q1": 55,
        "2025-Q4": 40,
    }


def test_before_what_is_dated_it_is_unknown(tree: Tree) -> None:
    files = customer(onboarded="2024-01-01", contract_start="2026-07-01", **YEARLY)
    assert paid(tree, files) == {
        "2026-Q4": 100,
        "2026-Q3": 100,
        **dict.fromkeys(("2026-Q2", "2026-Q1", "2025-Q4")),
    }


def test_a_contract_counts_also_before_the_end_of_onboarding(tree: Tree) -> None:
    files = customer(onboarded="2026-08-01", contract_start="2026-06-01", **YEARLY)
    assert paid(tree, files) == {"2026-Q4": 100, "2026-Q3": 100, "2026-Q2": 100}


def test_what_contradicts_itself_is_unknown(tree: Tree) -> None:
    files = customer(contract_start="2026-01-01", **YEARLY) | won("expansion", 150, "2026-08-01")
    assert paid(tree, files) == {"2026-Q4": 100, "2026-Q3": 100, "2026-Q2": None, "2026-Q1": None}


@pytest.mark.parametrize("missing", ["contract_amount", "contract_period", "contract_start"])
def test_half_a_contract_is_unknown(tree: Tree, missing: str) -> None:
    keys = {key: value for key, value in YEARLY.items() if key != missing}
    if missing != "contract_start":
        keys["contract_start"] = "2026-10-01"
    found = paid(tree, customer(**keys))
    assert set(found.values()) == {None}


def test_pilots_pay_nothing_that_recurs(tree: Tree) -> None:
    assert paid(tree, customer(status="pilot", onboarded="2026-01-01", **YEARLY)) == {}


def test_periods_and_currencies_are_made_alike(tree: Tree) -> None:
    files = customer(contract_start="2026-10-01", contract_amount=10, contract_period="quarter")
    assert paid(tree, files) == {"2026-Q4": 40}
    files = customer(
        contract_start="2026-10-01",
        contract_amount=10,
        contract_period="month",
        contract_currency="USD",
    )
    sql = "SELECT revenue, value_currency FROM revenue WHERE quarters_ago = 0"
    assert rows(tree, files, sql) == [(60, "EUR")]


def test_who_left_pays_nothing_afterwards(tree: Tree) -> None:
    files = customer(status="churned", churned="2026-08-01", onboarded="2026-01-01", **YEARLY)
    sql = "SELECT quarter, revenue_before, revenue_after FROM retained_revenue WHERE months = 3"
    assert rows(tree, files, f"{sql} ORDER BY quarters_ago") == [
        ("2026-Q3", 100, 0),
        ("2026-Q2", 100, 100),
    ]
