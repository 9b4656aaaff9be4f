"""Customers: by status and group, what they pay and have brought, what they bought, who left."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of


def won(amount: int, day: str, **more: str) -> str:
    return record(**{"name": "Won", "stage": "closed_won", "close_date": day} | more, amount=amount)


FILES = {
    "customers/a/profile.md": record(
        name="A",
        status="active",
        tier="growth",
        owner="ana",
        industry="retail",
        onboarded="2026-01-01",
        contract_amount=100,
        contract_period="month",
    ),
    "customers/a/deals/1.md": won(700, "2026-01-01", kind="new", owner="ana"),
    "customers/a/deals/2.md": won(300, "2026-11-01", currency="USD", kind="expansion", owner="ana"),
    "customers/a/deals/3.md": record(
        name="Lost", stage="closed_lost", amount=900, close_date="2026-11-02", reason="Price"
    ),
    "customers/b/profile.md": record(
        name="B",
        status="churned",
        onboarded="2025-06-01",
        churned="2026-06-01",
        churn_reason="Price",
        contract_amount=40,
        contract_currency="NOK",
        contract_period="year",
        contract_start="2025-06-01",
    ),
    "customers/c/profile.md": record(name="C", status="prospect", owner="ben", tier="growth"),
    "customers/d/profile.md": record(name="D", status="active", onboarded="2026-02-01"),
    "customers/e/profile.md": record(name="E", status="pilot", archived="2026-03-01"),
}


def test_customers_are_counted_by_status_and_group(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "customers")
    assert [picked(row, "status customers") for row in found["status"]] == [
        ("active", 2),
        ("prospect", 1),
        ("churned", 1),
    ]
    groups = {(row["dimension"], row["item"]): row for row in found["groups"]}
    assert picked(groups["tier", "growth"], "customers active prospects inactive") == (2, 1, 1, 0)
    assert picked(groups["industry", "no industry"], "customers inactive") == (3, 1)
    assert picked(groups["owner", "Ben Okafor"], "customers active") == (1, 0)
    own = answers(crm, "customers", "--owner", "ben", "--as-of", "2026-11-20")
    assert [picked(row, "status customers") for row in own["status"]] == [("prospect", 1)]


def test_what_they_pay_a_year_is_told_or_unknown(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "customers")
    assert [picked(row, "currency customers a_year") for row in found["paying"]] == [
        ("EUR", 1, 1200),
        (None, 1, None),
    ]
    shown = page(crm, "customers")
    assert "1 customer pays **EUR 1,200 a year**." in shown
    assert "> What 1 customer pays is unknown" in shown


def test_lifetime_value_is_of_deals_or_else_of_the_contract(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "customers")
    # 300 USD at 0.5; a year of 365 days at NOK 40 a year of 365.25.
    assert [picked(row, "customer currency lifetime_value a_year") for row in found["top"]] == [
        ("A", "EUR", 850, 1200),
        ("B", "NOK", 39.97, None),
    ]
    assert [picked(row, "currency customers by_contract") for row in found["values"]] == [
        ("EUR", 1, 0),
        ("NOK", 1, 1),
    ]


def test_decided_deals_and_who_left_are_told(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "customers")
    columns = "quarter won won_value new expansion renewal lost"
    assert [picked(row, columns) for row in found["deals"]] == [
        ("2026-Q4", 1, 150, 0, 1, 0, 1),
        ("2026-Q1", 1, 700, 1, 0, 0, 0),
    ]
    assert [row["decided"] for row in found["history"]] == [
        "2026-11-02",
        "2026-11-01",
        "2026-01-01",
    ]
    assert [picked(row, "customer until reason") for row in found["left"]] == [
        ("B", "2026-06-01", "Price")
    ]
    assert answers(crm, "customers", "--as-of", "2026-05-31")["left"] == []


def test_an_empty_page_says_how_to_fill_it(tree: Tree, crm: Crm) -> None:
    assert "**There are no customers yet.**" in page(crm, "customers")
    tree({"customers/a/profile.md": record(name="A", status="prospect")})
    shown = page(crm, "customers")
    assert "*Unknown: no deal is won yet" in shown
    assert "*No deal was decided in the last eight quarters.*" in shown
    assert "*Nobody is known to have left.*" in shown


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = f"'{EVIL}'"
    profile = record(name=evil, status="churned", owner=evil, industry=evil, churn_reason=evil)
    root = tree(
        {
            "customers/evil/profile.md": profile.replace("---\n", "---\nchurned: 2026-01-01\n", 1),
            "customers/evil/deals/d.md": won(5, "2026-11-01", reason=evil, owner=evil),
        }
    )
    assert wrongs_of(crm, root, "customers") == []
