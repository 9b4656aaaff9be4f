"""Deal health metrics: every open deal with its score and reasons, worst first."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

ACME = "customers/acme"
FILES = {
    f"{ACME}/profile.md": record(name="Acme", tier="growth"),
    f"{ACME}/relationships/bob.md": record(name="Bob", role="champion"),
    f"{ACME}/relationships/eva.md": record(name="Eva", role="economic_buyer"),
    f"{ACME}/relationships/kim.md": record(name="Kim"),
    f"{ACME}/interactions/2026-11-18-call-x.md": record(
        date="2026-11-18", type="call", subject="Terms", deal="good", them=["bob", "eva", "kim"]
    ),
    f"{ACME}/deals/good.md": record(
        name="Good",
        stage="discovery",
        amount=100,
        owner="ana",
        opened="2026-11-01",
        close_date="2026-12-18",
    )
    + "\n- [ ] Send the quote @ana due:2026-11-27\n",
    f"{ACME}/deals/bad.md": record(
        name="Bad",
        stage="discovery",
        amount=200,
        owner="ben",
        opened="2026-10-01",
        close_date="2026-11-13",
        close_date_history=["2026-11-02 from 2026-10-31 to 2026-11-13"],
    ),
    "customers/bolt/profile.md": record(name="Bolt"),
    "customers/bolt/deals/bare.md": record(
        name="Bare", stage="discovery", amount=5, currency="GBP", close_date="2026-12-18"
    ),
}


def test_the_worst_deal_is_first_with_its_reasons(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "deal_health_metrics")
    assert [picked(row, "deal score band coverage") for row in found["deals"]] == [
        ("Bad", 0, "critical", 1),
        ("Bare", 42, "at risk", 0.6),
        ("Good", 100, "excellent", 1),
    ]
    columns = "first_reason second_reason third_reason"
    assert picked(found["deals"][0], columns) == (
        "the close date is 7 days overdue, put off once, by 13 days",
        "the champion was never part of it",
        "never touched since it was opened 50 days ago",
    )
    assert picked(found["deals"][2], columns) == (None, None, None)


def test_each_deal_shows_what_the_score_is_made_of(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    rows = {row["deal"]: row for row in answers(crm, "deal_health_metrics")["deals"]}
    columns = "days_silent next_step_due contacts_engaged champion_silent economic_buyer_silent"
    assert picked(rows["Good"], columns) == (2, "2026-11-27", 3, 2, 2)
    assert picked(rows["Bad"], columns) == (None, None, 0, None, None)
    told = page(crm, "deal_health_metrics")
    assert "unknown: nobody is on file" in told
    assert "usual unknown" in told


def test_bands_are_summed_by_currency(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "deal_health_metrics")
    assert [picked(row, "band currency deals value") for row in found["bands"]] == [
        ("critical", "EUR", 1, 200),
        ("at risk", "GBP", 1, 5),
        ("excellent", "EUR", 1, 100),
    ]
    assert "1 deal of EUR 200 is critical." in page(crm, "deal_health_metrics")


def test_what_costs_most_and_whose_deals_suffer(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "deal_health_metrics")
    assert found["causes"][0] == {"signal": "next_step", "deals": 2, "points_lost_on_average": 37.9}
    assert picked(found["owners"][0], "owner deals at_risk_or_critical") == ("Ben Okafor", 1, 1)


def test_the_usual_time_in_a_stage_is_known_from_five_stays(tree: Tree, crm: Crm) -> None:
    moved = {
        f"{ACME}/deals/m{n}.md": record(
            name=f"M{n}",
            stage="closed_won",
            close_date="2026-10-01",
            stage_history=["2026-09-01 discovery", f"2026-09-{n + 1:02} closed_won"],
        )
        for n in (5, 6, 8, 9, 10)
    }
    since = {
        f"{ACME}/deals/good.md": FILES[f"{ACME}/deals/good.md"].replace(
            "---\n\n", "stage_history:\n  - 2026-11-04 discovery\n---\n\n"
        )
    }
    tree({**FILES, **moved, **since})
    rows = {row["deal"]: row for row in answers(crm, "deal_health_metrics")["deals"]}
    assert picked(rows["Good"], "days_in_stage usual_days stays") == (16, 8, 5)
    assert rows["Good"]["first_reason"] == "16 days in Discovery, usually 8"
    assert "16 days, usual 8<br>" in page(crm, "deal_health_metrics")


def test_it_can_be_narrowed(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "deal_health_metrics", "--owner", "ana", *DAY)
    assert [row["deal"] for row in found["deals"]] == ["Good"]
    assert found["causes"] == []


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    told = page(crm, "deal_health_metrics")
    assert "**There are no open deals as of 20 Nov 2026.**" in told
    assert "##" not in told


def test_odd_names_break_nothing(tree: Tree, crm: Crm) -> None:
    odd = {path: text.replace("name: ", f"name: '{EVIL}' # ") for path, text in FILES.items()}
    assert wrongs_of(crm, tree(odd), "deal_health_metrics") == []
