"""Read outcomes, the goals of a customer, from list items of `context/outcomes.md`.

`- achieved 2026-08-01 Onboarding time −40 %`, `- due 2026-12-31 …`, `- missed 2026-03-31 …`.
All other text of the file is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from crmkb.store.markdown.prose import prose_lines
from crmkb.values.dates import parse_iso_day
from crmkb.values.names import close_matches

OutcomeState = Literal["achieved", "due", "missed"]
STATES: tuple[OutcomeState, ...] = get_args(OutcomeState)

_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+(\w+):?(?:[ \t]+(\S+))?[ \t]*(.*)$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome; `day` is the day it was achieved or missed, or the day it is due."""

    line: int
    state: OutcomeState
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class NoOutcome:
    """A list item that looks like an outcome but is incomplete or invalid."""

    line: int
    message: str
    hint: str


def read_outcomes(body: str, first_line: int = 1) -> Iterator[Outcome | NoOutcome]:
    """Yield the outcomes of a text in order, and a `NoOutcome` for each incomplete one."""
    for number, line in prose_lines(body, first_line):
        if match := _ITEM.match(line.rstrip()):
            word, day = match[1].lower(), parse_iso_day(match[2] or "")
            state = next((state for state in STATES if state == word), None)
            if state and day and match[3]:
                yield Outcome(number, state, day, match[3])
            elif state or day:
                yield NoOutcome(number, *_missing(match[1], state, match[2] or "", day))


def _missing(word: str, state: str | None, day_text: str, day: date | None) -> tuple[str, str]:
    if state is None:
        meant = close_matches(word.lower(), STATES) or STATES
        return f"{word!r} is not one of {', '.join(STATES)}", f"write: - {meant[0]} {day} What"
    if day is None:
        message = f"{day_text!r} is not a day" if day_text else "the day is missing"
        return message, f"write: - {state} 2026-12-31 What"
    return "says not what it is about", f"write: - {state} {day} What"
