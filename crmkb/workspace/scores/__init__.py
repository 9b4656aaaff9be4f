"""Scores that code computes, as tables of the index: one new score is one new file here.

The columns stand in `store/scores.sql`. A module fills the table of its own name, and those whose
names begin with it, by `fill(index) -> Iterator[(table, row)]`; nothing is imported or computed
before a query reads one of them. The rules themselves are pure, and lie in `metrics/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmkb import plugins
from crmkb.store.index import Index
from crmkb.store.schema import computed_tables

PACKAGE = "workspace.scores"


def fill(index: Index, table: str) -> tuple[frozenset[str], Iterator[tuple[str, tuple[Any, ...]]]]:
    """Return the tables that are filled with a computed one, itself too, and their rows."""
    name = module_of(table)
    together = frozenset(each for each in computed_tables() if module_of(each) == name)
    return together, plugins.load(PACKAGE, name).fill(index)


def module_of(table: str) -> str:
    """Return the module that fills a table: the longest name that it begins with."""
    known = (name for name in plugins.names(PACKAGE) if f"{table}_".startswith(f"{name}_"))
    return max(known, key=len, default="")
