"""Since when a key has its value: what git knows and the file does not say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from crmkb.store import markdown
from crmkb.workspace import Workspace


def changed_on(workspace: Workspace, path: str, key: str, is_it: Callable[[str], bool]) -> date:
    """Return the day of the commit that gave a key the value it has; today if it has none.

    `is_it` tells of the value as it was committed last whether it is the one of now.
    """
    committed = workspace.git.show("HEAD", path)
    if committed is None or not is_it(_text_in(committed, key)):
        return workspace.today
    # `--follow`: a record that was only moved has not changed.
    log = ("log", "--follow", "-1", f"-G^{key}:", "--format=%aI", "--", path)
    moment = datetime.fromisoformat(workspace.git.run(*log).strip())
    return workspace.config.local(moment).date()


def _text_in(data: bytes, key: str) -> str:
    try:
        return str(markdown.parse(data).fields.get(key, ""))
    except markdown.Unreadable:
        return ""
