"""Markdown files with front matter: reading, writing and lossless editing.

The public names of this folder: `document.py` reads, `writer.py` writes values, `editor.py` changes
keys, `errors.py` defines the errors. Only this folder imports yaml and frontmatter, and only when
needed: most files are read and written without them.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmkb.store.markdown.document import Document, Fields, Parts, Value, parse, split
from crmkb.store.markdown.errors import CannotEdit, Unreadable
from crmkb.store.markdown.operations import Append, Discard, Edit, Remove, Set
from crmkb.store.markdown.writer import dump

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
    """Return the file with its front matter edited; raise `CannotEdit` if that is not safe."""
    from crmkb.store.markdown.editor import edited

    return edited(data, edits)
