"""What is told of the models without loading them is what they say, and what is plain is right."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkb import words
from crmkb.entities import Entity, entities
from crmkb.kinds import folders, kinds

NOUNS = sorted(entities())
COMMON = set(Entity.model_fields)

VALUES = st.one_of(
    st.sampled_from(
        [word for name in dir(words) for word in map(str, get_args(getattr(words, name)))]
    ),
    st.sampled_from(["", "~", "null", "2026-11-20", "2026-02-30", "0001-01-01", "1999-12-31"]),
    st.sampled_from(["2026-11-20T14:30:00", "2026-11-20T25:00:00", "9999-12-31T23:59:59"]),
    st.sampled_from(["5", "007", "-3", "1.5", "50k", "9" * 16, "true", "\ud800", "a\nb", "٣"]),
    st.text(max_size=5),
)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_kind_says_what_its_model_says(noun: str) -> None:
    kind, model = kinds()[noun], entities()[noun]
    said = (kind.noun, kind.plural, kind.pattern, kind.heading_key)
    assert said == (model.noun, model.plural, model.pattern, model.heading_key)
    assert list(kind.types) == [key for key in model.model_fields if key not in COMMON]
    needed = {key for key, field in model.model_fields.items() if field.is_required()}
    assert kind.needed == needed
    validators = model.__pydantic_decorators__.field_validators.values()
    assert kind.ruled == {key for each in validators for key in each.info.fields}


def test_the_folders_are_those_of_a_customer() -> None:
    assert folders() == {"deals": "deal", "interactions": "interaction", "relationships": "contact"}


@settings(max_examples=500)
@given(st.data())
def test_what_is_plainly_right_is_right(data: st.DataObject) -> None:
    noun = data.draw(st.sampled_from(NOUNS))
    keys = [*entities()[noun].model_fields, "own"]
    given_: dict[str, Any] = data.draw(
        st.dictionaries(st.sampled_from(keys), VALUES | st.lists(VALUES, max_size=3), max_size=5)
    )
    if kinds()[noun].is_plainly_right(given_):
        assert entities()[noun].read(given_, ())[1] == []


@example("2026-11-20T14:30:00")
@given(VALUES)
def test_a_logged_call_is_plainly_right_only_with_a_right_date(date: str) -> None:
    fields = {"date": date, "type": "call", "subject": "Pricing", "us": ["ana"], "duration": "15"}
    is_plain = kinds()["interaction"].is_plainly_right(fields)
    assert not is_plain or entities()["interaction"].read(fields, ())[1] == []
    assert is_plain or date != "2026-11-20T14:30:00"


@pytest.mark.parametrize(
    "fields",
    [
        {"date": "2026-11-20", "type": "call"},
        {"date": "2026-11-20", "type": "chat", "subject": "x"},
        {"date": "2026-11-20", "type": "call", "subject": "~"},
        {"date": "2026-11-20", "type": "call", "subject": "x", "own": "y"},
        {"date": "2026-11-20", "type": "call", "subject": "x", "us": "ana"},
    ],
)
def test_what_is_not_plain_is_left_to_the_model(fields: dict[str, Any]) -> None:
    assert not kinds()["interaction"].is_plainly_right(fields)
