"""The columns of the index are told from the models' files: they are of the models' types."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, get_args, get_origin

import pytest

from crmkb.entities import entities
from crmkb.schema.kinds import kinds
from crmkb.store.index.tables import RENAMED, columns_of


def bare_types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from bare_types(part)


def sql_type(annotation: Any) -> str:
    types = set(bare_types(annotation))
    if any(get_origin(each) is list for each in types):
        return "TEXT LIST"
    if Decimal in types:
        return "NUMERIC"
    if bool in types:
        return "BOOLEAN"
    return "INTEGER" if int in types else "TEXT"


@pytest.mark.parametrize("noun", sorted(entities()))
def test_each_column_has_the_type_of_its_key(noun: str) -> None:
    fields = entities()[noun].model_fields
    expected = {RENAMED.get(key, key): sql_type(each.annotation) for key, each in fields.items()}

    assert columns_of(kinds()[noun]) == expected
