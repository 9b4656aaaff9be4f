"""Qualification status: what is known of prospects, and for how long they are known."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of

BANT = {"budget": "EUR 5", "authority": "CFO", "need": "Speed", "timeline": "May"}


def prospect(name: str, **more: str) -> str:
    return record(**{"name": name, "status": "prospect", "owner": "ana"} | more)


FILES = {
    "customers/a/profile.md": prospect("A", **BANT, phase="trial", phase_since="2026-11-10"),
    "customers/a/interactions/1.md": record(date="2026-11-01", type="call", subject="Hello"),
    "customers/b/profile.md": prospect("B", need="Speed", phase="trial", tier="growth"),
    "customers/b/deals/d.md": record(name="D", stage="discovery", opened="2026-08-12"),
    "customers/b/interactions/1.md": record(date="2026-09-01", type="call", subject="Hello"),
    "customers/c/profile.md": prospect("C", owner="ben"),
    "customers/d/profile.md": prospect("D", status="active"),
    "customers/e/profile.md": prospect("E", archived="2026-11-01"),
}


def test_prospects_are_told_with_what_is_still_to_ask(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "qualification_status")
    columns = "prospect answered days_in_phase days_known days_silent open_deals"
    assert [picked(row, columns) for row in found["prospects"]] == [
        ("A", 4, 10, 19, 19, 0),
        ("B", 1, None, 100, 80, 1),
        ("C", 0, None, None, None, 0),
    ]
    assert picked(found["gaps"][0], "prospects qualified budget need quiet") == (3, 1, 2, 1, 2)
    shown = page(crm, "qualification_status")
    assert "| ●●●● | nothing | 10 days | 19 days ago |" in shown
    assert "| ●○○○ | budget, authority, timeline | at most 100 days | ⚠️ 80 days ago |" in shown
    assert "| unknown | ⚠️ never |" in shown


def test_phases_and_owners_are_counted(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "qualification_status")
    assert [picked(row, "phase prospects qualified answered") for row in found["phases"]] == [
        ("trial", 2, 1, 0.625),
        ("no phase", 1, 0, 0),
    ]
    assert [picked(row, "owner prospects quiet") for row in found["owners"]] == [
        ("Ana Ruiz", 2, 1),
        ("Ben Okafor", 1, 1),
    ]
    own = answers(crm, "qualification_status", "--owner", "ben", "--as-of", "2026-11-20")
    assert [row["prospect"] for row in own["prospects"]] == ["C"]


def test_a_phase_that_is_no_day_is_not_known(tree: Tree, crm: Crm) -> None:
    tree({"customers/a/profile.md": prospect("A", phase="trial", phase_since="spring")})
    [row] = answers(crm, "qualification_status")["prospects"]
    assert row["days_in_phase"] is None


def test_more_than_fifty_prospects_are_cut(tree: Tree, crm: Crm) -> None:
    tree({f"customers/c{n}/profile.md": prospect(f"C{n}") for n in range(53)})
    assert "… and 3 more: `crm report" in page(crm, "qualification_status")


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    assert "**There are no prospects as of 20 Nov 2026.**" in page(crm, "qualification_status")


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = f"'{EVIL}'"
    root = tree({"customers/evil/profile.md": prospect(evil, phase=evil, owner=evil, budget=evil)})
    assert wrongs_of(crm, root, "qualification_status") == []
