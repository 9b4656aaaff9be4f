"""Scores that code computes, as tables of the index: one new score is one new file here.

The columns stand in `store/scores.sql`. A module fills the table of its own name, and those whose
names begin with it, by `fill(index) -> Iterator[(table, row)]`; nothing is imported or computed
before a query reads one of them. The rules themselves are pure, and lie in `metrics/`.
"""

from __future__ import annotations

from typing import Any

from crmkb import plugins
from crmkb.store.index import Index

PACKAGE = "workspace.scores"


def fill(index: Index, table: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of a computed table, and of those that come with it, by table."""
    name = module_of(table)
    filled: dict[str, list[tuple[Any, ...]]] = {
        each: [] for each in index.uncomputed | {table} if module_of(each) == name
    }
    for each, row in plugins.load(PACKAGE, name).fill(index):
        filled[each].append(row)
    return filled


def module_of(table: str) -> str:
    """Return the module that fills a table: the longest name that it begins with."""
    known = (name for name in plugins.names(PACKAGE) if f"{table}_".startswith(f"{name}_"))
    return max(known, key=len, default="")
