"""The pipeline dashboard and status: what changed, the target, and what slipped."""

from __future__ import annotations

import pytest

from tests.conftest import CONFIG, Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

TARGETS = CONFIG + '\n[targets]\n"2026-Q4" = 1000\n"2027-Q1" = 500\n'
ACME = "customers/acme/deals"
FILES = {
    "crm.toml": TARGETS,
    "customers/acme/profile.md": record(name="Acme", tier="growth"),
    f"{ACME}/one.md": record(
        name="One",
        stage="negotiation",
        amount=600,
        owner="ana",
        opened="2026-09-01",
        close_date="2026-12-18",
        stage_history=["2026-09-01 discovery", "2026-11-17 negotiation"],
        close_date_history=[
            "2026-10-01 from 2026-10-31 to 2026-11-30",
            "2026-11-16 from 2026-11-30 to 2026-12-18",
        ],
    ),
    f"{ACME}/two.md": record(
        name="Two",
        stage="discovery",
        amount=200,
        currency="USD",
        owner="ben",
        opened="2026-11-14",
        close_date="2027-01-29",
    ),
    f"{ACME}/three.md": record(
        name="Three",
        stage="closed_won",
        amount=400,
        owner="ben",
        opened="2026-10-01",
        close_date="2026-11-13",
    ),
    f"{ACME}/four.md": record(
        name="Four",
        stage="closed_lost",
        amount=70,
        owner="ben",
        opened="2026-10-01",
        close_date="2026-11-18",
        reason="No budget",
    ),
    f"{ACME}/five.md": record(
        name="Five", stage="discovery", amount=90, currency="GBP", close_date="2026-12-01"
    ),
}


def test_what_changed_since_the_day_before_is_summed(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "pipeline_dashboard")
    assert [picked(row, "event currency deals value") for row in found["changes"]] == [
        ("opened", "EUR", 1, 100),
        ("lost", "EUR", 1, 70),
        ("moved forward", "EUR", 1, 600),
        ("pushed", "EUR", 1, 600),
    ]
    assert [picked(row, "day deal event was is") for row in found["events"]] == [
        ("2026-11-18", "Four", "lost", None, "No budget"),
        ("2026-11-17", "One", "moved forward", "Discovery", "Negotiation"),
        ("2026-11-16", "One", "pushed", "2026-11-30", "2026-12-18"),
        ("2026-11-14", "Two", "opened", None, None),
    ]
    assert answers(crm, "pipeline_status")["events"][0]["deal"] == "Four"


def test_the_day_before_is_that_of_the_page_that_is_replaced(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    assert crm("report", "pipeline_dashboard", "--as-of", "2026-11-16").code == 0
    found = answers(crm, "pipeline_dashboard")
    assert [row["event"] for row in found["changes"]] == ["lost", "moved forward"]
    assert "## Since 16 Nov 2026" in page(crm, "pipeline_dashboard")


def test_open_deals_are_held_against_what_is_left_of_the_target(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "pipeline_dashboard")["targets"]
    columns = "quarter target won left_to_win open_value weighted coverage"
    assert [picked(row, columns) for row in found] == [
        ("2026-Q4", 1000, 400, 600, 600, 480, 1),
        ("2027-Q1", 500, 0, 500, 100, 20, 0.2),
    ]
    told = page(crm, "pipeline_dashboard")
    assert "> 2027-Q1: EUR 500 left to win, and only EUR 100 to close in it" in told
    status = page(crm, "pipeline_status")
    assert "- 2026-Q4: EUR 400 of EUR 1,000 won; EUR 600 is open to close in it, 1 times" in status


def test_a_target_that_is_reached_has_no_coverage(tree: Tree, crm: Crm) -> None:
    tree({**FILES, "crm.toml": CONFIG + '\n[targets]\n"2026-Q4" = 300\n'})
    [row] = answers(crm, "pipeline_dashboard")["targets"]
    assert picked(row, "left_to_win coverage") == (0, None)
    assert "the target is reached" in page(crm, "pipeline_status")


def test_without_a_target_the_page_says_how_to_set_one(tree: Tree, crm: Crm) -> None:
    tree({**FILES, "crm.toml": CONFIG})
    assert '    "2026-Q4" = 300000' in page(crm, "pipeline_dashboard")


def test_what_slipped_is_named(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [row] = answers(crm, "pipeline_dashboard")["slipped"]
    columns = "deal times by_days last_pushed closes_now"
    assert picked(row, columns) == ("One", 2, 48, "2026-11-16", "2026-12-18")
    assert "*↷ 2, 48 days*" in page(crm, "pipeline_status")


def test_currencies_are_never_added(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    totals = answers(crm, "pipeline_dashboard")["totals"]
    assert [picked(row, "currency deals value") for row in totals] == [
        ("EUR", 2, 700),
        ("GBP", 1, 90),
    ]


@pytest.mark.parametrize("report", ["pipeline_dashboard", "pipeline_status"])
def test_a_page_of_one_owner_is_theirs_alone(tree: Tree, crm: Crm, report: str) -> None:
    tree(FILES)
    told = page(crm, report, "--owner", "ana", *DAY)
    assert "Two" not in told
    assert "Against the target" not in told
    assert "2026-Q4: " not in told
    assert "[One](" in told


@pytest.mark.parametrize("report", ["pipeline_dashboard", "pipeline_status"])
def test_odd_names_break_nothing(tree: Tree, crm: Crm, report: str) -> None:
    deal = FILES[f"{ACME}/one.md"].replace("name: One", f"name: '{EVIL}'")
    root = tree({**FILES, f"{ACME}/one.md": deal})
    assert wrongs_of(crm, root, report) == []
