"""Find problems in a workspace: each module has `check(workspace) -> Iterator[Problem]`.

A check queries the index for all files at once, and reads a file only to find the line of a key.
If the right value is certain, the module also has `fix(workspace, record) -> Iterator[Edit]`: the
edits that fix one record. `_fix` collects the edits of all checks, and its caller writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from crmkb import plugins
from crmkb.errors import Problem
from crmkb.workspace import Workspace


def find_problems(workspace: Workspace) -> list[Problem]:
    """Return the problems that all checks find, sorted by path and line."""
    found: set[Problem] = set()
    for module in all_checks():
        found.update(module.check(workspace))
    return sorted(found)


def all_checks() -> Iterator[ModuleType]:
    """Yield the modules of all checks."""
    return (plugins.load("checks", name) for name in plugins.names("checks"))
