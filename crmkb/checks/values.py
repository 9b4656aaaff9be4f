"""Report problems that the index found in single files: text, front matter and values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crmkb.errors import Problem
from crmkb.store.markdown import Edit, Set
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

if TYPE_CHECKING:
    from crmkb.entities import Finding


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield the problems that the index recorded."""
    yield from workspace.index.problems()


def fix(_workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield edits to the plain form of values such as `Active`, `50,000` or `20 Nov 2026`."""
    _, findings = record.model.read(record.document.fields, record.stages)
    certain = [finding for finding in findings if finding.instead]
    for key in dict.fromkeys(finding.field for finding in certain):
        yield from _replaced(record, key, [one for one in certain if one.field == key])


def _replaced(record: Record, key: str, findings: list[Finding]) -> Iterator[Edit]:
    value = record.document.fields[key]
    if isinstance(value, str):
        yield Set(key, findings[0].instead)
    elif isinstance(value, list):
        by_place = {one.position: one.instead for one in findings}
        yield Set(key, [by_place.get(place, item) for place, item in enumerate(value)])
