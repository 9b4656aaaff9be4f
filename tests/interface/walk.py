"""Walk the registry as a face does that knows no single action or query, without the command line.

Run as a program in a workspace; prints one JSON object a line: an entry and what it returned.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from crmkb.interface import registry
from crmkb.interface.choices import choices_of
from crmkb.interface.parameters import Parameter
from crmkb.interface.registry import Entry
from crmkb.workspace import Workspace

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OF_TYPE = {
    bool: True,
    int: 5,
    date: date(2026, 11, 20),
    Decimal: Decimal(1200),
    PurePosixPath: PurePosixPath("customers"),
}


def value_of(parameter: Parameter, workspace: Workspace, about: str) -> Any:
    """Return a value that a face could offer for a parameter, by its annotation alone."""
    if parameter.choices:
        return parameter.choices[0]
    offered = choices_of(parameter.param.choices, workspace.root, workspace.config, about)
    if offered and parameter.type is str:
        return offered[0][0]
    if parameter.type in OF_TYPE:
        return OF_TYPE[parameter.type]
    return "owner=ana" if "=" in parameter.metavar else "Example"


def values_of(entry: Entry, workspace: Workspace) -> dict[str, Any]:
    """Return values for what an entry requires."""
    _ = workspace.index  # which the choices are read from
    values: dict[str, Any] = {}
    about = ""
    for parameter in entry.parameters:
        if parameter.is_required:
            found = value_of(parameter, workspace, about)
            values[parameter.name] = [found] if parameter.is_list else found
            if parameter.name in ("customer", "record"):
                about = f"customers/{workspace.find(found).customer}/"
    return values


def every_entry(root: Path) -> Iterator[dict[str, Any]]:
    """Call every action and every query of the registry, and yield what each returned."""
    for name, entry in registry.actions().items():
        workspace = Workspace.open(root, NOW)
        change = registry.plan(workspace, name, values_of(entry, workspace))
        yield {"action": name, "message": change.message, "paths": [*change.writes]}
    for name, entry in registry.queries().items():
        workspace = Workspace.open(root, NOW)
        answer = registry.answer(workspace, name, values_of(entry, workspace))
        assert isinstance(answer, tuple(entry.answers))
        envelope = answer.envelope()
        blocks = [type(block).__name__ for block in answer.blocks()]
        notes = [*answer.notes()]
        fields = sorted(answer.fields)
        yield {"query": name, "blocks": blocks, "notes": notes, "fields": fields, **envelope}


if __name__ == "__main__":
    for line in every_entry(Path(sys.argv[1])):
        print(json.dumps(line, default=str))
    print(json.dumps({"loaded": [name for name in sys.modules if name.startswith("crmkb.cli")]}))
