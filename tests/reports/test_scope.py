"""`crm report NAME --owner ana`: narrowed pages, each on a page of its own, and `:previous`."""

from __future__ import annotations

import json
from datetime import date

import pytest

from crmkb.reports.definition import Query
from crmkb.reports.scope import previous_day
from tests.conftest import Crm, Git, Tree

OWN = "templates/reports/own.md"
WHOLE, OF_ANA = "reporting/own.md", "reporting/own-owner-ana.md"
DAY = ("--as-of", "2026-11-20")


def deal(name: str, owner: str) -> str:
    return f"---\nname: {name}\nstage: discovery\nowner: {owner}\nopened: 2026-09-01\n---\n"


def own(where: str, parameters: str = "owner") -> dict[str, str]:
    return {
        OWN: f"---\ntitle: Our own\nparameters: {parameters}\nqueries:\n  deals: |\n"
        f"    SELECT name FROM open_deals WHERE {where} ORDER BY path\n---\n"
        "# {{ title }}\n\n{{ deals | table }}\n"
    }


OF_OWNER = own("(:owner IS NULL OR owner = :owner)")
DEALS = {
    "customers/acme/profile.md": "---\nname: Acme\n---\n",
    "customers/acme/deals/one.md": deal("One", "ana"),
    "customers/acme/deals/two.md": deal("Two", "ben"),
    "customers/acme/deals/three.md": deal("Three", "Zoë / |x"),
}


