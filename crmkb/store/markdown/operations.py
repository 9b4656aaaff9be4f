"""The edits of a front matter key; `editor.py` applies them."""

from __future__ import annotations

from dataclasses import dataclass

from crmkb.store.markdown.document import Value


@dataclass(frozen=True, slots=True)
class Set:
    """Set a key to a value; add the key if it is missing."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a key and its value."""

    key: str


@dataclass(frozen=True, slots=True)
class Append:
    """Append an item to a list; a single text becomes the first item of a new list."""

    key: str
    item: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Remove all occurrences of an item from a list; the list may become empty."""

    key: str
    item: str


Edit = Set | Remove | Append | Discard
