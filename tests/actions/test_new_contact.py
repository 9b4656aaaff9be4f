from __future__ import annotations

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git

ADA = "customers/acme/relationships/ada-king.md"
JANE = "customers/acme/relationships/jane-roe.md"


def test_every_option_finds_its_key(crm: Crm, fields: Fields) -> None:
    options = (
        "--email=ada@acme.example --email=ada@king.example --phone=+4712345678 --title=CTO"
        " --role=economic-buyer --influence=high --reports-to=jane-roe"
        " --linkedin=https://in.example/ada --set sentiment=positive --set shoe=38"
    )
    assert crm("new-contact", "falcon", "Ada King", *options.split()).code == Exit.DONE
    assert fields(ADA) == {
        "name": "Ada King",
        "title": "CTO",
        "role": "economic_buyer",
        "influence": "high",
        "emails": ["ada@acme.example", "ada@king.example"],
        "phones": ["+4712345678"],
        "linkedin": "https://in.example/ada",
        "reports_to": "jane-roe",
        "sentiment": "positive",
        "since": "2026-11-20",
        "shoe": "38",
    }


@pytest.mark.parametrize("pair", ["primary=true", "primary=TRUE", "primary=yes"])
def test_a_second_primary_contact_is_refused(crm: Crm, git: Git, pair: str) -> None:
    ran = crm("new-contact", "acme", "Ada King", "--set", pair)
    assert ran.code == Exit.CONFLICT
    assert ran.err == (
        f"error: a primary contact exists already: {JANE}\nhint: move it with: --primary\n"
    )
    assert git("status", "--short") == ""


def test_primary_moves_from_one_to_the_other_in_one_commit(
    crm: Crm, fields: Fields, git: Git
) -> None:
    ran = crm("new-contact", "acme", "Ada King", "--primary")
    assert "note: Jane Roe is no longer the primary contact" in ran.err
    assert fields(ADA)["primary"] == "true"
    assert "primary" not in fields(JANE)
    assert git("show", "--stat", "--format=").count("|") == 2


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["acme", "Jane Roe"], Exit.CONFLICT, f"the contact exists already: {JANE}"),
        (["bolt", "J", "--email=JANE@acme.example"], Exit.CONFLICT, f"exists already: {JANE}"),
        (["acme", "A", "--email=nope"], Exit.USAGE, "'nope' is no e-mail address"),
        (["acme", "A", "--reports-to=kim-lee"], Exit.NOT_FOUND, "no contact named 'kim-lee'"),
        (["acme", "A", "--role=boss"], Exit.USAGE, "--role: 'boss' is not one of champion"),
        (["amce", "A"], Exit.NOT_FOUND, "no customer named 'amce'\nhint: did you mean acme?"),
    ],
)
def test_what_does_not_fit_is_refused(
    crm: Crm, git: Git, arguments: list[str], code: Exit, said: str
) -> None:
    ran = crm("new-contact", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert git("status", "--short") == ""
