from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from crmkb.entities import entities
from crmkb.errors import BrokenFile, Exit
from crmkb.schema.kinds import kinds
from crmkb.workspace import Change, Write, fields_of
from crmkb.workspace.change import MOST_NAMED, Given, to_value
from crmkb.workspace.record import Record, WrongValue, check_values

DEAL = b"""\
---
name: Platform # theirs
stage: discovery
contacts:
  - bob
zip: 02142
---
Text
"""
PATH = "customers/acme/deals/platform.md"
STAGES = ("discovery", "closed_won")


def deal(data: bytes = DEAL) -> Record:
    return Record.read(PATH, data, kinds()["deal"], STAGES)


def test_a_record_knows_where_it_is_and_what_it_is_called() -> None:
    record = deal()

    assert (record.customer, record.slug, record.ref) == ("acme", "platform", "acme/deals/platform")
    assert record.name == "Platform"
    assert deal(b"---\nstage: discovery\n---\n").name == "platform"


def test_a_record_gives_texts_and_items() -> None:
    record = deal()

    assert [record.text(key) for key in ("zip", "contacts", "none")] == ["02142", "bob", ""]
    assert [record.items(key) for key in ("zip", "contacts", "none")] == [["02142"], ["bob"], []]


def test_an_unreadable_record_is_named_with_its_line() -> None:
    with pytest.raises(BrokenFile) as caught:
        deal(b"---\nname: Platform\nstage: a: b\n---\n")

    assert caught.value.message.startswith(f"{PATH}:3: ")
    assert caught.value.hint


def test_an_edit_changes_only_its_lines() -> None:
    edit = deal().edit(stage="closed_won").append("contacts", "ann").discard("contacts", "bob")

    write = edit.set("close_date", date(2026, 11, 20)).remove("zip").write()

    assert (write.path, write.before) == (PATH, DEAL)
    assert write.after == (
        b"---\nname: Platform # theirs\nstage: closed_won\ncontacts:\n  - ann\n"
        b"close_date: 2026-11-20\n---\nText\n"
    )


def test_an_edit_can_follow_another_one() -> None:
    first, second = deal().edit(stage="closed_won"), deal().edit(reason="Price")

    assert first.and_then(second).write().after == DEAL.replace(
        b"discovery", b"closed_won"
    ).replace(b"02142\n", b"02142\nreason: Price\n")


def test_a_wrong_value_that_is_given_is_refused() -> None:
    with pytest.raises(WrongValue) as caught:
        deal().edit(stage="closed won!").write()

    assert caught.value.exit_code == Exit.USAGE
    assert caught.value.message == "stage: 'closed won!' is not one of discovery, closed_won"
    assert caught.value.hint == "did you mean closed_won?"


def test_a_wrong_value_that_was_there_before_stops_no_edit() -> None:
    wrong = DEAL.replace(b"stage: discovery", b"stage: disco")

    assert deal(wrong).edit(reason="Price").write().after is not None


def test_a_new_record_is_checked_whole() -> None:
    with pytest.raises(WrongValue, match="stage: is missing"):
        check_values(entities()["deal"], {"name": "X"}, STAGES)


@pytest.mark.parametrize(
    "given, value",
    [
        ("NO", "NO"),
        (True, "true"),
        (False, "false"),
        (30, "30"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 14, 30), "2026-11-20T14:30:00"),
        (["a", "b"], ["a", "b"]),
        ((), []),
    ],
)
def test_values_as_front_matter_holds_them(given: Given, value: str | list[str]) -> None:
    assert to_value(given) == value


def test_empty_values_are_left_out_of_a_new_record() -> None:
    assert fields_of(a="x", b=None, c="", d=[], e=False, f=0) == {"a": "x", "e": "false", "f": "0"}


def test_a_change_is_made_of_edits_files_and_changes() -> None:
    file = Write("customers/acme/context/notes.md", None, b"x")
    inner = Change.of(file, message="Inner", notes=["a note"])

    change = Change.of(deal().edit(reason="Price"), inner, message="Outer", notes=["first"])

    assert list(change.writes) == [PATH, file.path]
    assert change.notes == ("first", "a note")


def test_a_later_write_of_a_file_counts_and_the_earliest_reading() -> None:
    change = Change.of(Write(PATH, b"read", b"1"), Write(PATH, b"1", b"2"), message="Both")

    assert change.writes[PATH] == Write(PATH, b"read", b"2")


def test_what_changes_nothing_is_no_difference() -> None:
    change = Change.of(Write("a.md", b"x", b"x"), Write("b.md", None, None), message="Nothing")

    assert change.differing == []


def test_the_message_ends_with_the_audit_trail() -> None:
    writes = [
        Write("customers/acme/profile.md", b"", b"x"),
        Write(PATH, None, b"x"),
        Write("knowledge_base/pricing/list.md", None, b"x"),
        Write("customers/acme/deals/.gitkeep", None, b""),
    ]

    change = Change.of(*writes, message="Log\na  call").signed("log-call", "lee")

    assert change.full_message() == (
        "Log a call\n"
        "\n"
        "Crm-Action: log-call\n"
        "Crm-Entity: acme\n"
        "Crm-Entity: acme/deals/platform\n"
        "Crm-Entity: knowledge_base/pricing/list\n"
        "Crm-Actor: lee"
    )


def test_of_very_many_records_the_message_tells_the_number() -> None:
    writes = [Write(f"customers/a/deals/{n}.md", None, b"x") for n in range(MOST_NAMED + 1)]

    change = Change.of(*writes, message="Import")

    assert change.full_message() == f"Import\n\nCrm-Entities: {MOST_NAMED + 1}"
