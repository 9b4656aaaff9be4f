"""Paths stay apart on every disk: also where case does not count, or accents are normalised.

macOS and Windows would keep only one of `customers/Acme` and `customers/acme`.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from crmkb.checks._places import texts
from crmkb.errors import Problem
from crmkb.workspace import Workspace

# Capitals and letters beyond ASCII: a path without any is its own key, and needs no comparing.
_SPECIAL = """
SELECT path FROM files
WHERE path <> lower(path) OR length(path) <> length(CAST(path AS BLOB))
"""
_EXISTS = "SELECT 1 FROM files WHERE path = ? OR path BETWEEN ? || '/' AND ? || '0'"


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield files and folders whose names differ only in case or in the form of their accents."""
    twins: dict[str, set[str]] = defaultdict(set)
    for (path,) in texts(workspace, _SPECIAL):
        for place in _with_folders(path):
            twins[_on_disk(place)].add(place)
    for key, same in twins.items():
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
    """Return what a disk that ignores case and normalises accents takes a path for."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _written(path: str) -> str:
    """Return a path so that a person sees how it differs."""
    is_plain = path.isascii() or unicodedata.is_normalized("NFC", path)
    return path if is_plain else f"{path} (with combining accents)"
