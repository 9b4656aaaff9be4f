"""Churn and renewal risk: what renews, who is silent, and whose use or health falls."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

USAGE = "date,active_users,licensed_users\n"


def profile(name: str, **more: str | float) -> str:
    return record(name=name, status="active", **more)


def contract(amount: int, renewal: str, currency: str = "EUR") -> dict[str, str | float]:
    return {
        "contract_amount": amount,
        "contract_currency": currency,
        "contract_period": "month",
        "contract_start": "2026-01-01",
        "contract_renewal": renewal,
    }


def call(day: str) -> str:
    return record(date=day, type="call", subject="Call")


FILES = {
    "customers/acme/profile.md": profile("Acme", csm="ben", **contract(100, "2027-02-18")),
    "customers/acme/interactions/a.md": call("2026-11-01"),
    "customers/acme/context/usage.csv": f"{USAGE}2026-11-09,100,200\n2026-11-16,80,200\n",
    "customers/bolt/profile.md": profile("Bolt", **contract(200, "2026-11-20", "NOK")),
    "customers/bolt/interactions/a.md": call("2026-09-20"),
    "customers/bolt/deals/renew.md": record(
        name="Renewal", stage="discovery", kind="renewal", opened="2026-10-01"
    ),
    "customers/calm/profile.md": profile("Calm", **contract(300, "2027-02-19")),
    "customers/calm/interactions/a.md": call("2026-08-21"),
    "customers/calm/context/usage.csv": f"{USAGE}2026-11-06,50,200\n",
    "customers/dawn/profile.md": profile("Dawn", contract_renewal="2026-11-19"),
    "customers/even/profile.md": record(name="Even", status="churned"),
}


def test_what_renews_within_ninety_days(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "risk")
    rows = [picked(row, "customer days_left yearly currency deal") for row in found["renewals"]]
    assert rows == [("Bolt", 0, 2400, "NOK", "Renewal"), ("Acme", 90, 1200, "EUR", None)]
    assert [row["customer"] for row in found["lapsed"]] == ["Dawn"]


def test_money_is_told_by_currency(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    money = answers(crm, "risk")["money"]
    assert [picked(row, "currency renewals value value_at_risk") for row in money] == [
        *(("EUR", 1, 1200, 1200), ("NOK", 1, 2400, 2400)),
    ]


def test_silence_is_told_from_sixty_days_on(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    silence = answers(crm, "risk")["silence"]
    assert [picked(row, "customer silent no_touch") for row in silence] == [
        ("Dawn", None, "ever"),
        ("Calm", 91, "in 90 days"),
        ("Bolt", 61, "in 60 days"),
    ]


def test_use_that_stops_or_falls_within_a_week(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    usage = answers(crm, "risk")["usage"]
    assert [picked(row, "customer what week_before this_week") for row in usage] == [
        ("Calm", "no usage for 14 days", None, 50),
        ("Acme", "20 % less use than the week before", 100, 80),
    ]


def test_a_fall_of_ten_points_is_told(tree: Tree, crm: Crm) -> None:
    usage = f"{USAGE}2026-10-19,160,200\n2026-11-16,100,200\n"
    tree(FILES | {"customers/acme/context/usage.csv": usage})
    [health] = [row for row in answers(crm, "risk")["health"] if row["customer"] == "Acme"]
    # 100 / 200 / 0.8 is 31.25 of 50, and nothing of 30 for the trend: 39. It was 100.
    assert picked(health, "band score in_30_days biggest_reason") == (
        *("critical", 39, -61, "Four-week trend"),
    )


def test_owner_and_tier_narrow_it(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "risk", *DAY, "--owner", "ben")
    assert [row["customer"] for row in found["renewals"]] == ["Acme"]
    assert (found["silence"], found["lapsed"]) == ([], [])


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    assert "**No customer is served as of 20 Nov 2026.**" in page(crm, "risk")


def test_who_has_no_day_of_renewal_is_counted(tree: Tree, crm: Crm) -> None:
    tree({"customers/acme/profile.md": profile("Acme")})
    assert "1 served customer has no `contract_renewal`" in page(crm, "risk")


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = profile(f"'{EVIL}'", csm=f"'{EVIL}'", **contract(100, "2026-12-01"))
    root = tree(
        {
            "customers/evil/profile.md": evil,
            "customers/evil/deals/x.md": record(
                name=f"'{EVIL}'", stage="discovery", kind="renewal"
            ),
            "customers/evil/context/usage.csv": f"{USAGE}2026-10-01,1,10\n",
        }
    )
    assert wrongs_of(crm, root, "risk") == []
