"""What is wrong in a workspace: each module is a check, `check(workspace) -> Iterator[Problem]`.

A check asks the index for all files at once, and reads a file only to tell the line of a key.
Where it knows for certain what was meant it also has `fix(workspace, record) -> Iterator[Edit]`:
the edits that mend one record. `_mend` gathers them; writing is left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from crmkb import plugins
from crmkb.errors import Problem
from crmkb.workspace import Workspace


def find_problems(workspace: Workspace) -> list[Problem]:
    """Return everything that all checks find, in the order of paths and lines."""
    found: set[Problem] = set()
    for module in all_checks():
        found.update(module.check(workspace))
    return sorted(found)


def all_checks() -> Iterator[ModuleType]:
    """Yield the modules of all checks."""
    return (plugins.load("checks", name) for name in plugins.names("checks"))
