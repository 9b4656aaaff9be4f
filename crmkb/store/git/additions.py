"""Read from git's history when each file was added, and by which action.

`repository.py` runs git.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git

_FIELDS = ("%aI", "%(trailers:key=Crm-Action,valueonly,separator=%x2C)")


class Additions(NamedTuple):
    """The paths that one commit added or renamed; an added path has an empty old name."""

    moment: datetime
    action: str
    paths: Sequence[tuple[str, str]]
    """Pairs of the old name and the new name."""


def is_shallow(git: Git) -> bool:
    """Return whether this is a shallow clone, without the full history."""
    return git.run("rev-parse", "--is-shallow-repository").strip() == "true"


def is_ancestor(git: Git, earlier: str, later: str) -> bool:
    """Return whether `earlier` is an ancestor of `later`."""
    try:
        git.run("merge-base", "--is-ancestor", earlier, later)
    except GitRefused:
        return False
    return True


def additions(git: Git, folder: str, since: str | None) -> Iterator[Additions]:
    """Yield what each commit after `since` added to a folder or renamed in it, oldest first.

    A file renamed and changed in the same commit counts as added. To detect such a rename, git
    would have to read the files, and to fetch them in a partial clone.
    """
    # Random separators, so that no commit message can contain them.
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
    """Yield the old and new name of each `A path` and `R100 old new` entry."""
    rest = iter(parts)
    for status in rest:
        if status.startswith("A"):
            yield "", next(rest)
        elif status.startswith("R"):
            yield next(rest), next(rest)
