"""Reads and writes of a workspace: actions get a `Workspace` and return a `Change`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkb.workspace.change import Applied, Change, Write, fields_of
from crmkb.workspace.workspace import Workspace

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit, WrongValue

__all__ = [
    "Applied",
    "Change",
    "Record",
    "RecordEdit",
    "Workspace",
    "WrongValue",
    "Write",
    "fields_of",
]


def __getattr__(name: str) -> object:
    """Load records when they are first asked for: commands that only read need no models."""
    if name not in ("Record", "RecordEdit", "WrongValue"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from crmkb.workspace.record import Record, RecordEdit, WrongValue

    return {"Record": Record, "RecordEdit": RecordEdit, "WrongValue": WrongValue}[name]
