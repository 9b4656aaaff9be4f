from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git, Tree

PROFILE = "customers/northern-light/profile.md"


def test_a_customer_is_five_folders_and_one_commit(crm: Crm, git: Git, root: Path) -> None:
    ran = crm("new-customer", "Northern Light")
    assert ran.code == Exit.DONE
    assert ran.out.splitlines()[:2] == ["Add customer Northern Light", f"  created  {PROFILE}"]
    assert sorted(path.name for path in (root / "customers/northern-light").iterdir()) == [
        "context",
        "deals",
        "interactions",
        "profile.md",
        "relationships",
    ]
    assert git("status", "--short") == ""
    assert git("log", "-1", "--format=%B").splitlines() == [
        "Add customer Northern Light",
        "",
        "Crm-Action: new-customer",
        "Crm-Entity: northern-light",
        "",
    ]


def test_a_profile_has_the_sections_of_a_full_one(crm: Crm, root: Path) -> None:
    crm("new-customer", "Northern Light")
    text = (root / PROFILE).read_text()
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        "Overview",
        "Technical setup",
        "Configuration",
        "Custom code",
        "Known issues",
        "Support history",
        "Success metrics",
        "Notes",
    ]


def test_every_option_finds_its_key(crm: Crm, fields: Fields) -> None:
    options = (
        "--status=active --tier=Enterprise --owner=@ANA --csm=ben --website=https://light.example"
        " --industry=energy --country=NO --domains=light.example --domains=light.no.example"
        " --set employees=240 --set zip=02142 --set contract_amount=12k --set tech_stack=Kafka,SAP"
    )
    assert crm("new-customer", "Northern Light", *options.split()).code == Exit.DONE
    assert fields(PROFILE) == {
        "name": "Northern Light",
        "status": "active",
        "tier": "enterprise",
        "owner": "ana",
        "csm": "ben",
        "industry": "energy",
        "website": "https://light.example",
        "domains": ["light.example", "light.no.example"],
        "employees": "240",
        "country": "NO",
        "tech_stack": ["Kafka", "SAP"],
        "contract_amount": "12000",
        "zip": "02142",
    }


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["ACME"], "a customer with the slug 'acme' exists already"),
        (["acme corporation"], "a customer with the name 'acme corporation' exists already"),
        (["Acme Inc."], "a customer with the slug 'acme-inc' exists already"),
        (["falcon"], "a customer with the slug 'falcon' exists already"),
        (["X", "--website", "http://acme.example/en"], "with the domain 'acme.example'"),
        (["X", "--domains", "acme.example"], "with the domain 'acme.example'"),
        (["X", "--set", "aliases=Acme Corporation"], "with the alias 'Acme Corporation'"),
        (["X", "--set", "codename=FALCON"], "with the codename 'FALCON'"),
    ],
)
def test_a_name_that_is_taken_is_refused_and_named(
    crm: Crm, git: Git, tree: Tree, arguments: list[str], said: str
) -> None:
    tree({"customers/acme-inc/profile.md": "---\nname: Another\n---\n"})
    ran = crm("new-customer", *arguments)
    assert ran.code == Exit.CONFLICT
    assert said in ran.err
    assert "exists already: customers/acme" in ran.err
    assert "customers/x" not in git("status", "--short")


@pytest.mark.parametrize(
    "options, said",
    [
        (["--owner", "anna"], "error: no team member named 'anna'\nhint: did you mean ana?"),
        (["--tier", "enterprize"], "error: --tier: 'enterprize' is not one of enterprise, growth"),
        (["--set", "tier=huge"], "error: tier: 'huge' is not one of enterprise, growth, startup"),
        (["--set", "employees"], "error: 'employees' is no assignment\nhint: write KEY=VALUE"),
        (["--set", "tags+=x"], "error: 'tags+=x' is no assignment"),
        (["--set", "parent=nobody"], "error: no customer named 'nobody'"),
    ],
)
def test_a_wrong_value_writes_nothing(crm: Crm, git: Git, options: list[str], said: str) -> None:
    ran = crm("new-customer", "Northern Light", *options)
    assert ran.code in (Exit.USAGE, Exit.NOT_FOUND)
    assert said in ran.err
    assert git("status", "--short") == ""


def test_a_key_of_ones_own_is_kept_and_told(crm: Crm) -> None:
    told = crm("new-customer", "Northern Light", "--set", "employes=3", "--set", "jira_id=7").err
    assert told == "note: 'employes' is kept as your own key; did you mean employees?\n"


@pytest.mark.parametrize(
    "name, folder",
    [
        ("Müller & Søn GmbH", "muller-and-son-gmbh"),
        ("CON", "con-x"),
        ("日本電気", "日本電気"),
        ("a/b\\c", "a-b-c"),
        ("../../etc", "etc"),
        ("#1: {{ hot }}", "1-hot"),
    ],
)
def test_any_name_makes_a_folder(crm: Crm, fields: Fields, name: str, folder: str) -> None:
    assert crm("new-customer", name).code == Exit.DONE
    assert fields(f"customers/{folder}/profile.md")["name"] == name


def test_a_name_is_one_line(crm: Crm, fields: Fields) -> None:
    crm("new-customer", " Northern\n  Light\t")
    assert fields(PROFILE)["name"] == "Northern Light"
