"""Check that tasks have readable days and known owners."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmkb.checks._locate import texts
from crmkb.errors import BadValue, Problem
from crmkb.values.dates import parse_iso_day
from crmkb.workspace import Workspace
from crmkb.workspace.team import suggest_member

# Without the modifier `+0 days`, SQLite accepts 2026-02-30 as a date.
_DAYS = """
SELECT path, line, due, done_on FROM tasks
WHERE (due <> '' AND date(due, '+0 days') IS NOT due)
    OR (done_on <> '' AND date(done_on, '+0 days') IS NOT done_on)
"""
_LOOSE = "SELECT path, line, text FROM tasks WHERE text LIKE '%due:%' OR text LIKE '%done:%'"
_OWNERS = """
SELECT path, line, customer, owner FROM tasks
WHERE owner <> '' AND customer <> '' AND owner NOT IN (SELECT handle FROM team)
    AND (customer, owner) NOT IN (SELECT customer, slug FROM files WHERE kind = 'contact')
"""
_MARK_WITHOUT_DAY = re.compile(r"\b(due|done):(?=\s|$)")


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield tasks with an unreadable day, a mark without a day or an unknown owner."""
    for path, line, due, done_on in texts(workspace, _DAYS):
        for mark, day in (("due", due), ("done", done_on)):
            if day and parse_iso_day(day) is None:
                message = f"{day!r} is not a day such as 2026-11-27"
                yield Problem(path, int(line), mark, message, _day_hint(mark, day))
    for path, line, text in texts(workspace, _LOOSE):
        for match in _MARK_WITHOUT_DAY.finditer(text):
            mark, hint = match[1], f"write {match[1]}:2026-11-27, without a blank"
            yield Problem(path, int(line), mark, "has no day right behind it", hint)
    yield from _unknown_owners(workspace)


def _unknown_owners(workspace: Workspace) -> Iterator[Problem]:
    if not workspace.config.team:
        return
    for path, line, customer, owner in texts(workspace, _OWNERS):
        message = f"@{owner} is neither in the team nor a contact of {customer}"
        yield Problem(path, int(line), "task", message, suggest_member(workspace, owner).hint)


def _day_hint(mark: str, text: str) -> str:
    from crmkb.values.export_dates import read_date  # loaded only for a wrong day

    try:
        day = read_date(text.rstrip(".,;:!)]"))
    except BadValue:
        return f"write the day itself, such as {mark}:2026-11-27"
    return f"write {mark}:{day.isoformat()[:10]}"
