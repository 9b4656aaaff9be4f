"""Check that each name, domain or e-mail address belongs to only one customer or contact."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import texts
from crmkb.errors import CrmError, Problem
from crmkb.values.addresses import domain_of
from crmkb.values.names import fold
from crmkb.workspace import Workspace

KEYS = {
    "name": ("name",),
    "alias": ("aliases",),
    "domain": ("domains", "website"),
    "codename": ("codename",),
    "email": ("emails",),
    "slug": (),
}

# A slug comes last: only the first row of a name is reported, and other keys are easier to change.
_DUPLICATES = """
SELECT path, name, what, other FROM twins WHERE kind = '{kind}'
ORDER BY path, name, what = 'slug', what
"""
_CUSTOMERS = _DUPLICATES.format(kind="customer")
_CONTACTS = _DUPLICATES.format(kind="contact")


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield names of more than one customer, and addresses of more than one contact."""
    reported = set()
    for path, name, what, other in texts(workspace, _CUSTOMERS):
        if (path, name) not in reported:
            reported.add((path, name))
            hint = "take it out of one of the two, or make one customer of them"
            yield _duplicate(workspace, path, what, name, f"also names {other}", hint)
    for path, name, what, other in texts(workspace, _CONTACTS):
        hint = "keep one of the two contacts, or mend the address"
        yield _duplicate(workspace, path, what, name, f"is also in {other}", hint)


def _duplicate(
    workspace: Workspace, path: str, what: str, name: str, words: str, hint: str
) -> Problem:
    key, line, written = _place(workspace, path, what, name)
    return Problem(path, line, key, f"{written!r} {words}", hint)


def _place(workspace: Workspace, path: str, what: str, name: str) -> tuple[str, int, str]:
    """Return the key of a record that holds a name, the line, and the name as it is written."""
    try:
        record = workspace.read(path)
    except CrmError:  # changed since the index read it
        return "", 1, name
    for key in KEYS[what]:
        for position, item in enumerate(record.items(key)):
            if fold(domain_of(item) if what == "domain" else item) == name:
                return key, record.document.line_of(key, position), item
    return "", 1, record.slug
