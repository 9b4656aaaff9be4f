"""Imports: a table and its mapping become a plan, row by row, and the plan a change.

Pure planning: reading the file is left to `connectors`, writing to the workspace. Each row of a
plan says what becomes of it, so that a rehearsal, a search for duplicates or an undo can work on
the plan and need not know how it came about.
"""

from __future__ import annotations

from crmkb.imports.mapping import Mapping, read_mapping, source_word
from crmkb.imports.plan import Outcome, Plan, Step
from crmkb.imports.planning import Settings, plan_import

__all__ = [
    "Mapping",
    "Outcome",
    "Plan",
    "Settings",
    "Step",
    "plan_import",
    "read_mapping",
    "source_word",
]
