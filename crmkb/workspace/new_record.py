"""The file of a new record: checked values, ordered front matter, body from a template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from crmkb.schema.fast_values import fast_values
from crmkb.schema.kinds import COMMON, Kind, kinds
from crmkb.store import markdown
from crmkb.store.markdown import Value
from crmkb.store.templating import templates
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
    """Return the file of a new record, rendered from its template with `values` as variables.

    Raise `WrongValue` if a value in `fields` does not fit the kind.
    """
    kind = kinds()[noun]
    if fast_values(kind, fields, stages) is None:
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
    """Return the keys in order: those of the kind, those of all records, then custom ones."""
    known = [*(key for key in kind.types if key not in COMMON), *COMMON]
    return [*(key for key in known if key in fields), *(key for key in fields if key not in known)]