def test_a_narrowed_report_is_a_page_of_its_own(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree({**DEALS, **OF_OWNER})
    assert crm("report", "own", *DAY).code == 0
    assert crm("report", "own", "--owner", "Ana", *DAY).code == 0
    page = (root / OF_ANA).read_text(encoding="utf-8")
    assert page.startswith('---\ntitle: "Our own: owner Ana Ruiz"\n')
    assert "\nas_of: 2026-11-20\nowner: ana\ninputs: " in page
    assert "# Our own: owner Ana Ruiz\n\n| Name |\n| --- |\n| One |\n" in page
    assert "| Two |" in (root / WHOLE).read_text(encoding="utf-8")
    assert git("log", "-1", "--format=%s") == "Update report own-owner-ana as of 2026-11-20\n"


def test_an_owner_of_any_name_has_a_page_with_a_safe_name(tree: Tree, crm: Crm) -> None:
    root = tree({**DEALS, **OF_OWNER})
    assert crm("report", "own", "--owner", "Zoë / |x", *DAY).code == 0
    [page] = (root / "reporting").glob("*.md")
    assert page.name.startswith("own-owner-zoe-x-")
    assert "| Three |" in page.read_text(encoding="utf-8")
    assert crm("report", "--check").code == 0


def test_all_parameters_are_in_the_name_and_the_front_matter(tree: Tree, crm: Crm) -> None:
    where = "(:owner IS NULL OR owner = :owner) AND coalesce(:tier, :since, 'x') <> ''"
    root = tree({**DEALS, **own(where, "[since, owner, tier]")})
    crm("report", "own", "--since", "2026-11-01", "--tier", "Growth", "--owner", "ana", *DAY)
    page = root / "reporting/own-owner-ana-tier-growth-since-2026-11-01.md"
    text = page.read_text(encoding="utf-8")
    assert "\nowner: ana\ntier: growth\nsince: 2026-11-01\n" in text


def test_check_makes_narrowed_pages_anew_with_their_own_parameters(tree: Tree, crm: Crm) -> None:
    tree({**DEALS, **OF_OWNER})
    crm("report", "own", "--owner", "ana", "--as-of", "2026-10-01")
    crm("report", "own", "--owner", "ben", *DAY)
    assert crm("report", "--check").code == 0
    tree({"customers/acme/deals/one.md": deal("Uno", "ana")})
    ran = crm("report", "--check")
    assert ran.code == 3
    assert ran.out == f"{OF_ANA}:1: is stale: what it is made from has changed\n"
    assert "hint: make it anew: crm report own --owner ana\n" in ran.err
    assert crm("report", "own", "--check", "--owner", "ben").code == 0


def test_check_tells_a_page_whose_parameter_is_gone(tree: Tree, crm: Crm) -> None:
    tree({**DEALS, **OF_OWNER})
    crm("report", "own", "--owner", "ana", *DAY)
    tree({OWN: own("1")[OWN].replace("parameters: owner\n", "")})
    ran = crm("report", "--check")
    assert ran.out == f"{OF_ANA}:1: owner: is no longer a parameter\n"


def test_a_parameter_that_is_not_declared_is_refused(tree: Tree, crm: Crm) -> None:
    tree({**DEALS, **OF_OWNER})
    ran = crm("report", "own", "--tier", "growth")
    assert ran.code == 2
    assert ran.err.splitlines()[0] == "error: report 'own' does not take --tier"
    assert ran.err.splitlines()[1].startswith("hint: it takes --owner; ")


def test_all_leaves_out_and_names_what_does_not_take_the_parameter(tree: Tree, crm: Crm) -> None:
    root = tree({**DEALS, **OF_OWNER})
    tree({"templates/reports/plain.md": "---\ntitle: Plain\n---\nHello.\n"})
    ran = crm("report", "--all", "--owner", "ana", *DAY)
    assert ran.code == 0
    note = next(line for line in ran.err.splitlines() if line.startswith("note: left out"))
    assert "do not take --owner: " in note
    assert "plain" in note.split()[-1] or "plain," in note.split()
    assert (root / OF_ANA).exists()
    assert not (root / WHOLE).exists()


def test_an_unknown_owner_is_refused_and_close_ones_named(tree: Tree, crm: Crm) -> None:
    tree({**DEALS, **OF_OWNER})
    ran = crm("report", "own", "--owner", "anna")
    assert (ran.code, ran.err) == (2, "error: no owner named 'anna'\nhint: did you mean ana?\n")
    assert crm("report", "own", "--tier", "huge").code == 2


@pytest.mark.parametrize(
    "where, message, hint",
    [
        ("owner = :owner", "own.md:5: deals: ':owner' is not declared", "'parameters: owner'"),
        ("name = :nme", "own.md:5: deals: ':nme' is not declared", ":as_of, :previous, :today"),
    ],
)
def test_a_value_that_is_not_declared_is_told_with_its_line(
    tree: Tree, crm: Crm, where: str, message: str, hint: str
) -> None:
    tree({**DEALS, **own(where, "tier")})
    ran = crm("report", "own")
    assert ran.code == 1
    error, second = ran.err.splitlines()
    assert error == f"error: templates/reports/{message}"
    assert hint in second


def test_a_parameter_there_is_not_is_told(tree: Tree, crm: Crm) -> None:
    tree({OWN: "---\nparameters: [owner, region]\n---\n"})
    assert crm("report", "own").err.startswith(
        "error: templates/reports/own.md:2: parameters: 'region' is not one of owner, tier, since"
    )


def test_values_in_texts_and_comments_are_none() -> None:
    sql = "SELECT ':a' /* :b */, \":c\", [:d], `:e` -- :f\n WHERE x > :as_of"
    assert Query("q", sql, 1).values == {"as_of"}


COMPARED = own("opened >= :previous OR 1")


def test_the_previous_day_is_that_of_the_page_before(tree: Tree, crm: Crm) -> None:
    root = tree({**DEALS, **COMPARED})

    def previous(day: str) -> str:
        crm("report", "own", "--as-of", day)
        text = (root / WHOLE).read_text(encoding="utf-8")
        return next(line for line in text.splitlines() if line.startswith("previous: "))

    assert previous("2026-11-01") == "previous: 2026-10-25"  # none before: a week
    assert previous("2026-11-20") == "previous: 2026-11-01"
    assert previous("2026-11-20") == "previous: 2026-11-01"  # the same day again
    assert crm("report", "--check", "--as-of", "2026-11-25").code == 0
    assert previous("2026-11-10") == "previous: 2026-11-03"  # the page there is of a later day


def test_only_a_report_that_compares_records_the_previous_day(tree: Tree, crm: Crm) -> None:
    tree({**DEALS, **OF_OWNER})
    assert "previous:" not in crm("report", "own", "--stdout", *DAY).out


def test_an_earlier_day_is_taken_only_from_what_is_one() -> None:
    day = date(2026, 11, 20)
    assert previous_day({"as_of": "soon"}, day) == date(2026, 11, 13)
    assert previous_day({"as_of": "2026-11-20", "previous": "2026-12-01"}, day).day == 13


def test_json_tells_the_narrowed_page_by_its_name(tree: Tree, crm: Crm) -> None:
    tree({**DEALS, **OF_OWNER})
    data = json.loads(crm("report", "own", "--owner", "ben", "--json", *DAY).out)["data"]
    assert data["own-owner-ben"]["queries"] == {"deals": [{"name": "Two"}]}


def test_a_long_table_of_a_narrowed_page_names_its_own_command(tree: Tree, crm: Crm) -> None:
    many = {f"customers/acme/deals/d{n}.md": deal(f"D{n}", "ana") for n in range(60)}
    tree({**many, **OF_OWNER})
    page = crm("report", "own", "--owner", "ana", "--stdout", *DAY).out
    assert page.endswith("… and 10 more: `crm report own --owner ana --json`\n")
