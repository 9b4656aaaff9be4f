"""What is read without the models is what the models read, and anything else is left to them."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkb.entities import entities
from crmkb.schema import choices
from crmkb.schema.fast_values import fast_values
from crmkb.schema.kinds import kinds
from crmkb.store.index.tables import to_sql

NOUNS = sorted(entities())
STAGES = ("discovery", "closed_won")
CALL = {"date": "2026-11-20T14:30:00", "type": "call", "subject": "Pricing"}
DEAL = {"name": "Platform", "stage": "discovery"}

VALUES = st.one_of(
    st.sampled_from(
        [word for name in dir(choices) for word in map(str, get_args(getattr(choices, name)))]
    ),
    st.sampled_from(["", "~", "null", "2026-11-20", "2026-02-30", "0001-01-01", "1999-12-31"]),
    st.sampled_from(["2026-11-20T14:30:00", "2026-11-20T25:00:00", "9999-12-31T23:59:59"]),
    st.sampled_from(["5", "007", "-3", "1.5", "5.00", "0.3333", "50k", "9" * 16, "٣", "1_000"]),
    st.sampled_from(["true", "false", "True", "yes", "\ud800", "a\nb", "ü\nb", "discovery"]),
    st.sampled_from(["2026-08-14 discovery", "2026-08-14", "2026-11-20 from 2026-10-31 to x"]),
    st.just("2026-11-20 from 2026-10-31 to 2026-12-18"),
    st.text(max_size=5),
    st.none(),
    st.just({"a": "b"}),
)


def as_indexed(value: Any) -> Any:
    return value if isinstance(value, list | dict) else to_sql(value)


def agree(noun: str, fields: dict[str, Any]) -> bool:
    """Return whether fields are plain; if so the model must read the same."""
    plain = fast_values(kinds()[noun], fields, STAGES)
    if plain is None:
        return False
    entity, findings = entities()[noun].read(fields, STAGES)
    assert findings == []
    assert plain.known == {key: as_indexed(value) for key, value in vars(entity).items()}
    assert list(plain.known) == list(type(entity).model_fields)
    assert plain.own == entity.own_fields
    return True


@settings(max_examples=1000)
@given(st.data())
def test_what_is_plain_is_read_as_the_model_reads_it(data: st.DataObject) -> None:
    noun = data.draw(st.sampled_from(NOUNS))
    needed = {"interaction": CALL, "deal": DEAL, "article": {"title": "T"}}
    fields: dict[str, Any] = dict(needed.get(noun, {"name": "N"}))
    keys = [*entities()[noun].model_fields, "own"]
    values = VALUES | st.lists(VALUES, max_size=3)
    fields |= data.draw(st.dictionaries(st.sampled_from(keys), values, max_size=3))

    agree(noun, fields)


@pytest.mark.parametrize(
    "noun, fields",
    [
        ("interaction", {**CALL, "us": ["ana", "null"], "duration": "15", "own": "y"}),
        ("interaction", {**CALL, "date": "2026-11-20", "us": "ana", "deal": "", "tags": ["x"]}),
        ("deal", {**DEAL, "amount": "1250.50", "probability": "0.3", "contacts": []}),
        ("deal", {**DEAL, "stage_history": ["2026-08-14 discovery", "~"], "source": "maven"}),
        ("deal", {**DEAL, "close_date_history": "2026-11-20 from 2026-10-31 to 2026-12-18"}),
        ("contact", {"name": "Zoë", "primary": "true", "left": "2026-11-20", "role": "champion"}),
        ("customer", {"name": "Acme", "employees": "120", "status": "active", "x": {"a": "b"}}),
        ("article", {"title": "Prices", "topics": ["a"]}),
    ],
)
def test_what_people_write_is_plain(noun: str, fields: dict[str, Any]) -> None:
    assert agree(noun, fields)


@example("2026-11-20T14:30:00")
@given(VALUES)
def test_a_logged_call_is_plain_only_with_a_right_date(date: Any) -> None:
    assert agree("interaction", {**CALL, "date": date}) or date != "2026-11-20T14:30:00"


@pytest.mark.parametrize(
    "noun, fields",
    [
        ("interaction", {"date": "2026-11-20", "type": "call"}),
        ("interaction", {**CALL, "type": "chat"}),
        ("interaction", {**CALL, "subject": "~"}),
        ("interaction", {**CALL, "date": "2026-11-20T14:30:00Z"}),
        ("interaction", {**CALL, "duration": "1.5"}),
        ("interaction", {**CALL, "subject": ["x"]}),
        ("interaction", {**CALL, "them": [{"a": "b"}]}),
        ("deal", {**DEAL, "stage": "negotiati"}),
        ("deal", {**DEAL, "probability": "30"}),
        ("deal", {**DEAL, "amount": "-5"}),
        ("deal", {**DEAL, "stage_history": ["discovery"]}),
        ("deal", {**DEAL, "close_date_history": ["2026-11-20"]}),
        ("contact", {"name": "Zoë", "primary": "yes"}),
        ("contact", {"name": "\ud800"}),
        ("contact", {"name": "Zoë\nRoe"}),
    ],
)
def test_what_is_not_plain_is_left_to_the_model(noun: str, fields: dict[str, Any]) -> None:
    assert fast_values(kinds()[noun], fields, STAGES) is None


def test_a_stage_is_any_where_none_are_known() -> None:
    assert fast_values(kinds()["deal"], {**DEAL, "stage": "own"}, ()) is not None
