from __future__ import annotations

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git

PLATFORM = "customers/acme/deals/platform.md"


def test_a_move_is_kept_in_the_history(crm: Crm, fields: Fields) -> None:
    ran = crm("move-deal", "platform", "Business case", "--on", "last mon")
    assert ran.err == "note: --on is Mon 2026-11-16\n"
    assert ran.out.startswith("Move Platform to Business case\n")
    assert fields(PLATFORM) == {
        "name": "Platform",
        "stage": "business_case",
        "amount": "48000",
        "stage_history": ["2026-11-10 discovery", "2026-11-16 business_case"],
    }


def test_moving_backwards_is_recorded(crm: Crm, fields: Fields) -> None:
    crm("move-deal", "acme/platform", "qualified_lead")
    assert fields(PLATFORM)["stage_history"][-1] == "2026-11-20 qualified_lead"


def test_closing_sets_the_close_date_and_keeps_the_reason(crm: Crm, fields: Fields) -> None:
    ran = crm("move-deal", "platform", "closed-lost", "--reason", "No budget", "--on", "2026-11-18")
    assert ran.err == ""
    found = fields(PLATFORM)
    assert (found["close_date"], found["reason"]) == ("2026-11-18", "No budget")


def test_closing_without_a_reason_says_how_to_add_one(crm: Crm) -> None:
    ran = crm("move-deal", "platform", "closed_won")
    assert ran.err == "note: no reason given; add it: crm set acme/deals/platform reason='…'\n"


def test_opening_again_tells_what_the_closing_left(crm: Crm) -> None:
    crm("move-deal", "platform", "closed_lost", "--reason", "No budget")
    ran = crm("move-deal", "platform", "negotiation")
    assert ran.err == (
        "note: close_date is still '2026-11-20'; change it: crm set acme/deals/platform"
        " close_date=…\n"
        "note: reason is still 'No budget'; change it: crm set acme/deals/platform reason=…\n"
    )


def test_a_deal_that_is_there_already_is_left_alone(crm: Crm, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    ran = crm("move-deal", "platform", "discovery")
    assert ran.code == Exit.DONE
    assert ran.err == ("note: acme/deals/platform is in Discovery already\nnothing to change\n")
    assert git("rev-parse", "HEAD") == before


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["nope", "discovery"], Exit.NOT_FOUND, "error: no deal named 'nope'"),
        (["platfrm", "negotiation"], Exit.NOT_FOUND, "did you mean acme/deals/platform?"),
        (["platform", "negotation"], Exit.USAGE, "hint: did you mean negotiation?"),
        (
            ["platform", "negotiation", "--on", "2026-11-09"],
            Exit.USAGE,
            "error: the stage cannot change on Mon 2026-11-09: it changed on Tue 2026-11-10"
            " already\nhint: give a day from 2026-11-10 to 2026-11-20\n",
        ),
        (
            ["platform", "negotiation", "--on", "tomorrow"],
            Exit.USAGE,
            "error: the stage cannot change on Sat 2026-11-21: that is in the future\n",
        ),
        (["platform", "negotiation", "--on", "x"], Exit.USAGE, "error: --on: 'x' is not a day"),
        (["platform"], Exit.USAGE, "error: STAGE is missing"),
    ],
)
def test_what_does_not_fit_writes_nothing(
    crm: Crm, git: Git, arguments: list[str], code: Exit, said: str
) -> None:
    ran = crm("move-deal", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert git("status", "--short") == ""
