"""What is told of the models without loading them is what they say."""

from __future__ import annotations

import pytest

from crmkb.entities import Entity, entities
from crmkb.schema.kinds import COMMON, folders, kinds

NOUNS = sorted(entities())


@pytest.mark.parametrize("noun", NOUNS)
def test_a_kind_says_what_its_model_says(noun: str) -> None:
    kind, model = kinds()[noun], entities()[noun]
    said = (kind.noun, kind.plural, kind.pattern, kind.heading_key)
    assert said == (model.noun, model.plural, model.pattern, model.heading_key)
    assert list(kind.types) == list(model.model_fields)
    needed = {key for key, field in model.model_fields.items() if field.is_required()}
    assert kind.needed == needed
    validators = model.__pydantic_decorators__.field_validators.values()
    assert kind.ruled == {key for each in validators for key in each.info.fields}


def test_the_keys_of_all_records_are_those_of_every_model() -> None:
    assert list(COMMON) == list(Entity.model_fields)


def test_the_folders_are_those_of_a_customer() -> None:
    assert folders() == {"deals": "deal", "interactions": "interaction", "relationships": "contact"}
