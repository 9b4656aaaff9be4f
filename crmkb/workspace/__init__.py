"""Reads and writes of a workspace: actions get a `Workspace` and return a `Change`.

`record` holds what one reads and edits; it loads the models, so that it is imported by itself.
"""

from __future__ import annotations

from crmkb.workspace.change import Applied, Change, Write, fields_of
from crmkb.workspace.workspace import Workspace

__all__ = ["Applied", "Change", "Workspace", "Write", "fields_of"]
