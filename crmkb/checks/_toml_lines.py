"""Find lines in crm.toml, which the TOML parser does not report."""

from __future__ import annotations

import re

from crmkb.config.toml_values import FILE_NAME
from crmkb.workspace import Workspace

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*([\w\"'.-]+?)\s*=")


def settings_text(workspace: Workspace) -> str:
    """Return the text of crm.toml on disk."""
    return (workspace.root / FILE_NAME).read_text(encoding="utf-8-sig")


def line_of(workspace: Workspace, table: str, key: str = "") -> int:
    """Return the line of a table such as `team.ana`, or of a key in it; 1 if it is not found."""
    current = found = ""
    for number, line in enumerate(settings_text(workspace).split("\n"), start=1):
        if match := _TABLE.match(line):
            current, found = match[1].replace('"', ""), ""
        elif match := _KEY.match(line):
            found = match[1].strip("\"'")
        else:
            continue
        if (current, found) == (table, key):
            return number
    return 1
