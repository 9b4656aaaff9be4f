"""Customer health: the portfolio by band and CSM, each customer with factors and reasons."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

USAGE = "date,active_users,licensed_users,features_used,features_total\n"
PLACE = "customers/{}/context/usage.csv"

FILES = {
    # 80 of 100 and steady: all marks. Then half of it and a fifth less: 25 of 50 and 15 of 30.
    "customers/acme/profile.md": record(name="Acme", status="active", csm="ana", tier="growth"),
    PLACE.format("acme"): f"{USAGE}2026-10-19,80,100,,\n2026-11-16,80,100,,\n",
    "customers/bolt/profile.md": record(name="Bolt", status="active", csm="ben", tier="startup"),
    PLACE.format("bolt"): (
        f"{USAGE}2026-09-21,90,100,,\n2026-10-19,45,100,,\n2026-11-16,40,100,,\n"
    ),
    "customers/calm/profile.md": record(name="Calm", status="pilot"),
    "customers/dawn/profile.md": record(name="Dawn", status="prospect"),
}


def test_customers_stand_worst_first_with_what_they_were(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    columns = "customer band score in_30_days in_90_days usage support known csm"
    rows = [picked(row, columns) for row in answers(crm, "customer_health")["customers"]]
    # Bolt: 40 / 100 / 0.8 is 25 of 50; -5 / 45 is -11.1 %, 13.3 of 30; 38.3 of 80 is 48.
    # On 21 October: 45 / 100 / 0.8 is 28.1 of 50; halved in four weeks, 0 of 30; 35 of 100.
    assert rows == [
        ("Bolt", "at risk", 48, 13, None, 48, None, 0.3, "Ben Okafor"),
        ("Acme", "excellent", 100, 0, None, 100, None, 0.3, "Ana Ruiz"),
        ("Calm", None, None, None, None, None, None, 0, None),
    ]


def test_bands_csms_and_factors_are_summed_up(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "customer_health")
    assert [picked(row, "customers scored average endangered") for row in found["totals"]] == [
        (3, 2, 74, 1)
    ]
    assert [picked(row, "band customers") for row in found["bands"]] == [
        *(("excellent", 1), ("at risk", 1), ("unknown", 1)),
    ]
    assert [picked(row, "csm customers at_risk unknown") for row in found["csms"]] == [
        *(("Ana Ruiz", 1, 0, 0), ("Ben Okafor", 1, 1, 0), ("No CSM", 1, 0, 1)),
    ]
    factors = [picked(row, "factor customers known average") for row in found["factors"]]
    assert factors[:2] == [("usage", 3, 2, 74), ("support", 3, 0, None)]


def test_reasons_and_advice_are_those_of_who_needs_it(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    text = page(crm, "customer_health")
    assert "40 of 100 licensed users active (40 %) in the week to 2026-11-16 | 31 |" in text
    assert "Get their usage" not in text
    assert "- [Bolt](../customers/bolt/profile.md): Ask the three quietest users" in text


def test_owner_and_tier_narrow_it(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    for option in (("--owner", "ben"), ("--tier", "startup")):
        found = answers(crm, "customer_health", *DAY, *option)
        assert [row["customer"] for row in found["customers"]] == ["Bolt"]
        assert [row["csm"] for row in found["csms"]] == ["Ben Okafor"]


def test_events_of_strangers_are_said(tree: Tree, crm: Crm) -> None:
    usage = "date,active_users,events,events_elsewhere\n2026-11-16,3,40,39\n2026-11-17,2,10,0\n"
    tree(FILES | {PLACE.format("acme"): usage})
    assert "39 of 50 events of use at 1 customer were made by users who belong to\n> another" in (
        page(crm, "customer_health")
    )


def test_an_empty_page_says_how_to_fill_it(tree: Tree, crm: Crm) -> None:
    assert "**No customer is served as of 20 Nov 2026.**" in page(crm, "customer_health")
    tree({"customers/calm/profile.md": record(name="Calm", status="active")})
    text = page(crm, "customer_health")
    assert "1 customer served on **20 Nov 2026**, and nothing is known of how they do." in text


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    files = {
        "customers/evil/profile.md": record(name=f"'{EVIL}'", status="active", csm=f"'{EVIL}'"),
        "customers/evil/context/outcomes.md": f"- missed 2026-11-01 {EVIL}\n",
        "customers/evil/relationships/eve.md": record(
            name=f"'{EVIL}'", role="champion", left="2026-11-01"
        ),
        "customers/evil/interactions/a.md": record(
            date="2026-10-01", type="call", subject="A", them=["eve"]
        ),
    }
    root = tree(files)
    assert wrongs_of(crm, root, "customer_health") == []
