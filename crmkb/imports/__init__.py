"""Imports: turn a table and its mapping into a plan, row by row, and the plan into a change.

This package only plans: `connectors` reads the file, the workspace writes the change. Each step of
a plan states the outcome of its row, so that a dry run, a search for duplicates or an undo can work
on the plan without knowing how it was made.
"""

from __future__ import annotations

from crmkb.imports.mapping import Fields, Mapping, read_mapping, source_word
from crmkb.imports.plan import Outcome, Plan, Settings, Step
from crmkb.imports.records import plan_import
from crmkb.imports.series import plan_series, series_fields

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
