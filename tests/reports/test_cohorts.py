"""Cohorts: who came in a quarter, who of them is kept, and what they pay."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of


def profile(name: str, onboarded: str, amount: int = 0, **more: str | float) -> str:
    contract: dict[str, str | float] = {}
    if amount:
        contract = {"contract_amount": amount, "contract_period": "year"}
        contract["contract_start"] = onboarded
    return record(**{"name": name, "status": "active", "onboarded": onboarded} | contract | more)


FILES = {
    "customers/a/profile.md": profile("A", "2026-01-01", 100),
    "customers/b/profile.md": profile(
        "B", "2026-03-31", 300, status="churned", churned="2026-11-20"
    ),
    "customers/c/profile.md": profile("C", "2026-04-01"),
    "customers/d/profile.md": profile("D", "2026-05-01", 500, contract_currency="NOK"),
    "customers/e/profile.md": profile("E", "2020-01-01", 700),
    "customers/f/profile.md": profile("F", "2026-12-01", 900),
    "customers/g/profile.md": profile("G", "2026-05-01", status="pilot"),
    "customers/h/profile.md": record(name="H", status="active"),
    # 100 of the 160 a year came with an expansion in July: 60 at first.
    "customers/i/profile.md": profile("I", "2026-04-02", 160),
    "customers/i/deals/more.md": record(
        name="More",
        stage="closed_won",
        kind="expansion",
        amount=100,
        opened="2026-06-01",
        close_date="2026-07-01",
    ),
    "customers/a/context/nps.csv": "date,contact,score\n2026-11-01,,10\n",
}


def test_customers_are_kept_by_the_quarter_they_came(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    rows = answers(crm, "cohorts")["cohorts"]
    assert [picked(row, "onboarded customers kept kept_share health_now") for row in rows] == [
        ("before 2024-Q1", 1, 1, 1, None),
        ("2026-Q1", 2, 1, 0.5, 100),
        ("2026-Q2", 3, 3, 1, None),
    ]


def test_revenue_is_kept_by_currency(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "cohorts")
    columns = "onboarded currency customers yearly_then yearly_now revenue_kept"
    assert [picked(row, columns) for row in found["revenue"]] == [
        ("before 2024-Q1", "EUR", 1, 700, 700, 1),
        ("2026-Q1", "EUR", 2, 400, 100, 0.25),
        ("2026-Q2", "EUR", 1, 60, 160, 160 / 60),
        ("2026-Q2", "NOK", 1, 500, 500, 1),
    ]
    assert (found["unknown"], found["undated"]) == ([{"customers": 1}], [{"customers": 1}])


def test_who_left_is_named(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    lost = answers(crm, "cohorts")["lost"]
    assert [picked(row, "customer left_on yearly") for row in lost] == [("B", "2026-11-20", 300)]
    before = answers(crm, "cohorts", "--as-of", "2026-11-19")["lost"]
    assert before == []


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    assert "**No customer is known to be served since some day.**" in page(crm, "cohorts")


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = profile(f"'{EVIL}'", "2026-01-01", 5, status="churned", churned="2026-10-01")
    root = tree({"customers/evil/profile.md": evil})
    assert wrongs_of(crm, root, "cohorts") == []


def test_who_churned_on_an_unknown_day_is_not_kept_until_the_contract_ends(
    tree: Tree, crm: Crm
) -> None:
    gone = profile("A", "2026-01-01", 100, status="churned", contract_renewal="2027-01-01")
    tree({"customers/a/profile.md": gone})
    found = answers(crm, "cohorts")
    assert [picked(row, "customers kept") for row in found["totals"]] == [(1, 0)]
    [paid] = answers(crm, "key_metrics")["quarters"][:1]
    assert picked(paid, "customers lost_customers") == (None, 1)
