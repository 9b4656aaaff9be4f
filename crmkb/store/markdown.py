"""Markdown files with front matter: reading, writing and lossless editing.

The door to four rooms: `front_matter` reads, `dump` writes values, `edit` changes keys, `faults`
says what is wrong. Nothing else in the package imports yaml or frontmatter.
"""

from __future__ import annotations

from crmkb.store.dump import dump
from crmkb.store.edit import Append, Discard, Edit, Remove, Set, edit
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
