"""Entries of deal histories: `2026-08-14 discovery`, `2026-11-20 from 2026-10-31 to 2026-12-18`.

This module only reads them; `checks` verifies that histories match the deal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from crmkb.values.dates import parse_iso_day

_MOVED = r"(\S+)\s+from\s+(\S+)\s+to\s+(\S+)"


class StageChange(NamedTuple):
    """One entry of `stage_history`: the day on which a deal entered a stage."""

    on: date
    stage: str


class CloseDateChange(NamedTuple):
    """One entry of `close_date_history`: the day on which the close date was moved."""

    on: date
    before: date
    after: date


def read_stage_change(item: str) -> StageChange | None:
    """Return the stage change in an entry, or None if it is not a day and a stage."""
    written, _, stage = item.partition(" ")
    day = parse_iso_day(written)
    return StageChange(day, stage.strip()) if day and stage.strip() else None


def read_close_date_change(item: str) -> CloseDateChange | None:
    """Return the move of the close date in an entry, or None if it is not one."""
    match = re.fullmatch(_MOVED, item.strip())
    if match is None:
        return None
    on, before, after = map(parse_iso_day, match.groups())
    return CloseDateChange(on, before, after) if on and before and after else None


def stage_changes(items: Iterable[str]) -> list[StageChange]:
    """Return the valid stage changes in the order of the entries."""
    return [change for item in items if (change := read_stage_change(item))]


def close_date_changes(items: Iterable[str]) -> list[CloseDateChange]:
    """Return the valid moves of the close date in the order of the entries."""
    return [move for item in items if (move := read_close_date_change(item))]
