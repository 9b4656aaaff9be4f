"""Read history through GitPython: the commits of a path, and old versions of a file.

Loading GitPython takes longer than logging a call, so nothing else uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from git.cmd import Git as Runner
from git.exc import GitCommandError, GitCommandNotFound

from crmkb.store.git.process import SETTINGS, GitMissing

_FIELDS = ("%H", "%aI", "%an", "%s", "%(trailers:key=Crm-Action,valueonly,separator=%x2C)")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; `action` is the trailer `Crm-Action`, empty for a commit made by hand."""

    id: str
    when: datetime
    author: str
    subject: str
    action: str
    paths: tuple[str, ...]


def log(root: Path, path: str) -> Iterator[Commit]:
    """Yield the commits that touched a file or folder, newest first."""
    # Random separators, so that no commit message can contain them.
    record, field = (f"<{token_hex(8)}>" for _ in range(2))
    form = f"{record}{field.join(_FIELDS)}{field}"
    output = _output(
        root,
        *("log", f"--format={form}", "--no-show-signature", "--name-only"),
        *("-z", "--relative", "--", path),
    )
    for entry in _text(output).split(record)[1:]:
        commit, when, author, subject, action, names = entry.split(field)
        paths = tuple(name for name in names.strip("\0\n").split("\0") if name.strip())
        moment = datetime.fromisoformat(when)
        yield Commit(commit, moment, author, subject, action.strip(), paths)


def show(root: Path, revision: str, path: str) -> bytes | None:
    """Return a file's bytes at a revision, or None if it did not exist."""
    return _output(root, "show", f"{revision}:./{path}")


def _output(root: Path, *arguments: str) -> bytes | None:
    """Return what a git command prints, or None if it fails."""
    settings = (part for setting in SETTINGS for part in ("-c", setting))
    try:
        output = Runner(str(root)).execute(
            ["git", "--literal-pathspecs", *settings, *arguments],
            stdout_as_string=False,
            strip_newline_in_stdout=False,
        )
    except GitCommandNotFound as error:
        raise GitMissing from error
    except GitCommandError:
        return None
    return bytes(output)


def _text(output: bytes | None) -> str:
    return (output or b"").decode("utf-8", "surrogateescape")
