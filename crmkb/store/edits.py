"""What may be done to a key of a front matter; doing it is left to `edit`."""

from __future__ import annotations

from dataclasses import dataclass

from crmkb.store.front_matter import Value


@dataclass(frozen=True, slots=True)
class Set:
    """Give a key a value, whether it exists or not."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a key with its value."""

    key: str


@dataclass(frozen=True, slots=True)
class Append:
    """Add an item at the end of a list; a text becomes the first item of a list."""

    key: str
    item: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Remove an item from a list, wherever it occurs; the last one leaves an empty list."""

    key: str
    item: str


Edit = Set | Remove | Append | Discard
