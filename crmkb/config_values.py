"""Read single values of `crm.toml`, and say by their key what is wrong with them.

What the keys are is told by `config`, and by those to whom it leaves a part of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crmkb.errors import CrmError

FILE_NAME = "crm.toml"


class BadConfig(CrmError):
    """`crm.toml` cannot be read or holds a setting that makes no sense."""

    def __init__(self, key: str, message: str) -> None:
        subject = f"{key}: " if key else ""
        super().__init__(f"{FILE_NAME}: {subject}{message}", hint=f"mend {FILE_NAME} and try again")


def read_table(data: Mapping[str, Any], name: str, key: str = "") -> Mapping[str, Any]:
    """Return a table of tables; one that is not there is empty."""
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise BadConfig(key or name, f"must be a table, such as [{key or name}]")
    return table


def read_text(table: Mapping[str, Any], key: str, default: str) -> str:
    """Return the text under the last word of a key."""
    value = table.get(key.rpartition(".")[2], default)
    if not isinstance(value, str):
        raise BadConfig(key, f"{value} must be a text in quotes")
    return value


def read_texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the list of texts under the last word of a key."""
    values = table.get(key.rpartition(".")[2], [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadConfig(key, f'must be a list of texts, such as {key.rpartition(".")[2]} = ["…"]')
    return tuple(values)


def read_number(value: Any, key: str, *, above_zero: bool = False) -> Decimal:
    """Return a number as it is written; raise for what is none, or not above zero."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadConfig(key, f"{value!r} is not a number")
    number = Decimal(value)
    if not number.is_finite() or (above_zero and number <= 0):
        raise BadConfig(key, f"{value} must be a number above 0")
    return number
