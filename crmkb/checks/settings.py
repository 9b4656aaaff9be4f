"""Check that crm.toml holds only known settings: a misspelt one has no effect.

Invalid values are reported when the workspace is opened; see `config`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from crmkb.checks._toml_lines import line_of, settings_text
from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import Problem, did_you_mean
from crmkb.values.names import close_matches
from crmkb.workspace import Workspace

TABLES: Mapping[str, frozenset[str]] = {
    "workspace": frozenset({"name", "timezone", "currency", "fiscal_year_start"}),
    "rates": frozenset(),
    "targets": frozenset(),
    "health": frozenset(),
    "forecast": frozenset({"commit", "best_case"}),
    "secrets": frozenset({"allow"}),
}
"""The tables with their keys; empty where users choose the keys."""

TABLES_OF_TABLES: Mapping[str, frozenset[str]] = {
    "team": frozenset({"name", "email", "role", "manager"}),
    "stages": frozenset({"name", "probability"}),
}


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield unknown keys of crm.toml."""
    data = tomllib.loads(settings_text(workspace))
    yield from _unknown(workspace, "", data, TABLES.keys() | TABLES_OF_TABLES.keys())
    for table, keys in TABLES.items():
        if keys:
            yield from _unknown(workspace, table, data.get(table, {}), keys)
    for table, keys in TABLES_OF_TABLES.items():
        for name, content in data.get(table, {}).items():
            yield from _unknown(workspace, f"{table}.{name}", content, keys)


def _unknown(
    workspace: Workspace, table: str, content: Mapping[str, object], keys: frozenset[str] | set[str]
) -> Iterator[Problem]:
    for key, value in content.items():
        if key not in keys:
            is_table = isinstance(value, dict) and not table
            line = line_of(workspace, key) if is_table else line_of(workspace, table, key)
            hint = did_you_mean(close_matches(key, sorted(keys)))
            name = f"{table}.{key}" if table else key
            known = f"there are {', '.join(sorted(keys))}"
            yield Problem(FILE_NAME, line, name, "there is no such setting", hint or known)
