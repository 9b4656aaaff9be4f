"""What other programs read in a header that we wrote: one of YAML 1.1, and one of YAML 1.2.

Both give their own types to `no` and `012`; a text of ours must come back as itself, but for the
dates, numbers and true/false that are meant to be typed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
import yaml12

from crmkb.store.markdown import split

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read_1_1(header: str) -> object:
    try:
        return yaml.load(header, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, TypeError):  # a day such as 2026-13-45, a list as a key
        return None


def _read_1_2(header: str) -> object:
    # This reader does not know that a tab may follow a colon.
    for text in (header, header.replace(":\t", ": ")):
        with suppress(ValueError):
            read: object = yaml12.parse_yaml(text)
            return read
    return None


READERS: Mapping[str, Callable[[str], object]] = {"1.1": _read_1_1, "1.2": _read_1_2}


def values(data: bytes, version: str, keys: int) -> list[object] | None:
    """Return the values of a file's keys, in order, as a reader of that version sees them.

    None where it cannot read the header, or takes two keys for the same one.
    """
    read = READERS[version](split(data).header.decode())
    if read is None and keys == 0:
        return []
    return list(read.values()) if isinstance(read, dict) and len(read) == keys else None


def is_text(read: object, text: str) -> bool:
    """Tell whether what a reader sees is this text, or the day, number or truth that it says."""
    if isinstance(read, str):
        return read == text
    if isinstance(read, bool):
        return str(read).lower() == text
    if isinstance(read, int | float):
        with suppress(InvalidOperation):
            return math.isfinite(read) and Decimal(str(read)) == Decimal(text)
    if isinstance(read, date):
        day = type(read) is date and read.isoformat() == text
        return day or (isinstance(read, datetime) and read == datetime.fromisoformat(text))
    return False
