"""Check that paths differ on every disk, even on those that ignore case or normalise accents.

macOS and Windows would keep only one of `customers/Acme` and `customers/acme`.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from crmkb.checks._locate import texts
from crmkb.errors import Problem
from crmkb.workspace import Workspace

# Paths with capitals or non-ASCII letters: any other path is its own key, and needs no comparison.
_SPECIAL = """
SELECT path FROM files
WHERE path <> lower(path) OR length(path) <> length(CAST(path AS BLOB))
"""
_EXISTS = "SELECT 1 FROM files WHERE path = ? OR path BETWEEN ? || '/' AND ? || '0'"


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield files and folders with names that differ only in case or in the form of accents."""
    duplicates: dict[str, set[str]] = defaultdict(set)
    for (path,) in texts(workspace, _SPECIAL):
        for place in _with_folders(path):
            duplicates[_on_disk(place)].add(place)
    for key, same in duplicates.items():
        if workspace.index.rows(_EXISTS, key, key, key):
            same.add(key)
        if len(same) > 1 and len({path.rpartition("/")[0] for path in same}) == 1:
            for path in same:
                other = min(same - {path})
                message = f"is the same as {_written(other)} on disks that ignore case"
                yield Problem(path, 1, "", message, "rename one of the two")


def _with_folders(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _on_disk(path: str) -> str:
    """Return the form of a path on a disk that ignores case and normalises accents."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _written(path: str) -> str:
    """Return a path for a message, with a note if it differs in its accents."""
    is_plain = path.isascii() or unicodedata.is_normalized("NFC", path)
    return path if is_plain else f"{path} (with combining accents)"
