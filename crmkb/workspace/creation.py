"""A new record's file: its values checked, its front matter in order, its body from a template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from crmkb.entities import Entity, entities
from crmkb.store import markdown, templates
from crmkb.store.markdown import Value
from crmkb.workspace.change import Write
from crmkb.workspace.record import check_values

_LATE = ("tags", "aliases", "source")


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
    model = entities()[noun]
    check_values(model, fields, stages)
    ordered = {key: fields[key] for key in _in_order(model, fields)}
    context = {
        "front_matter": markdown.dump(ordered).rstrip("\n"),
        "name": fields[model.heading_key],
        "fields": ordered,
        "today": today.isoformat(),
        **values,
    }
    source, text = templates.source(root, template)
    return Write(path, None, templates.render(source, text, context).encode())


def _in_order(model: type[Entity], fields: Mapping[str, Value]) -> list[str]:
    own = [key for key in fields if key not in model.model_fields]
    known = [key for key in model.model_fields if key in fields]
    return [*(k for k in known if k not in _LATE), *(k for k in _LATE if k in known), *own]
