"""Errors and problems that every layer raises or collects.

`CrmError` stops a command; `Problem` describes an error in one file while the command continues.
`cli/main.py` prints them and turns them into exit codes.
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
    """A failure that a person can understand and, with the hint, fix."""

    exit_code: Exit = Exit.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadValue(CrmError):
    """A given value is not valid."""

    exit_code = Exit.USAGE


class OneWayOnly(BadValue):
    """Two options contradict each other."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second} do not go together", "leave one of them out")


class NotFound(CrmError):
    """The named record does not exist."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, kind: str, name: str, close: Sequence[str] = ()) -> None:
        everywhere = "'crm search' looks through all of them"
        listed = everywhere if kind in ("record", "file") else f"'crm list {kind}s' shows them all"
        super().__init__(f"no {kind} named {name!r}", hint=did_you_mean(close) or listed)


class Ambiguous(CrmError):
    """A name matches more than one record."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, kind: str, name: str, candidates: Sequence[str]) -> None:
        super().__init__(
            f"{name!r} fits {len(candidates)} {kind}s",
            hint="say which: " + ", ".join(candidates[:8]) + (", …" if candidates[8:] else ""),
        )
        self.candidates = list(candidates)


class AlreadyExists(CrmError):
    """Something with that name already exists."""

    exit_code = Exit.CONFLICT

    def __init__(self, what: str, where: str, hint: str | None = None) -> None:
        super().__init__(f"{what} exists already: {where}", hint)


class BrokenFile(CrmError):
    """A file that the command needs cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem), hint=problem.hint or "mend the file and try again")
        self.problem = problem


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem at one place in one file; `field` is empty when it concerns the whole file."""

    path: str
    line: int
    field: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        subject = f"{self.field}: " if self.field else ""
        return f"{self.path}:{self.line}: {subject}{self.message}"


def did_you_mean(close: Sequence[str]) -> str | None:
    """Return a hint naming the close matches, or None without matches."""
    return f"did you mean {' or '.join(close[:3])}?" if close else None
