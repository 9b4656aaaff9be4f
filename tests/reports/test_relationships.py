"""Relationships: who takes part, in which roles, and where it hangs on one person."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of


def contact(name: str, role: str = "", **more: str) -> str:
    return record(**{"name": name} | ({"role": role} if role else {}) | more)


def call(date: str, *them: str, type: str = "call", direction: str = "inbound") -> str:
    return record(date=date, type=type, subject="Hello", direction=direction, them=list(them))


DEAL = record(name="Deal", stage="discovery", amount=5000, contacts=["cora"], owner="ana")
FILES = {
    "customers/acme/profile.md": record(name="Acme", status="active", owner="ana"),
    "customers/acme/relationships/cora.md": contact("Cora", "champion", left="2026-11-20"),
    "customers/acme/relationships/bob.md": contact(
        "Bob", "economic_buyer", influence="high", title="Head of money"
    ),
    "customers/acme/relationships/una.md": contact("Una", "user", title="VP Data"),
    "customers/acme/relationships/ian.md": contact("Ian", "influencer"),
    "customers/acme/deals/d.md": DEAL,
    "customers/acme/interactions/1.md": call("2026-11-02", "una", "cora"),
    "customers/acme/interactions/2.md": call("2026-08-22", "bob"),
    "customers/acme/interactions/3.md": call(
        "2026-11-03", "ian", type="email", direction="outbound"
    ),
    "customers/basil/profile.md": record(name="Basil", status="active", tier="growth"),
    "customers/cedar/profile.md": record(name="Cedar", status="prospect"),
}


def test_roles_are_engaged_silent_gone_or_missing(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "relationships")
    columns = "role engaged silent has_left missing"
    assert [picked(row, columns) for row in found["roles"]] == [
        ("champion", 0, 0, 1, 1),
        ("economic buyer", 0, 1, 0, 1),
        ("executive", 1, 0, 0, 1),
        ("influencer", 0, 1, 0, 1),
        ("user", 1, 0, 0, 1),
        ("blocker", 0, 0, 0, 2),
    ]
    acme = found["map"][1]
    assert picked(acme, "customer engaged contacts champion_state executive") == (
        *("Acme", 1, 3),
        *("left", "Una"),
    )
    shown = page(crm, "relationships")
    assert "🔴 [Cora](../customers/acme/relationships/cora.md), left" in shown
    assert "| 0 of 0 | ⚪ none known | ⚪ none known | ⚪ none known |" in shown


def test_who_hangs_on_one_person_or_nobody_is_named(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "relationships")
    assert [picked(row, "depth customers with_open_deals") for row in found["depths"]] == [
        ("nobody", 1, 0),
        ("single-threaded", 1, 1),
    ]
    assert [picked(row, "customer who_takes_part open_value") for row in found["single"]] == [
        ("Acme", "single-threaded", 5000),
        ("Basil", "nobody", None),
    ]
    tree({"customers/acme/interactions/4.md": call("2026-11-04", "bob", "ian")})
    [acme] = [row for row in answers(crm, "relationships")["map"] if row["customer"] == "Acme"]
    assert picked(acme, "engaged depth") == (3, "multi-threaded")


def test_a_champion_who_left_is_told_with_the_deal(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [gone] = answers(crm, "relationships")["gone"]
    assert picked(gone, "champion gone_since deal amount in_their_place") == (
        *("Cora", "2026-11-20", "Deal", 5000),
        "nobody",
    )
    assert answers(crm, "relationships", "--as-of", "2026-11-19")["gone"] == []
    tree({"customers/acme/relationships/new.md": contact("New", "champion")})
    [gone] = answers(crm, "relationships")["gone"]
    assert gone["in_their_place"] == "another champion"
    tree({"customers/acme/deals/d.md": DEAL.replace("cora", "new")})
    assert answers(crm, "relationships")["gone"] == []


def test_owner_and_tier_narrow_it(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    own = answers(crm, "relationships", "--owner", "ana", "--as-of", "2026-11-20")
    assert [row["customer"] for row in own["map"]] == ["Acme"]
    own = answers(crm, "relationships", "--tier", "growth", "--as-of", "2026-11-20")
    assert [row["customer"] for row in own["map"]] == ["Basil"]


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    shown = page(crm, "relationships")
    assert "there is no customer whom we serve or mean to sell something.**" in shown
    assert "crm new-deal CUSTOMER NAME" in shown


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = f"'{EVIL}'"
    root = tree(
        {
            "customers/evil/profile.md": record(name=evil, status="active", owner=evil),
            "customers/evil/deals/d.md": record(name=evil, stage="discovery", contacts=["c"]),
            "customers/evil/relationships/c.md": contact(evil, "champion", left="2026-01-01"),
            "customers/evil/relationships/b.md": contact(evil, "economic_buyer"),
        }
    )
    assert wrongs_of(crm, root, "relationships") == []
