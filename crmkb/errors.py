"""Failures and findings: what every layer raises or collects, and how it is said.

`CrmError` stops a command; `Problem` describes what is wrong in one file while the rest goes on.
Printing them, and turning them into exit codes, is left to `cli/main.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of `crm`."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    FINDINGS = 3
    NOT_FOUND = 4
    CONFLICT = 5
    REMOTE = 6
    BUG = 70


class CrmError(Exception):
    """A failure that a person can understand and, with the hint, mend."""

    exit_code: Exit = Exit.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadValue(CrmError):
    """A value that was given is not one the program takes."""

    exit_code = Exit.USAGE


class NotFound(CrmError):
    """The named record does not exist."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, kind: str, name: str, close: Sequence[str] = ()) -> None:
        everywhere = "'crm search' looks through all of them"
        listed = everywhere if kind in ("record", "file") else f"'crm list {kind}s' shows them all"
        super().__init__(f"no {kind} named {name!r}", hint=did_you_mean(close) or listed)


class Ambiguous(CrmError):
    """A name fits more than one record."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, kind: str, name: str, candidates: Sequence[str]) -> None:
        super().__init__(
            f"{name!r} fits {len(candidates)} {kind}s",
            hint="say which: " + ", ".join(candidates[:8]) + (", …" if candidates[8:] else ""),
        )
        self.candidates = list(candidates)


class AlreadyExists(CrmError):
    """Something of that name is there already."""

    exit_code = Exit.CONFLICT

    def __init__(self, what: str, where: str, hint: str | None = None) -> None:
        super().__init__(f"{what} exists already: {where}", hint)


class BrokenFile(CrmError):
    """A file that must be read for this act cannot be."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem), hint=problem.hint or "mend the file and try again")
        self.problem = problem


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong at one place of one file; `field` is empty when it is the whole file."""

    path: str
    line: int
    field: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        subject = f"{self.field}: " if self.field else ""
        return f"{self.path}:{self.line}: {subject}{self.message}"


def did_you_mean(close: Sequence[str]) -> str | None:
    """Return a hint naming the close matches, or None when there are none."""
    return f"did you mean {' or '.join(close[:3])}?" if close else None
