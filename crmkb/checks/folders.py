"""Check that each customer's folder has a profile, and that records are in the right folder."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import texts
from crmkb.errors import Problem
from crmkb.schema.kinds import folders
from crmkb.schema.layout import CUSTOMERS
from crmkb.workspace import Workspace

_WITHOUT_PROFILE = """
SELECT customer FROM files WHERE customer <> ''
EXCEPT SELECT customer FROM files WHERE kind = 'customer'
"""
_PAGES = "SELECT path FROM files WHERE kind = 'page' AND customer <> ''"


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield customers without a profile, and files that seem to be records in a wrong folder."""
    for (customer,) in texts(workspace, _WITHOUT_PROFILE):
        path = f"{CUSTOMERS}/{customer}/profile.md"
        hint = "write it, with a line 'name: …' in its front matter, or move the folder's files"
        yield Problem(path, 1, "", "is missing, so the folder is no customer", hint)
    for (path,) in texts(workspace, _PAGES):
        _, customer, *rest = path.split("/")
        folder = _meant(rest[0]) if len(rest) > 1 else ""
        if folder and (len(rest) > 2 or rest[0] != folder):
            hint = f"move it to {CUSTOMERS}/{customer}/{folder}/{rest[-1]}"
            yield Problem(path, 1, "", f"is not read as {_a(folders()[folder])} here", hint)


def _meant(folder: str) -> str:
    name = folder.casefold()
    if name in ("contact", "contacts"):
        return "relationships"
    return next((known for known in folders() if name in (known, known.removesuffix("s"))), "")


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
