"""What a deal keeps of its close date when that is moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm

PLATFORM = "customers/acme/deals/platform.md"
KEY = "close_date_history"


def test_the_first_date_is_no_move(crm: Crm, fields: Fields) -> None:
    crm("set", "platform", "close_date=2026-12-18")
    assert KEY not in fields(PLATFORM)


def test_a_moved_date_is_kept_with_the_day_it_was_moved(crm: Crm, fields: Fields) -> None:
    crm("set", "platform", "close_date=2026-10-31")
    crm("set", "platform", "close_date=eoy", "amount=50k")
    crm("set", "platform", "close_date=2026-12-18")
    assert fields(PLATFORM)["close_date"] == "2026-12-18"
    assert fields(PLATFORM)[KEY] == [
        "2026-11-20 from 2026-10-31 to 2026-12-31",
        "2026-11-20 from 2026-12-31 to 2026-12-18",
    ]


def test_the_same_date_is_no_move(crm: Crm, fields: Fields) -> None:
    crm("set", "platform", "close_date=2026-12-18")
    crm("set", "platform", "close_date=2026-12-18", "amount=5")
    assert KEY not in fields(PLATFORM)


@pytest.mark.parametrize(
    "command",
    [
        ("move-deal", "platform", "closed_won", "--reason", "Price"),
        ("set", "platform", "stage=closed_lost"),
        ("set", "platform", "stage=closed_lost", "close_date=2026-11-19"),
    ],
)
def test_closing_is_no_move(crm: Crm, fields: Fields, command: tuple[str, ...]) -> None:
    crm("set", "platform", "close_date=2026-12-18")
    assert crm(*command).code == Exit.DONE
    assert KEY not in fields(PLATFORM)


def test_correcting_the_day_of_a_closed_deal_is_no_move(crm: Crm, fields: Fields) -> None:
    crm("move-deal", "platform", "closed_won")
    crm("set", "platform", "close_date=2026-11-18")
    assert KEY not in fields(PLATFORM)


def test_a_date_that_was_taken_out_is_known_from_the_history(crm: Crm, fields: Fields) -> None:
    crm("set", "platform", "close_date=2026-10-31")
    crm("set", "platform", "close_date=2026-12-18")
    crm("set", "platform", "close_date=")
    crm("set", "platform", "close_date=2027-01-29")
    assert fields(PLATFORM)[KEY][-1] == "2026-11-20 from 2026-12-18 to 2027-01-29"
    assert crm("check", "customers/acme/deals").code == Exit.DONE


def test_a_deal_that_is_open_again_keeps_the_day_of_its_closing(crm: Crm, fields: Fields) -> None:
    crm("move-deal", "platform", "closed_lost", "--reason", "No budget")
    crm("set", "platform", "stage=negotiation", "close_date=2026-12-18")
    assert fields(PLATFORM)[KEY] == ["2026-11-20 from 2026-11-20 to 2026-12-18"]
    pushed = crm("query", "SELECT count(*) AS n FROM deal_pushes", "--format", "tsv").out
    assert pushed.split() == ["n", "0"]


def test_a_close_date_of_another_kind_is_only_a_key(crm: Crm, fields: Fields) -> None:
    crm("set", "acme", "close_date=2026-10-31")
    crm("set", "acme", "close_date=2026-12-18")
    assert KEY not in fields("customers/acme/profile.md")


def test_an_import_keeps_it_too(crm: Crm, fields: Fields, root: Path) -> None:
    file = root.parent / "deals.csv"
    words = ["--map", "id=i", "--map", "customer=c", "--map", "name=n", "--map", "stage=s"]
    words += ["--map", "close_date=d", "--source", "old", "--update"]
    for day in ("2026-10-31", "2026-12-18"):
        file.write_text(f"i,c,n,s,d\n7,acme,Other,discovery,{day}\n")
        assert crm("import", "deals", file, *words).code == Exit.DONE
    assert fields("customers/acme/deals/other.md")[KEY] == [
        "2026-11-20 from 2026-10-31 to 2026-12-18"
    ]
