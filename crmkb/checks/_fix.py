"""The change that makes every correction that is certain, as given by the `fix` of each check."""

from __future__ import annotations

from collections.abc import Iterable

from crmkb.checks import all_checks
from crmkb.errors import CrmError, Problem
from crmkb.store import markdown
from crmkb.store.markdown import CannotEdit, Edit
from crmkb.workspace import Change, Workspace, Write
from crmkb.workspace.record import Record

MOST_ROUNDS = 5
"""Maximum number of rounds; one fix may enable another: a corrected stage, its history entry."""


def fixes(workspace: Workspace, problems: Iterable[Problem]) -> Change:
    """Return the change that makes all certain fixes in the files that have problems."""
    paths = sorted({problem.path for problem in problems})
    writes = [write for path in paths if (write := _fixed(workspace, path))]
    files = "1 file" if len(writes) == 1 else f"{len(writes)} files"
    return Change.of(*writes, message=f"Mend what check found in {files}")


def _fixed(workspace: Workspace, path: str) -> Write | None:
    try:
        before = record = workspace.read(path)
    except CrmError:  # missing, unreadable or not a record: nothing to fix
        return None
    for _ in range(MOST_ROUNDS):
        former, record = record, _after_one_round(workspace, record)
        if record.data == former.data:
            break
    return None if record.data == before.data else Write(path, before.data, record.data)


def _after_one_round(workspace: Workspace, record: Record) -> Record:
    for check in all_checks():
        if hasattr(check, "fix"):
            for edit in list(check.fix(workspace, record)):
                record = _edited(record, edit)
    return record


def _edited(record: Record, edit: Edit) -> Record:
    try:
        data = markdown.edit(record.data, [edit])
    except CannotEdit:  # the problem stays, for a person to fix
        return record
    return Record.read(record.path, data, record.kind, record.stages)
