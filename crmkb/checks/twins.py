"""One name, domain or e-mail address names one customer, or one person."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._places import texts
from crmkb.errors import CrmError, Problem
from crmkb.people import domain_of
from crmkb.text import fold
from crmkb.workspace import Workspace

KEYS = {
    "name": ("name",),
    "alias": ("aliases",),
    "domain": ("domains", "website"),
    "codename": ("codename",),
    "email": ("emails",),
    "slug": (),
}

# A slug comes last: it is the name to keep when another one does as well.
_TWINS = """
SELECT path, name, what, other FROM twins WHERE kind = '{kind}'
ORDER BY path, name, what = 'slug', what
"""
_CUSTOMERS = _TWINS.format(kind="customer")
_CONTACTS = _TWINS.format(kind="contact")


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield names that more than one customer has, and addresses of more than one contact."""
    told = set()
    for path, name, what, other in texts(workspace, _CUSTOMERS):
        if (path, name) not in told:
            told.add((path, name))
            hint = "take it out of one of the two, or make one customer of them"
            yield _twin(workspace, path, what, name, f"also names {other}", hint)
    for path, name, what, other in texts(workspace, _CONTACTS):
        hint = "keep one of the two contacts, or mend the address"
        yield _twin(workspace, path, what, name, f"is also in {other}", hint)


def _twin(workspace: Workspace, path: str, what: str, name: str, words: str, hint: str) -> Problem:
    key, line, written = _place(workspace, path, what, name)
    return Problem(path, line, key, f"{written!r} {words}", hint)


def _place(workspace: Workspace, path: str, what: str, name: str) -> tuple[str, int, str]:
    """Return the key that gives a record its name, the line, and the name as it is written."""
    try:
        record = workspace.read(path)
    except CrmError:  # changed since the index read it
        return "", 1, name
    for key in KEYS[what]:
        for position, item in enumerate(record.items(key)):
            if fold(domain_of(item) if what == "domain" else item) == name:
                return key, record.document.line_of(key, position), item
    return "", 1, record.slug
