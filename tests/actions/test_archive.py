from __future__ import annotations

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm

ACME = "customers/acme/profile.md"


def test_an_archived_customer_leaves_the_lists_and_comes_back(crm: Crm, fields: Fields) -> None:
    before = crm("list", "customers", "--format", "ids").out
    assert crm("archive", "falcon").out.startswith("Archive Acme Corporation\n")
    assert fields(ACME)["archived"] == "2026-11-20"
    assert crm("list", "customers", "--format", "ids").out == "bolt\n"
    assert crm("list", "deals", "--format", "ids").out == ""
    assert crm("unarchive", "acme").out.startswith("Unarchive Acme Corporation\n")
    assert crm("list", "customers", "--format", "ids").out == before == "acme\nbolt\n"


def test_a_second_time_changes_nothing(crm: Crm) -> None:
    crm("archive", "acme")
    again = crm("archive", "acme")
    assert again.err == "note: acme is archived since 2026-11-20\nnothing to change\n"
    crm("unarchive", "acme")
    assert crm("unarchive", "acme").err == "note: acme is not archived\nnothing to change\n"


def test_a_stranger_is_not_archived(crm: Crm) -> None:
    ran = crm("archive", "acne")
    assert (ran.code, ran.err) == (
        Exit.NOT_FOUND,
        "error: no customer named 'acne'\nhint: did you mean acme?\n",
    )
