"""Check that records referred to by slug exist: contacts, deals, the parent of a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from crmkb.checks._locate import at_key, texts
from crmkb.checks._suggestions import replaced, suggest_record
from crmkb.errors import Problem
from crmkb.store.markdown import Edit
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record


class Reference(NamedTuple):
    """A key that refers to records of the kind `target`."""

    key: str
    target: str
    is_list: bool = False


REFERENCES: Mapping[str, tuple[Reference, ...]] = {
    "customer": (Reference("parent", "customer"),),
    "contact": (Reference("reports_to", "contact"),),
    "deal": (Reference("contacts", "contact", is_list=True),),
    "interaction": (Reference("deal", "deal"), Reference("them", "contact", is_list=True)),
}

_ONE = """
SELECT path, customer, {key}, '' FROM {noun}s
WHERE {key} IS NOT NULL
    AND ({customer}, {key}) NOT IN (SELECT customer, slug FROM files WHERE kind = '{target}')
"""
_LIST = """
SELECT path, customer, value, position FROM {noun}s JOIN fields USING (path)
WHERE key = '{key}'
    AND (customer, value) NOT IN (SELECT customer, slug FROM files WHERE kind = '{target}')
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield references to records that do not exist."""
    for noun, references in REFERENCES.items():
        for reference in references:
            yield from _dangling(workspace, noun, reference)


def fix(workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the edits that replace the heading, alias or e-mail address of a record by its slug."""
    for key, target, _ in REFERENCES.get(record.kind.noun, ()):
        yield from replaced(record, key, partial(_better, workspace, record, target))


def _dangling(workspace: Workspace, noun: str, reference: Reference) -> Iterator[Problem]:
    key, target, is_list = reference
    customer = key if target == "customer" else "customer"
    question = (_LIST if is_list else _ONE).format(
        key=key, noun=noun, target=target, customer=customer
    )
    for path, customer, name, position in texts(workspace, question):
        where = "" if target == "customer" else f" of {customer}"
        hint = suggest_record(workspace, target, customer, name).hint
        message = f"{name!r} is no {target}{where}"
        yield at_key(workspace, path, key, message, hint, int(position) if is_list else None)


def _better(workspace: Workspace, record: Record, kind: str, name: str) -> str:
    word = suggest_record(workspace, kind, record.customer, name).word
    return "" if word == name else word
