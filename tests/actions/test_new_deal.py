from __future__ import annotations

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git

RENEWAL = "customers/acme/deals/renewal.md"


def test_a_deal_begins_in_the_first_stage_with_the_owner_of_its_customer(
    crm: Crm, fields: Fields
) -> None:
    crm("new-deal", "acme", "Renewal")
    assert fields(RENEWAL) == {
        "name": "Renewal",
        "stage": "qualified_lead",
        "currency": "EUR",
        "opened": "2026-11-20",
        "owner": "ana",
        "stage_history": ["2026-11-20 qualified_lead"],
    }


def test_every_option_finds_its_key(crm: Crm, fields: Fields, root: object) -> None:
    options = (
        "--amount=1.2M --currency=usd --stage=Business-case --close-date=eoq --owner=ben"
        " --kind=Renewal --contacts=jane-roe --contacts=jane@acme.example --competitors=Initech"
        " --products=Relay --products=Watch --source=fair --notes=#hot --set probability=0.4"
    )
    ran = crm("new-deal", "acme", "Renewal", *options.split())
    assert ran.err == "note: --close-date is Thu 2026-12-31\n"
    assert fields(RENEWAL) == {
        "name": "Renewal",
        "stage": "business_case",
        "amount": "1200000",
        "currency": "USD",
        "probability": "0.4",
        "kind": "renewal",
        "opened": "2026-11-20",
        "close_date": "2026-12-31",
        "owner": "ben",
        "contacts": ["jane-roe"],
        "competitors": ["Initech"],
        "products": ["Relay", "Watch"],
        "source": "fair",
        "stage_history": ["2026-11-20 business_case"],
    }


def test_a_deal_that_is_closed_at_once_closes_today(crm: Crm, fields: Fields) -> None:
    crm("new-deal", "acme", "Renewal", "--stage", "closed_won")
    assert fields(RENEWAL)["close_date"] == "2026-11-20"


@pytest.mark.parametrize(
    "options, code, said",
    [
        (["--amount", "lots"], Exit.USAGE, "--amount: 'lots' is not an amount"),
        (["--currency", "euro"], Exit.USAGE, "'euro' is not a currency code"),
        (["--stage", "negotation"], Exit.USAGE, "hint: did you mean negotiation?"),
        (["--close-date", "soon"], Exit.USAGE, "--close-date: 'soon' is not a day"),
        (["--contacts", "kim-lee"], Exit.NOT_FOUND, "no contact named 'kim-lee'"),
        (["--contacts", "bolt/relationships/kim-lee"], Exit.NOT_FOUND, "no contact named"),
        (["--owner", "zoe"], Exit.NOT_FOUND, "hint: add it to crm.toml: [team.zoe]"),
        (["--set", "probability=50"], Exit.USAGE, "hint: write 0.5"),
    ],
)
def test_a_wrong_value_writes_nothing(
    crm: Crm, git: Git, options: list[str], code: Exit, said: str
) -> None:
    ran = crm("new-deal", "acme", "Renewal", *options)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert git("status", "--short") == ""


def test_a_deal_of_that_name_is_not_overwritten(crm: Crm) -> None:
    ran = crm("new-deal", "acme", "PLATFORM")
    assert ran.code == Exit.CONFLICT
    assert "the deal exists already: customers/acme/deals/platform.md" in ran.err
