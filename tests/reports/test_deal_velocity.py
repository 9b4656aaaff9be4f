"""Deal velocity: stays in stages, from opened to closed, and what the open deals bring a day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

ACME = "customers/acme/deals"


def closed(outcome: str, opened: str, closes: str, amount: int = 100) -> str:
    return record(
        name=outcome,
        stage=f"closed_{outcome}",
        amount=amount,
        owner="ana",
        opened=opened,
        close_date=closes,
    )


FILES = {
    "customers/acme/profile.md": record(name="Acme"),
    f"{ACME}/w1.md": closed("won", "2026-08-31", "2026-10-01", 300),
    f"{ACME}/w2.md": closed("won", "2026-08-01", "2026-10-01", 500),
    f"{ACME}/l1.md": closed("lost", "2026-09-21", "2026-10-01"),
    f"{ACME}/old.md": closed("lost", "2025-11-01", "2025-11-20"),
    **{
        f"{ACME}/s{n}.md": record(
            name=f"S{n}",
            stage="negotiation",
            amount=10,
            owner="ben",
            opened="2026-09-01",
            stage_history=["2026-09-01 discovery", f"2026-09-{n + 1:02} negotiation"],
        )
        for n in (10, 12, 14, 16, 20)
    },
    f"{ACME}/stuck.md": record(
        name="Stuck",
        stage="discovery",
        amount=10,
        owner="ben",
        opened="2026-09-01",
        stage_history=["2026-09-01 discovery"],
    ),
}


def test_what_the_open_deals_bring_a_day(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "deal_velocity")
    [row] = found["velocity"]
    # 6 open, 2 of 3 won within a year, 400 on average, 46 days from opened to won.
    assert picked(row, "open_deals won lost average_won cycle_days a_day") == (
        *(6, 2, 1, 400, 46),
        pytest.approx(6 * (2 / 3) * 400 / 46, abs=0.005),
    )
    owners = [picked(row, "owner open_deals won a_day") for row in found["owners"]]
    assert owners == [("Ana Ruiz", 0, 2, 0), ("Ben Okafor", 6, 0, None)]


def test_time_in_each_stage(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [row] = answers(crm, "deal_velocity")["stages"]
    columns = "stage stays median_days nine_of_ten_within longest_days"
    assert picked(row, columns) == ("Discovery", 5, 14, pytest.approx(18.4), 20)


def test_a_deal_longer_in_its_stage_than_nine_of_ten_is_named(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [row] = answers(crm, "deal_velocity")["stuck"]
    assert picked(row, "deal in_stage") == ("Stuck", 80)
    assert "1 open deal is longer in a stage than nine of ten" in page(crm, "deal_velocity")


def test_four_stays_judge_nobody(tree: Tree, crm: Crm) -> None:
    tree({path: text for path, text in FILES.items() if not path.endswith("s10.md")})
    assert answers(crm, "deal_velocity")["stuck"] == []


def test_the_trend_is_of_deals_won_by_quarter(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [row] = answers(crm, "deal_velocity")["trend"]
    assert picked(row, "quarter won median_days") == ("2026-Q4", 2, 46)


@pytest.mark.parametrize(
    ("options", "won"), [(("--owner", "ana"), 2), (("--since", "2026-10-02"), None)]
)
def test_it_can_be_narrowed(tree: Tree, crm: Crm, options: tuple[str, ...], won: Any) -> None:
    tree(FILES)
    trend = answers(crm, "deal_velocity", *options, *DAY)["trend"]
    assert [row["won"] for row in trend] == ([won] if won else [])


def test_without_a_deal_won_it_is_unknown(tree: Tree, crm: Crm) -> None:
    tree({path: text for path, text in FILES.items() if "/w" not in path})
    told = page(crm, "deal_velocity")
    assert "What open deals bring a day is **unknown**" in told


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    told = page(crm, "deal_velocity")
    assert "**There are no deals as of 20 Nov 2026.**" in told
    assert "##" not in told


def test_odd_names_break_nothing(tree: Tree, crm: Crm) -> None:
    odd = {path: text.replace("name: ", f"name: '{EVIL}' # ") for path, text in FILES.items()}
    assert wrongs_of(crm, tree(odd), "deal_velocity") == []
