"""Check that no file holds a text that looks like a secret, unless crm.toml allows it there.

`workspace/secret_guard.py` refuses to write secrets; this check finds those added by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import texts
from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import CrmError, Problem
from crmkb.schema.layout import REPORTING, TEMPLATES
from crmkb.secret_scan.scanner import find_secrets
from crmkb.workspace import Workspace
from crmkb.workspace.secret_guard import is_allowed

HINT = f"take it out and make it void, as git keeps it; if it is none: [secrets] in {FILE_NAME}"


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield the secrets in all files, including files that are not in the index."""
    allowed = workspace.config.secrets_allowed_in
    rows = texts(workspace, "SELECT path, line, kind, excerpt FROM secrets")
    found = {(path, int(line), f"{kind} ({excerpt})") for path, line, kind, excerpt in rows}
    for path in _not_indexed(workspace):
        found |= {(path, one.line, str(one)) for one in find_secrets(_text(workspace, path))}
    for path, line, excerpt in found:
        if not is_allowed(path, allowed):
            yield Problem(path, line, "", f"holds {excerpt}", HINT)


def _not_indexed(workspace: Workspace) -> Iterator[str]:
    yield FILE_NAME
    for folder in (TEMPLATES, REPORTING):
        for full in (workspace.root / folder).rglob("*.md"):
            yield full.relative_to(workspace.root).as_posix()


def _text(workspace: Workspace, path: str) -> str:
    try:
        return workspace.read_bytes(path).decode("utf-8", "replace")
    except CrmError:  # a link out of the workspace, or an unreadable file
        return ""
