"""Check that a customer has at most one primary contact."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import at_key, texts
from crmkb.errors import Problem
from crmkb.workspace import Workspace

_SEVERAL = """
SELECT contacts.path, contacts.customer, min(other.slug) FROM contacts
JOIN contacts AS other ON other.customer = contacts.customer AND other.path <> contacts.path
WHERE contacts.is_primary AND other.is_primary
GROUP BY contacts.path, contacts.customer
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield all primary contacts of customers that have more than one."""
    for path, customer, other in texts(workspace, _SEVERAL):
        message = f"{other!r} is a primary contact of {customer} as well"
        hint = "keep the line 'primary: true' in one of the two files"
        yield at_key(workspace, path, "primary", message, hint)
