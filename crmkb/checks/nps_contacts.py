"""Check that the contact in a line of NPS, if any, is a contact of the customer."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import texts
from crmkb.checks._suggestions import suggest_record
from crmkb.errors import Problem
from crmkb.workspace import Workspace

_STRANGERS = """
SELECT path, line, customer, contact FROM nps
WHERE contact <> ''
    AND (customer, contact) NOT IN (SELECT customer, slug FROM files WHERE kind = 'contact')
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield lines of NPS that name an unknown contact."""
    for path, line, customer, name in texts(workspace, _STRANGERS):
        hint = suggest_record(workspace, "contact", customer, name).hint
        yield Problem(path, int(line), "contact", f"{name!r} is no contact of {customer}", hint)
