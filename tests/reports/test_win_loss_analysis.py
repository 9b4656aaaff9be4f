"""The win and loss analysis: rates by number and value, cycles, and where deals die."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

ACME, BOLT = "customers/acme/deals", "customers/bolt/deals"
FILES = {
    "customers/acme/profile.md": record(name="Acme", tier="growth", industry="retail"),
    "customers/bolt/profile.md": record(name="Bolt", tier="startup"),
    f"{ACME}/a.md": record(
        name="A",
        stage="closed_won",
        amount=300,
        owner="ben",
        kind="new",
        source="referral",
        opened="2026-08-01",
        close_date="2026-10-10",
        products=["suite", "support"],
        competitors=["rival"],
        reason="Price",
        stage_history=["2026-08-01 discovery", "2026-09-01 negotiation", "2026-10-10 closed_won"],
    ),
    f"{ACME}/b.md": record(
        name="B",
        stage="closed_lost",
        amount=100,
        owner="ben",
        opened="2026-08-01",
        close_date="2026-08-31",
        products=["suite"],
        competitors=["rival", "other"],
        reason="No budget",
        stage_history=["2026-08-01 discovery", "2026-08-31 closed_lost"],
    ),
    f"{BOLT}/c.md": record(
        name="C", stage="closed_lost", owner="ana", opened="2026-09-01", close_date="2026-11-10"
    ),
    f"{BOLT}/d.md": record(
        name="D", stage="closed_won", amount=50, currency="GBP", close_date="2026-11-12"
    ),
    f"{BOLT}/e.md": record(
        name="E",
        stage="discovery",
        amount=9999,
        stage_history=["2026-11-01 discovery"],
    ),
}


def group(found: dict[str, list[dict[str, Any]]], dimension: str) -> list[tuple[Any, ...]]:
    columns = "item currency won lost win_rate_by_value"
    return [picked(row, columns) for row in found["groups"] if row["dimension"] == dimension]


def test_rates_by_number_and_by_value(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "win_loss_analysis")
    assert picked(found["overall"][0], "won lost win_rate without_reason") == (2, 2, 0.5, 2)
    columns = "currency won lost won_value lost_value win_rate_by_value"
    assert [picked(row, columns) for row in found["totals"]] == [
        # One lost deal has no amount: by value, the rate would look too good.
        ("EUR", 1, 2, 300, 100, None),
        ("GBP", 1, 0, 50, None, 1),
    ]


@pytest.mark.parametrize(
    ("dimension", "rows"),
    [
        ("owner", [("Ben Okafor", "EUR", 1, 1, 0.75), ("Ana Ruiz", "EUR", 0, 1, None)]),
        ("manager", [("Ana Ruiz", "EUR", 1, 1, 0.75)]),
        ("tier", [("growth", "EUR", 1, 1, 0.75), ("startup", "EUR", 0, 1, None)]),
        ("product", [("suite", "EUR", 1, 1, 0.75), ("support", "EUR", 1, 0, 1)]),
        ("competitor", [("rival", "EUR", 1, 1, 0.75), ("other", "EUR", 0, 1, 0)]),
        ("reason", [("No budget", "EUR", 0, 1, 0), ("Price", "EUR", 1, 0, 1)]),
        ("source", [("referral", "EUR", 1, 0, 1)]),
        ("quarter", [("2026-Q3", "EUR", 0, 1, 0), ("2026-Q4", "EUR", 1, 1, None)]),
    ],
)
def test_each_dimension_has_its_rates(
    tree: Tree, crm: Crm, dimension: str, rows: list[tuple[Any, ...]]
) -> None:
    tree(FILES)
    found = group(answers(crm, "win_loss_analysis"), dimension)
    named = [row for row in found if row[0] != "none given" and row[1] == "EUR"]
    assert named == rows


def test_how_long_it_took(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "win_loss_analysis")
    columns = "outcome deals average_days median_days unknown"
    assert [picked(row, columns) for row in found["cycle"]] == [
        ("won", 2, 70, 70, 1),
        ("lost", 2, 50, 50, 0),
    ]
    assert found["both"][0]["average_days"] == 56.7  # (70 + 30 + 70) / 3


def test_where_deals_die(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "win_loss_analysis")["stages"]
    columns = "stage entered went_on lost still_open conversion lost_here"
    assert [picked(row, columns) for row in found] == [
        ("Discovery", 3, 1, 1, 1, 0.5, 1),
        ("Negotiation", 1, 1, 0, 0, 1, 0),
    ]


def test_since_a_day_only_what_was_closed_from_then_on(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "win_loss_analysis", "--since", "2026-10-01", *DAY)
    assert picked(found["overall"][0], "won lost") == (2, 1)


def test_without_histories_the_stages_are_unknown(tree: Tree, crm: Crm) -> None:
    tree({f"{BOLT}/c.md": FILES[f"{BOLT}/c.md"]})
    told = page(crm, "win_loss_analysis")
    assert "Unknown: no deal has a `stage_history`." in told
    assert "### By product" not in told


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    told = page(crm, "win_loss_analysis")
    assert "**No deal was won or lost by 20 Nov 2026.**" in told
    assert "crm move-deal DEAL closed_won" in told
    assert "##" not in told


def test_odd_names_break_nothing(tree: Tree, crm: Crm) -> None:
    odd = {
        path: text.replace("name: ", f"name: '{EVIL}' # ")
        .replace("reason: ", f"reason: '{EVIL}' # ")
        .replace("- suite", f"- '{EVIL}'")
        for path, text in FILES.items()
    }
    assert wrongs_of(crm, tree(odd), "win_loss_analysis") == []


def test_a_deal_closed_before_it_was_opened_took_an_unknown_time(tree: Tree, crm: Crm) -> None:
    # Exports put the day of the import into `opened`.
    odd = {"opened": "2026-02-20", "close_date": "2024-01-31"}
    tree({f"{ACME}/a.md": record(name="A", stage="closed_won", amount=300, **odd)})
    [cycle] = answers(crm, "win_loss_analysis")["cycle"]
    assert picked(cycle, "outcome deals average_days unknown") == ("won", 1, None, 1)


def test_each_table_is_headed_by_what_it_is_about(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    shown = page(crm, "win_loss_analysis")
    for heading in ("Quarter", "Owner", "Tier", "Product", "Competitor", "Reason"):
        assert f"| {heading} | Won | Lost | Win rate |" in shown
