"""What git's history tells of files: when each was added, and by which of our actions.

How git is run is left to `git`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from crmkb.store.git import Git, GitRefused

_FIELDS = ("%aI", "%(trailers:key=Crm-Action,valueonly,separator=%x2C)")


class Additions(NamedTuple):
    """What one commit added or renamed; a path that was added was called nothing before."""

    moment: datetime
    action: str
    paths: Sequence[tuple[str, str]]
    """Pairs of the name before and the name now."""


def is_shallow(git: Git) -> bool:
    """Return whether the clone holds only the last part of its history."""
    return git.run("rev-parse", "--is-shallow-repository").strip() == "true"


def is_ancestor(git: Git, earlier: str, later: str) -> bool:
    """Return whether one commit is part of the history of another."""
    try:
        git.run("merge-base", "--is-ancestor", earlier, later)
    except GitRefused:
        return False
    return True


def additions(git: Git, folder: str, since: str | None) -> Iterator[Additions]:
    """Yield what each commit after `since` added to a folder, or renamed in it, oldest first.

    What was renamed and changed at once counts as added: to find that, git would read the files,
    and fetch them in a clone that left them out.
    """
    # Marks that nobody can have written into a commit message beforehand.
    record, field = (f"<{token_hex(8)}>" for _ in range(2))
    text = git.run(
        *("-c", "log.showRoot=true", "log", f"--format={record}{field.join(_FIELDS)}{field}"),
        *("--no-show-signature", "--name-status", "--diff-filter=AR", "--find-renames=100%"),
        *("-z", "--reverse", "--relative", f"{since}..HEAD" if since else "HEAD", "--", folder),
    )
    for entry in text.split(record)[1:]:
        when, action, names = entry.split(field)
        found = list(_pairs(names.strip("\0\n").split("\0")))
        yield Additions(datetime.fromisoformat(when), action.strip(), found)


def _pairs(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the names before and now of `A path` and `R100 before now`, one after the other."""
    rest = iter(parts)
    for status in rest:
        if status.startswith("A"):
            yield "", next(rest)
        elif status.startswith("R"):
            yield next(rest), next(rest)
