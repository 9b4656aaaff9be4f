"""Imports: a table and its mapping become a plan, row by row, and the plan a change.

Pure planning: reading the file is left to `connectors`, writing to the workspace. Each row of a
plan says what becomes of it, so that a rehearsal, a search for duplicates or an undo can work on
the plan and need not know how it came about.
"""

from __future__ import annotations

from crmkb.imports.mapping import Fields, Mapping, read_mapping, source_word
from crmkb.imports.plan import Outcome, Plan, Settings, Step
from crmkb.imports.planning import plan_import
from crmkb.imports.series_planning import plan_series, series_fields

__all__ = [
    "Fields",
    "Mapping",
    "Outcome",
    "Plan",
    "Settings",
    "Step",
    "plan_import",
    "plan_series",
    "read_mapping",
    "series_fields",
    "source_word",
]
