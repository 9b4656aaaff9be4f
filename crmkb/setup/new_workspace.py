"""Create a workspace: settings, folders and git attributes; existing files stay untouched."""

from __future__ import annotations

import json
from collections.abc import Iterator

from crmkb.bundled import shipped
from crmkb.config.settings import Config, Member, read_config
from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import AlreadyExists
from crmkb.schema.layout import CUSTOMERS, KEEPER, KNOWLEDGE_BASE, REPORTING, SUMMARY, TEMPLATES
from crmkb.store.templating import templates
from crmkb.workspace import Change, Workspace, Write

SHELVES = (
    "icp",
    "objection_handling",
    "competitor_analysis",
    "wins",
    "pricing",
    "playbooks",
    "workflows",
    "segments",
)
ATTRIBUTES = {
    f"{REPORTING}/.gitattributes": "*.md linguist-generated\n",
    f"{CUSTOMERS}/.gitattributes": f"*/{SUMMARY} linguist-generated\n",
}
ROOT_ATTRIBUTES = (
    "# Written by crm, not by people: folded in diffs on GitHub.\n"
    f"{REPORTING}/*.md linguist-generated\n"
    f"{CUSTOMERS}/*/{SUMMARY} linguist-generated\n"
)


def plan(
    workspace: Workspace,
    name: str,
    *,
    timezone: str,
    currency: str,
    team: tuple[Member, ...] = (),
    with_templates: bool = False,
) -> Change:
    """Return the change that turns a folder into a workspace; raise `AlreadyExists`."""
    if workspace.exists(FILE_NAME):
        raise AlreadyExists("a workspace", str(workspace.root / FILE_NAME))
    settings = _settings(name, timezone, currency, team)
    read_config(settings)
    writes = [Write(FILE_NAME, None, settings.encode())]
    folders = [CUSTOMERS, REPORTING, *(f"{KNOWLEDGE_BASE}/{shelf}" for shelf in SHELVES)]
    writes += [Write(f"{folder}/{KEEPER}", None, b"") for folder in folders]
    writes += _attributes(workspace)
    if with_templates:
        writes += _templates()
    free = [write for write in writes if not workspace.exists(write.path)]
    return Change.of(*free, message=f"Make a workspace for {name}")


def _settings(name: str, timezone: str, currency: str, team: tuple[Member, ...]) -> str:
    source, text = templates.source(shipped(TEMPLATES).parent, f"workspace/{FILE_NAME}")
    quoted = {"name": name, "timezone": timezone, "currency": currency}
    values = {key: _quoted(value) for key, value in quoted.items()}
    members = [
        {"handle": _key(m.handle), "name": _quoted(m.name), "email": _quoted(m.email)} for m in team
    ]
    stages = list(Config().stages.values())
    return templates.render(source, text, {**values, "team": members, "stages": stages})


def _quoted(text: str) -> str:
    """Return a text as a TOML string: JSON strings are valid in TOML, except for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    """Return a text as a TOML key, which needs quotes unless it is ASCII."""
    return text if text.isascii() else _quoted(text)


def _attributes(workspace: Workspace) -> Iterator[Write]:
    """Yield git attributes for the root or, if the root has some already, for crm's own folders."""
    if workspace.exists(".gitattributes"):
        yield from (Write(path, None, text.encode()) for path, text in ATTRIBUTES.items())
    else:
        yield Write(".gitattributes", None, ROOT_ATTRIBUTES.encode())


def _templates() -> Iterator[Write]:
    folder = shipped(TEMPLATES)
    for file in sorted(folder.rglob("*.md")):
        yield Write(f"{TEMPLATES}/{file.relative_to(folder).as_posix()}", None, file.read_bytes())
