"""Check the histories of a deal, which are dated lines: their order, and their days in git."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from crmkb.checks._locate import at_key, texts
from crmkb.errors import Problem
from crmkb.store import markdown
from crmkb.workspace import Workspace

_OUT_OF_ORDER = """
SELECT entry.path, entry.position, entry.day, before.day FROM {table} AS entry
JOIN {table} AS before ON before.path = entry.path AND before.position = entry.position - 1
WHERE entry.day < before.day
"""


def out_of_order(workspace: Workspace, table: str, key: str) -> Iterator[Problem]:
    """Yield the lines of a history that follow a later day; `table` is the one in the index."""
    for path, position, day, before in texts(workspace, _OUT_OF_ORDER.format(table=table)):
        message = f"{day} stands after {before}"
        hint = "write the entries in the order of their days"
        yield at_key(workspace, path, key, message, hint, int(position))


def changed_on(workspace: Workspace, path: str, key: str, is_it: Callable[[str], bool]) -> date:
    """Return the day of the commit that gave a key its current value; today if not committed.

    `is_it` returns whether a committed text of the key is the current value.
    """
    committed = workspace.git.show("HEAD", path)
    if committed is None or not is_it(_text_in(committed, key)):
        return workspace.today
    # `--follow`: moving a record does not change it.
    log = ("log", "--follow", "-1", f"-G^{key}:", "--format=%aI", "--", path)
    moment = datetime.fromisoformat(workspace.git.run(*log).strip())
    return workspace.config.local(moment).date()


def _text_in(data: bytes, key: str) -> str:
    try:
        return str(markdown.parse(data).fields.get(key, ""))
    except markdown.Unreadable:
        return ""
