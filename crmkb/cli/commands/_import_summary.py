"""The result of an import, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkb.cli.output import Output
from crmkb.imports import Mapping, Outcome, Plan
from crmkb.imports.mapping import CUSTOMER
from crmkb.schema.series import SERIES
from crmkb.values.csv_table import Table
from crmkb.workspace import Applied, Change

MOST_SHOWN, MOST_LINES = 3, 16
"""How many files and rejected rows are shown as samples, and how many lines of each file."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an import; `applied` and `rejects` are None if nothing was written."""

    kind: str
    table: Table
    mapping: Mapping
    plan: Plan
    change: Change
    applied: Applied | None = None
    rejects: Path | None = None


def print_summary(out: Output, result: Result) -> None:
    """Print the counts and the first rejected rows; for a dry run, sample files as well."""
    for note in result.plan.notes:
        out.say(f"note: {note}")
    is_dry = result.applied is None
    out.line(result.change.message + (" (dry run: nothing is written)" if is_dry else ""))
    for outcome in Outcome:
        if count := result.plan.count(outcome):
            out.line(f"  {outcome:<12} {count:>7,}{_beside(outcome, result)}")
    if result.applied and result.applied.commit:
        out.line(f"  {'commit':<12} {result.applied.commit[:10]:>7}")
    for line in _samples(result) if is_dry else _reasons(result):
        out.line(line)


def _beside(outcome: Outcome, result: Result) -> str:
    if outcome is Outcome.REJECTED and result.rejects:
        return f"  see {result.rejects}"
    if outcome is Outcome.DIFFERS:
        keys = Counter(key for step in result.plan.of(outcome) for key in step.keys)
        named = ", ".join(f"{key} ({count:,})" for key, count in keys.most_common())
        return f"  left as they are: {named}{_remedy(result, set(keys))}"
    return ""


def _remedy(result: Result, keys: set[str]) -> str:
    """Return a hint for rows that differ from the records in the workspace."""
    if result.kind in SERIES:
        return "; if the file is right, mend the lines by hand"
    if result.plan.count(Outcome.UPDATED) or keys == {CUSTOMER}:
        return ""
    return "; take the file's values with --update"


def _samples(result: Result) -> Iterator[str]:
    """Yield the first files that would be written, and the reasons of the first rejected rows."""
    for write in list(result.change.writes.values())[:MOST_SHOWN]:
        yield f"\n{write.path}"
        lines = (write.after or b"").decode().splitlines()
        yield from (f"  {line}".rstrip() for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            yield "  …"
    yield from _reasons(result)


def _reasons(result: Result) -> Iterator[str]:
    rejected = list(result.plan.of(Outcome.REJECTED))
    if rejected:
        yield ""
    for step in rejected[:MOST_SHOWN]:
        yield f"{result.table.name}:{step.row.line}: {step.reason}"
    if len(rejected) > MOST_SHOWN:
        more = len(rejected) - MOST_SHOWN
        yield f"… and {more:,} more {'row is' if more == 1 else 'rows are'} rejected"


def data_of(result: Result) -> dict[str, Any]:
    """Return the result as JSON data."""
    plan, applied = result.plan, result.applied
    counts = {outcome.name.lower(): plan.count(outcome) for outcome in Outcome}
    return {
        "message": result.change.message,
        "records": result.kind,
        "file": result.table.name,
        "form": result.table.form,
        "rows": len(result.table.rows),
        "lines": plan.added,
        "blank_rows": result.table.blanks,
        **counts,
        "unmapped": list(result.mapping.unmapped),
        "notes": [*result.table.notes, *plan.notes],
        "rejects": str(result.rejects) if result.rejects else None,
        "reasons": [
            {"line": step.row.line, "reason": step.reason} for step in plan.of(Outcome.REJECTED)
        ],
        "is_dry_run": applied is None,
        "commit": applied.commit if applied else None,
    }
