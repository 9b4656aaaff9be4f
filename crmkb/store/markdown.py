"""Markdown files with front matter: reading, writing and lossless editing.

The door to four rooms: `front_matter` reads, `dump` writes values, `edit` changes keys, `faults`
says what is wrong. Nothing else in the package imports yaml or frontmatter, and the door does not
either: most files are read and written without.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmkb.store.dump import dump
from crmkb.store.edits import Append, Discard, Edit, Remove, Set
from crmkb.store.faults import CannotEdit, Unreadable
from crmkb.store.front_matter import Document, Fields, Parts, Value, parse, split

__all__ = [
    "Append",
    "CannotEdit",
    "Discard",
    "Document",
    "Edit",
    "Fields",
    "Parts",
    "Remove",
    "Set",
    "Unreadable",
    "Value",
    "dump",
    "edit",
    "parse",
    "split",
]


def edit(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the file with its front matter edited; raise `CannotEdit` rather than guess."""
    from crmkb.store.edit import edited

    return edited(data, edits)
