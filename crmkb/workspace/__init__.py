"""Reads and writes of a workspace: actions get a `Workspace` and return a `Change`."""

from __future__ import annotations

from crmkb.workspace.apply import Applied
from crmkb.workspace.change import Change, Record, RecordEdit, Write, WrongValue, fields_of
from crmkb.workspace.workspace import Workspace

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
