"""Read single values of `crm.toml`, and raise `BadConfig` with the key of an invalid one.

`settings.py` and `health_rules.py` define the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crmkb.errors import CrmError

FILE_NAME = "crm.toml"


class BadConfig(CrmError):
    """`crm.toml` cannot be read or holds an invalid setting."""

    def __init__(self, key: str, message: str) -> None:
        subject = f"{key}: " if key else ""
        super().__init__(f"{FILE_NAME}: {subject}{message}", hint=f"mend {FILE_NAME} and try again")


def read_table(data: Mapping[str, Any], name: str, key: str = "") -> Mapping[str, Any]:
    """Return a table within a table; a missing one is empty."""
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise BadConfig(key or name, f"must be a table, such as [{key or name}]")
    return table


def read_text(table: Mapping[str, Any], key: str, default: str) -> str:
    """Return the text under the last part of a dotted key, or the default."""
    value = table.get(key.rpartition(".")[2], default)
    if not isinstance(value, str):
        raise BadConfig(key, f"{value} must be a text in quotes")
    return value


def read_texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the texts under the last part of a dotted key; a missing list is empty."""
    values = table.get(key.rpartition(".")[2], [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadConfig(key, f'must be a list of texts, such as {key.rpartition(".")[2]} = ["…"]')
    return tuple(values)


def read_number(value: Any, key: str, *, above_zero: bool = False) -> Decimal:
    """Return a finite number as written; with `above_zero`, 0 and below raise `BadConfig` too."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadConfig(key, f"{value!r} is not a number")
    number = Decimal(value)
    if not number.is_finite() or (above_zero and number <= 0):
        raise BadConfig(key, f"{value} must be a number above 0")
    return number
