"""Read and write a workspace: actions receive a `Workspace` and return a `Change`.

Records and their edits are in `record`, which is not imported here to keep commands fast to start.
"""

from __future__ import annotations

from crmkb.workspace.change import Applied, Change, Write, fields_of
from crmkb.workspace.workspace import Workspace

__all__ = ["Applied", "Change", "Workspace", "Write", "fields_of"]
