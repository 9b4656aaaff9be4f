"""A new record's file: its values checked, its front matter in order, its body from a template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from crmkb.kinds import COMMON, Kind, kinds
from crmkb.plain_values import plain_values
from crmkb.store import markdown, templates
from crmkb.store.markdown import Value
from crmkb.workspace.change import Write
from crmkb.workspace.record import check_values


def new_file(
    root: Path,
    noun: str,
    path: str,
    fields: Mapping[str, Value],
    template: str,
    *,
    stages: tuple[str, ...],
    today: date,
    values: Mapping[str, Any],
) -> Write:
    """Return the file of a new record, rendered from its template with `values` beside it."""
    kind = kinds()[noun]
    if plain_values(kind, fields, stages) is None:
        from crmkb.entities import entities

        check_values(entities()[noun], fields, stages)
    ordered = {key: fields[key] for key in _in_order(kind, fields)}
    context = {
        "front_matter": markdown.dump(ordered).rstrip("\n"),
        "name": fields[kind.heading_key],
        "fields": ordered,
        "today": today.isoformat(),
        **values,
    }
    source, text = templates.source(root, template)
    return Write(path, None, templates.render(source, text, context).encode())


def _in_order(kind: Kind, fields: Mapping[str, Value]) -> list[str]:
    """Return the keys given: those of the kind, those of all records, and own ones."""
    known = [*(key for key in kind.types if key not in COMMON), *COMMON]
    return [*(key for key in known if key in fields), *(key for key in fields if key not in known)]
