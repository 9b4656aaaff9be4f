"""Check that relative links lead to a file or folder of the workspace."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import unquote

from crmkb.checks._locate import texts
from crmkb.errors import Problem, did_you_mean
from crmkb.workspace import Workspace

MOST_NAMED = 3
"""Maximum number of files of one name to suggest: a name such as README.md has too many."""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield links that lead nowhere, or out of the workspace."""
    rows = workspace.index.rows

    @cache
    def exists(path: str) -> bool:
        is_known = rows("SELECT 1 FROM files WHERE path = ?", path)
        return bool(is_known) or (workspace.root / path).exists()

    @cache
    def by_file_name() -> Mapping[str, list[str]]:
        return _by_file_name(str(path) for (path,) in rows("SELECT path FROM files"))

    place_of = cache(_place)
    for path, line, target in texts(workspace, "SELECT path, line, target FROM links"):
        place = place_of(path.rpartition("/")[0], target)
        if place == ".." or place.startswith("../"):
            hint = "copy the file into the workspace, or write a full https:// link"
            yield Problem(path, int(line), "link", f"{target!r} leads out of the workspace", hint)
        elif not exists(place) and "{" not in target:
            hint = _hint(path, place, by_file_name().get(posixpath.basename(place), []))
            yield Problem(path, int(line), "link", f"{target!r} leads nowhere", hint)


def _place(folder: str, target: str) -> str:
    """Return the path, from the workspace, of a link target in a file of a folder."""
    if "#" in target or "?" in target:
        target = target.partition("#")[0].partition("?")[0]
    if "%" in target:
        target = unquote(target)
    return posixpath.normpath(f"{folder}/{target}")


def _by_file_name(paths: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        found[posixpath.basename(path)].append(path)
    return found


def _hint(path: str, place: str, same_name: list[str]) -> str:
    folder = posixpath.dirname(path)
    if 0 < len(same_name) <= MOST_NAMED:
        return did_you_mean([posixpath.relpath(one, folder) for one in same_name]) or ""
    if posixpath.basename(place).startswith("www."):
        return f"write https://{posixpath.basename(place)}"
    return "mend the link, or write the file"
