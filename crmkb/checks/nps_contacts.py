"""Who answered is a contact of the customer: a line of NPS names one, or nobody."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._meant import meant_record
from crmkb.checks._places import texts
from crmkb.errors import Problem
from crmkb.workspace import Workspace

_STRANGERS = """
SELECT path, line, customer, contact FROM nps
WHERE contact <> ''
    AND (customer, contact) NOT IN (SELECT customer, slug FROM files WHERE kind = 'contact')
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield answers of people who are in no file of the customer."""
    for path, line, customer, name in texts(workspace, _STRANGERS):
        hint = meant_record(workspace, "contact", customer, name).hint
        yield Problem(path, int(line), "contact", f"{name!r} is no contact of {customer}", hint)
