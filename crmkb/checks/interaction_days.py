"""Check that the file name of an interaction has the day of its date, which sorts the folder."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.checks._locate import at_key, texts
from crmkb.errors import Problem
from crmkb.workspace import Workspace

_ANOTHER_DAY = """
SELECT path, substr(date, 1, 10), substr(slug, 1, 10) FROM interactions
WHERE slug GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
    AND substr(date, 1, 10) <> substr(slug, 1, 10)
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield interactions with a date and a file name of different days."""
    for path, day, named in texts(workspace, _ANOTHER_DAY):
        message = f"is {day}, but the file is named for {named}"
        yield at_key(workspace, path, "date", message, "mend the date, or rename the file: git mv")
