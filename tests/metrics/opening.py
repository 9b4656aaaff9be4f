"""Opens a workspace of a test as of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from crmkb.workspace import Workspace


def opened(root: Path, day: date) -> Workspace:
    """Return the workspace as of a day, at its noon."""
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Workspace.open(root, now, lambda _: day)
