"""Check that competitors are spelt like the articles about them: reports count spellings apart.

A competitor without an article is not a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from crmkb.checks._locate import at_key, texts
from crmkb.checks._suggestions import replaced
from crmkb.errors import Problem, did_you_mean
from crmkb.store.markdown import Edit
from crmkb.values.names import close_matches, fold
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

KEY = "competitors"

_ARTICLES = """
SELECT DISTINCT names.name, names.path FROM files JOIN names ON names.path = files.path
WHERE files.kind = 'article' AND files.path GLOB 'knowledge_base/competitor_analysis/*'
"""
_NAMED = """
SELECT DISTINCT fields.value FROM fields JOIN files ON files.path = fields.path
WHERE fields.key = 'competitors' AND files.kind IN ('customer', 'deal')
"""
_PLACES = """
SELECT fields.path, fields.position FROM fields JOIN files ON files.path = fields.path
WHERE fields.key = 'competitors' AND fields.value = ? AND files.kind IN ('customer', 'deal')
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield competitors that are not spelt like the article about them."""
    slugs = _slugs_by_name(workspace)
    for (name,) in texts(workspace, _NAMED) if slugs else ():
        hint = _hint(name, slugs)
        for path, position in texts(workspace, _PLACES, name) if hint else ():
            message = f"{name!r} is not how the article calls this competitor"
            yield at_key(workspace, path, KEY, message, hint, int(position))


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the edit that replaces titles and aliases by the names of the articles."""
    if record.kind.noun in ("customer", "deal"):
        slugs = _slugs_by_name(workspace)
        yield from replaced(record, KEY, lambda name: _better(name, slugs))


def _slugs_by_name(workspace: Workspace) -> Mapping[str, str]:
    return {name: PurePosixPath(path).stem for name, path in texts(workspace, _ARTICLES)}


def _hint(name: str, slugs: Mapping[str, str]) -> str:
    if name in slugs.values():
        return ""
    if better := _better(name, slugs):
        return f"write {better}"
    return did_you_mean(close_matches(name, slugs.values())) or ""


def _better(name: str, slugs: Mapping[str, str]) -> str:
    slug = slugs.get(fold(name), "")
    return "" if slug == name else slug
