"""The change that mends what is certain: each check's own fixes, file by file."""

from __future__ import annotations

from collections.abc import Iterable

from crmkb.checks import all_checks
from crmkb.errors import CrmError, Problem
from crmkb.store import markdown
from crmkb.store.markdown import CannotEdit, Edit
from crmkb.workspace import Change, Workspace, Write
from crmkb.workspace.record import Record

MOST_ROUNDS = 5
"""One fix may call for another: a stage that can be read again, for its line in the history."""


def mend(workspace: Workspace, problems: Iterable[Problem]) -> Change:
    """Return the change that mends what is certain in the files that have problems."""
    paths = sorted({problem.path for problem in problems})
    writes = [write for path in paths if (write := _mended(workspace, path))]
    files = "1 file" if len(writes) == 1 else f"{len(writes)} files"
    return Change.of(*writes, message=f"Mend what check found in {files}")


def _mended(workspace: Workspace, path: str) -> Write | None:
    try:
        before = record = workspace.read(path)
    except CrmError:  # missing, unreadable, no record: nothing to go by
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
    except CannotEdit:  # the finding stays, for a person to mend
        return record
    return Record.read(record.path, data, record.kind, record.stages)
