"""Key metrics: this quarter against the last four, by currency, unknown where it is unknown."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of


def profile(name: str, amount: int = 0, **more: str | float) -> str:
    keys: dict[str, str | float] = {"name": name, "status": "active", "onboarded": "2025-01-01"}
    if amount:
        keys |= {"contract_amount": amount, "contract_period": "year"}
    return record(**keys | more)


def deal(stage: str, amount: int, opened: str, closed: str, **more: str) -> str:
    dates = {"opened": opened, "close_date": closed}
    return record(**{"name": "Deal", "stage": stage} | dates | more, amount=amount)


FILES = {
    "customers/a/profile.md": profile("A", 160),
    "customers/a/deals/more.md": deal(
        "closed_won", 60, "2026-07-01", "2026-08-10", kind="expansion"
    ),
    "customers/a/deals/lost.md": deal("closed_lost", 90, "2026-07-01", "2026-10-10"),
    "customers/a/deals/won.md": deal("closed_won", 30, "2026-10-01", "2026-10-21", currency="SEK"),
    "customers/a/context/outcomes.md": "- achieved 2026-07-10 Live\n",
    "customers/a/context/nps.csv": "date,contact,score\n2026-10-02,x,9\n2026-10-03,y,3\n"
    "2026-07-03,x,10\n",
    "customers/b/profile.md": profile("B", 50, status="churned", churned="2026-09-01"),
    "customers/c/profile.md": profile("C", 70, contract_currency="SEK", onboarded="2026-11-01"),
    "customers/d/profile.md": profile("D"),
}


def test_each_quarter_is_told_beside_the_others(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    rows = answers(crm, "key_metrics")["quarters"]
    columns = "quarter won lost win_rate cycle_days customers unknown lost_customers nps answers"
    assert [picked(row, columns) for row in rows] == [
        ("2026-Q4", 1, 1, 0.5, 20, 3, 1, 0, 0, 2),
        ("2026-Q3", 1, 0, 1, 40, 2, 1, 1, 100, 1),
        ("2026-Q2", None, None, None, None, 3, 1, 0, None, None),
        ("2026-Q1", None, None, None, None, 3, 1, 0, None, None),
        ("2025-Q4", None, None, None, None, 3, 1, 0, None, None),
    ]
    assert [row["time_to_value"] for row in rows] == [None, 555, None, None, None]
    assert [row["logo_churn"] for row in rows] == [0, 1 / 3, 0, 0, 0]


def test_money_is_told_by_currency(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    rows = answers(crm, "key_metrics")["money"]
    columns = "currency quarter won_value average_deal a_year gross_retention net_retention"
    assert [picked(row, columns) for row in rows if row["quarters_ago"] < 3] == [
        ("EUR", "2026-Q4", None, None, 160, 1, 1),
        ("EUR", "2026-Q3", 60, 60, 160, 100 / 150, 160 / 150),
        ("EUR", "2026-Q2", None, None, 150, 1, 1),
        ("SEK", "2026-Q4", 30, 30, 70, None, None),
        ("SEK", "2026-Q3", None, None, None, None, None),
        ("SEK", "2026-Q2", None, None, None, None, None),
    ]


def test_twelve_months_tell_whom_they_leave_out(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "key_metrics")
    columns = "to_the_end_of customers unknown gross_retention expansion_rate net_retention"
    assert picked(found["years"][0], columns) == (
        *("2026-Q3", 2, 1),
        *(100 / 150, 60 / 150, 160 / 150),
    )
    assert picked(found["churn"][0], "to_the_end_of customers lost") == ("2026-Q3", 3, 1)


def test_the_page_compares_with_the_mean_of_what_is_known(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    shown = page(crm, "key_metrics")
    assert "| Win rate | 50% | 100% | – | – | – | ▼ 50% |" in shown
    assert "| Logo churn | 0% | 33.3% | 0% | 0% | 0% | ▼ 8.3% |" in shown
    assert "| Revenue a year, EUR | 160 | 160 | 150 | 150 | 150 |" in shown
    assert "> What 1 customer pays is unknown" in shown
    assert "paying **EUR 160 a year** and **SEK 70 a year**, NPS **0**." in shown


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    shown = page(crm, "key_metrics")
    assert "**Nothing is known of the last five quarters as of 20 Nov 2026.**" in shown
    assert "nan" not in shown.lower()


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    root = tree(
        {
            "customers/evil/profile.md": profile(f"'{EVIL}'", 5, contract_currency=f"'{EVIL}'"),
            "customers/evil/deals/d.md": deal(
                "closed_won", 5, "2026-10-01", "2026-10-20", currency=f"'{EVIL}'"
            ),
        }
    )
    assert wrongs_of(crm, root, "key_metrics") == []


def test_a_change_is_not_rounded_to_another_number(tree: Tree, crm: Crm) -> None:
    days = ("2026-11-01", "2026-08-01", "2026-05-01", "2026-02-02", "2026-02-01", "2025-11-01")
    tree(
        {"customers/a/profile.md": profile("A")}
        | {
            f"customers/a/deals/{number}.md": deal("closed_won", 1000, "2025-10-01", day)
            for number, day in enumerate(days)
        }
    )
    assert "| Deals won | 1 | 1 | 1 | 2 | 1 | ▼ 0.25 |" in page(crm, "key_metrics")


def test_a_currency_stands_before_the_amounts_and_not_in_each(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    shown = page(crm, "key_metrics")
    assert "| Revenue a year, EUR | 160 | 160 | 150 | 150 | 150 | ▲ 8 |" in shown
    assert "| Net retention, SEK |" in shown


def test_an_old_past_is_shown_the_way_to(tree: Tree, crm: Crm) -> None:
    tree({"customers/a/deals/won.md": deal("closed_won", 9, "2017-10-01", "2017-12-31")})
    assert "crm report key_metrics --stdout --as-of 2017-12-31" in page(crm, "key_metrics")


def test_the_bands_of_health_are_counted_by_quarter(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    shown = page(crm, "key_metrics")
    assert "| 🟢 excellent | 1 | 1 |" in shown
    assert "| ⚪ unknown | 2 | 1 |" in shown


def test_quarters_before_the_first_customer_are_unknown(tree: Tree, crm: Crm) -> None:
    tree({"customers/a/profile.md": profile("A", onboarded="2026-11-01")})
    assert "| Health, average | – | – | – | – | – | – |" in page(crm, "key_metrics")
