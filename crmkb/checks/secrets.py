"""No file holds what looks like a secret, if crm.toml does not allow it there.

Writing one is refused by `workspace/leaks.py`; here are those that people brought in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._places import texts
from crmkb.config import FILE_NAME
from crmkb.errors import CrmError, Problem
from crmkb.secrets import find_secrets
from crmkb.store.paths import REPORTING, TEMPLATES
from crmkb.workspace import Workspace
from crmkb.workspace.leaks import is_allowed

HINT = f"take it out and make it void, as git keeps it; if it is none: [secrets] in {FILE_NAME}"


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield the secrets of all files, also of those that the index does not hold."""
    allowed = workspace.config.secrets_allowed_in
    rows = texts(workspace, "SELECT path, line, kind, excerpt FROM secrets")
    found = {(path, int(line), f"{kind} ({excerpt})") for path, line, kind, excerpt in rows}
    for path in _not_indexed(workspace):
        found |= {(path, one.line, str(one)) for one in find_secrets(_text(workspace, path))}
    for path, line, said in found:
        if not is_allowed(path, allowed):
            yield Problem(path, line, "", f"holds {said}", HINT)


def _not_indexed(workspace: Workspace) -> Iterator[str]:
    yield FILE_NAME
    for folder in (TEMPLATES, REPORTING):
        for full in (workspace.root / folder).rglob("*.md"):
            yield full.relative_to(workspace.root).as_posix()


def _text(workspace: Workspace, path: str) -> str:
    try:
        return workspace.read_bytes(path).decode("utf-8", "replace")
    except CrmError:  # a link that leads out, or nothing to read
        return ""
