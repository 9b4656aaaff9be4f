from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.entities import Entity, Finding, entities, entity_named, holds, literal_choices
from crmkb.entities.contact import Contact
from crmkb.entities.customer import Customer
from crmkb.entities.deal import Deal
from crmkb.entities.interaction import Interaction
from crmkb.values.money import say_money

STAGES = ("discovery", "closed_won")


def finding(model: type[Entity], **fields: Any) -> Finding:
    """Return what is wrong with one value; everything that is required is there."""
    needed = {"name": "X", "title": "X", "stage": "discovery", "date": "2026-11-20"}
    needed |= {"type": "call", "subject": "X"}
    known = {key: value for key, value in needed.items() if key in model.model_fields}
    _, (found,) = model.read({**known, **fields}, STAGES)
    return found


def told(found: Finding) -> tuple[str, str]:
    return found.message, found.hint


def test_every_kind_is_found_by_its_file() -> None:
    assert sorted(entities()) == ["article", "contact", "customer", "deal", "interaction"]
    assert entity_named("deals") is entity_named("deal") is Deal
    assert entity_named("task") is None


def test_texts_become_what_they_mean() -> None:
    deal, findings = Deal.read(
        {
            "name": "NO",
            "stage": "discovery",
            "amount": "1250.50",
            "probability": "0.3",
            "close_date": "2026-11-20",
            "contacts": ["bob"],
            "products": "Platform",
            "zip": "02142",
        },
        STAGES,
    )

    assert findings == []
    assert (deal.name, deal.amount, deal.probability) == ("NO", Decimal("1250.50"), Decimal("0.3"))
    assert (deal.close_date, deal.contacts, deal.products) == (
        date(2026, 11, 20),
        ["bob"],
        ["Platform"],
    )
    assert deal.own_fields == {"zip": "02142"}


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T14:30:00", datetime(2026, 11, 20, 14, 30)),
        ("2026-11-20 14:30", datetime(2026, 11, 20, 14, 30)),
        ("2026-11-20T14:30:00Z", datetime(2026, 11, 20, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_may_be_a_day_and_may_have_an_offset(text: str, moment: date) -> None:
    call, findings = Interaction.read({"date": text, "type": "call", "subject": "X"}, STAGES)

    assert (call.date, findings) == (moment, [])


@pytest.mark.parametrize("empty", ["", "~", "null"])
def test_what_says_that_there_is_nothing_is_nothing(empty: str) -> None:
    customer, findings = Customer.read({"name": "A", "tier": empty, "tags": ["a", empty]}, STAGES)

    assert (customer.tier, customer.tags, findings) == (None, ["a"], [])
    assert told(finding(Customer, name=empty)) == ("is missing", "add a line 'name: …'")


def test_a_wrong_value_does_not_take_the_others_with_it() -> None:
    deal, findings = Deal.read({"stage": "disco", "amount": "5", "close_date": "soon"}, STAGES)

    assert sorted(found.field for found in findings) == ["close_date", "name", "stage"]
    values = deal.model_dump(include={"name", "stage", "amount", "close_date"})
    assert values == {"name": None, "stage": None, "amount": 5, "close_date": None}
    assert deal.heading == ""


@pytest.mark.parametrize(
    "model, fields, message, hint",
    [
        (Deal, {"stage": "discovry"}, "'discovry' is not one of discovery, closed_won", "did you"),
        (Deal, {"stage": "Closed-Won"}, "'Closed-Won' is not one of", "write closed_won"),
        (Deal, {"amount": "much"}, "'much' is not a plain number", "write digits only, such as"),
        (Deal, {"amount": "50,000.00"}, "'50,000.00' is not a plain number", "write 50000"),
        (Deal, {"amount": "€ 50k"}, "'€ 50k' is not a plain number", "write 50000, and EUR as"),
        (Deal, {"amount": "1e9"}, "'1e9' is not a plain number", "write 1000000000"),
        (Deal, {"amount": "٣"}, "'٣' is not a plain number", "write "),
        (Deal, {"amount": "9" * 16}, f"'{'9' * 16}' is too long", "write at most 15 digits"),
        (Deal, {"amount": ["5", "6"]}, "must be a single text, not a list or a nested block", ""),
        (Deal, {"probability": "30"}, "30 is not between 0 and 1", "write 0.3"),
        (Deal, {"probability": "-1"}, "-1 is not between 0 and 1", ""),
        (Deal, {"close_date": "soon"}, "'soon' is not a day such as 2026-11-20", ""),
        (Deal, {"close_date": "2026-02-30"}, "'2026-02-30' is not a day such as", ""),
        (Deal, {"close_date": "20 Nov 2026"}, "'20 Nov 2026' is not a day", "write 2026-11-20"),
        (Deal, {"close_date": "11/12/2026"}, "'11/12/2026' is not a day", "write 2026-11-12 or"),
        (Deal, {"contacts": {"a": "b"}}, "must be a list, one item a line", ""),
        (Deal, {"stage_history": ["soon"]}, "'soon' is not a day and a stage such as", ""),
        (Deal, {"stage_history": ["2026-08-14"]}, "'2026-08-14' is not a day and a stage", ""),
        (Deal, {"close_date_history": ["2026-08-14"]}, "'2026-08-14' is not a move of the", ""),
        (
            Deal,
            {"close_date_history": ["2026-08-14 from 2026-02-30 to 2026-12-18"]},
            "'2026-08-14 from 2026-02-30 to 2026-12-18' is not a move of the close date such as"
            " 2026-11-20 from 2026-10-31 to 2026-12-18",
            "",
        ),
        (Customer, {"name": {"a": "b"}}, "must be a single text, not a list or a nested", ""),
        (Customer, {"status": "actve"}, "'actve' is not one of prospect", "did you mean ac"),
        (Customer, {"employees": "3.5"}, "3.5 is not a whole number", ""),
        (Customer, {"employees": "about 50"}, "'about 50' is not a plain number", "write "),
        (Contact, {"primary": "yes"}, "'yes' is neither true nor false", "write true"),
        (Contact, {"primary": "perhaps"}, "'perhaps' is neither true nor false", "write true or"),
        (Interaction, {"date": "yesterday"}, "'yesterday' is not a date such as", ""),
        (Interaction, {"date": "0001-01-01T00:00:00+14:00"}, "'0001-01-01T", "write another"),
        (Interaction, {"type": "Phone"}, "'Phone' is not one of call, email,", ""),
        (Interaction, {"type": "x" * 99}, f"'{'x' * 59}…' is not one of", ""),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(
    model: type[Entity], fields: dict[str, Any], message: str, hint: str
) -> None:
    found = finding(model, **fields)

    assert found.field == next(iter(fields))
    assert found.message.startswith(message)
    assert found.hint.startswith(hint)
    assert bool(found.hint) == bool(hint)


@pytest.mark.parametrize(
    "model, fields, instead",
    [
        (Deal, {"stage": "Closed-Won"}, "closed_won"),
        (Deal, {"stage": "discovry"}, ""),
        (Deal, {"amount": "50,000.00"}, "50000"),
        (Deal, {"amount": "€ 50k"}, ""),
        (Deal, {"close_date": "20 Nov 2026"}, "2026-11-20"),
        (Deal, {"close_date": "11/12/2026"}, ""),
        (Contact, {"primary": "Yes"}, "true"),
        (Contact, {"primary": "perhaps"}, ""),
    ],
)
def test_only_what_is_certain_may_be_written_instead(
    model: type[Entity], fields: dict[str, Any], instead: str
) -> None:
    found = finding(model, **fields).instead

    assert found == instead or (instead == "50000" and Decimal(found) == 50000)


def test_an_item_of_a_list_is_told_with_its_place() -> None:
    assert finding(Deal, contacts=["bob", {"a": "b"}]).position == 1
    assert finding(Deal, contacts={"a": "b"}).position is None


def test_history_is_told_as_it_is_written() -> None:
    deal, _ = Deal.read(
        {"name": "X", "stage": "x", "stage_history": ["2026-08-14 discovery", "2026-09-01  demo "]},
        (),
    )

    assert [(change.on, change.stage) for change in deal.history] == [
        (date(2026, 8, 14), "discovery"),
        (date(2026, 9, 1), "demo"),
    ]


def test_moves_of_the_close_date_are_told_as_they_are_written() -> None:
    items = [
        "2026-11-02 from 2026-10-31 to 2026-12-18",
        "2026-11-20  from 2026-12-18 to 2027-01-29",
    ]
    deal, _ = Deal.read({"name": "X", "stage": "x", "close_date_history": items}, ())

    assert deal.close_date_changes == [
        (date(2026, 11, 2), date(2026, 10, 31), date(2026, 12, 18)),
        (date(2026, 11, 20), date(2026, 12, 18), date(2027, 1, 29)),
    ]


def test_without_stages_any_stage_is_taken() -> None:
    assert Deal.read({"name": "X", "stage": "anything"}, ())[1] == []


def test_a_model_tells_what_its_fields_hold() -> None:
    assert literal_choices(Customer, "tier") == ("enterprise", "growth", "startup")
    assert literal_choices(Customer, "name") == literal_choices(Customer, "none") == ()
    assert holds(Deal, "contacts", list)
    assert holds(Deal, "amount", Decimal)
    assert holds(Deal, "opened", date)
    assert not holds(Deal, "name", list)
    assert not holds(Deal, "none", str)


@given(st.decimals(0, 10**12, places=2))
def test_any_amount_is_read_as_it_is_written(amount: Decimal) -> None:
    deal, findings = Deal.read({"name": "X", "stage": "discovery", "amount": f"{amount:f}"}, STAGES)

    assert (deal.amount, findings) == (amount, [])
    assert say_money(amount, "EUR").startswith("EUR ")


VALUES = st.recursive(
    st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)


@given(st.data())
def test_any_front_matter_is_read_or_told(data: st.DataObject) -> None:
    for model in entities().values():
        keys = st.sampled_from([*model.model_fields, "own", ""])
        fields = data.draw(st.dictionaries(keys, VALUES, max_size=6))
        entity, findings = model.read(fields, STAGES)

        assert isinstance(entity, model)
        for found in findings:
            assert found.field in model.model_fields
            assert found.message
