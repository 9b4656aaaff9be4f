"""Runs git, and says in its own words what it refuses.

What people wait for most starts several gits, so that this is as thin as it can be; the commits of
a path, and files as they were, go through GitPython in `past`. Which commands to run is left to
`git`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from crmkb.errors import CrmError

_WHO = (
    "tell it: git config --global user.name 'Your Name'"
    " and git config --global user.email you@company.example"
)
_HINTS = {
    "Please tell me who you are": _WHO,
    "empty ident name": _WHO,
    "unable to auto-detect email": _WHO,
    "during a merge": "finish the merge first: git commit, or leave it: git merge --abort",
    "during a cherry-pick": "finish it: git cherry-pick --continue, or leave it: --abort",
    "index.lock": "another git command is running here; wait for it, then repeat the command",
    "dubious ownership": "git config --global --add safe.directory with this folder's path",
    "ignored by one of your .gitignore": "take the path out of .gitignore, then repeat the command",
    "outside of your sparse-checkout": "add the path with: git sparse-checkout add",
    "failed to sign": "mend the signing key, or switch commit.gpgsign off for this repository",
    "must be run in a work tree": "this is a bare repository; work in a clone of it",
    "LF would be replaced by": "let git mend line ends itself: git config core.safecrlf warn",
    "clean filter": "mend the filter, or take it out of .gitattributes",
    "cannot lock ref": "another git command holds the branch; wait for it, then repeat the command",
    "cannot run .git/hooks": "mend the first line of that hook, or take the hook away",
    "cannot exec '.git/hooks": "mend the first line of that hook, or take the hook away",
}
SETTINGS = (
    "core.quotePath=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    # A folder of the workspace may look like a bare repository: its configuration and hooks, which
    # git would run, are of whoever wrote the workspace.
    "safe.bareRepository=explicit",
)
"""What must not depend on the person's settings: how git and we speak with each other."""


_SPEAKING = {
    "LANGUAGE": "C",
    "LC_ALL": "C",
    # Else glibc gives memory back, and git takes it again, for each of thousands of objects.
    "MALLOC_TRIM_THRESHOLD_": "16777216",
    "NoDefaultCurrentDirectoryInExePath": "1",  # on Windows, a git.exe of the workspace's own
}


class GitMissing(CrmError):
    """There is no git command."""

    def __init__(self) -> None:
        super().__init__("git is not installed or not on PATH", hint="install git from git-scm.com")


class GitRefused(CrmError):
    """Git said no; its own words are shown."""

    def __init__(self, command: str, words: str) -> None:
        said = words.strip() or "no reason given (a hook may have refused)"
        hint = next((hint for needle, hint in _HINTS.items() if needle in said), None)
        if hint == _WHO:
            said = "it does not know who you are"
        super().__init__(f"git {command} refused: {said}", hint)


def run(
    root: Path,
    arguments: Sequence[str],
    listing: BinaryIO,
    more: Mapping[str, str] | None = None,
    also_fine: int = 0,
) -> str:
    """Return what a git command prints, with a file as its input and `more` environment.

    Raise `GitRefused` with its words, which are always English, when it ends with another code
    than 0 or the one that is `also_fine`.
    """
    return told(root, arguments, listing, more, also_fine).decode("utf-8", "surrogateescape")


def told(
    root: Path,
    arguments: Sequence[str],
    listing: BinaryIO | None = None,
    more: Mapping[str, str] | None = None,
    also_fine: int = 0,
) -> bytes:
    """Return what a git command prints, as it is."""
    return end(start(root, arguments, listing, more), also_fine)


def end(process: subprocess.Popen[bytes], also_fine: int = 0) -> bytes:
    """Return what a git command that was started prints, when it has ended."""
    with process:
        out, err = process.communicate()
    if process.returncode not in (0, also_fine):
        _, *arguments = map(str, cast("Sequence[str]", process.args))
        command = next(word for word in arguments if not word.startswith("-") and "=" not in word)
        raise GitRefused(command, (err or out).decode("utf-8", "replace"))
    return out


def start(
    root: Path,
    arguments: Sequence[str],
    listing: BinaryIO | None = None,
    more: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a git command, which is to be waited for; raise `GitMissing`."""
    settings = (part for setting in SETTINGS for part in ("-c", setting))
    try:
        return subprocess.Popen(
            ["git", "--literal-pathspecs", *settings, *arguments],
            cwd=root,
            stdin=listing or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_SPEAKING, **(more or {})},
        )
    except FileNotFoundError as error:
        raise GitMissing from error
