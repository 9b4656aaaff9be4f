"""Run git as a subprocess and raise its error messages.

The most frequent commands start git several times, so this layer is as thin as possible.
`history.py` reads history through GitPython. `repository.py` decides which commands to run.
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
    # A folder of the workspace may look like a bare repository. Git would run its configuration
    # and hooks, which come from the author of the workspace.
    "safe.bareRepository=explicit",
)
"""Settings that override the user's: encoding, quoting, and no implicit bare repositories."""


_SPEAKING = {
    "LANGUAGE": "C",
    "LC_ALL": "C",
    # Otherwise glibc frees memory and git allocates it again for each of thousands of objects.
    "MALLOC_TRIM_THRESHOLD_": "16777216",
    "NoDefaultCurrentDirectoryInExePath": "1",  # Windows: ignore a git.exe in the workspace
}


class GitMissing(CrmError):
    """The git command is missing."""

    def __init__(self) -> None:
        super().__init__("git is not installed or not on PATH", hint="install git from git-scm.com")


class GitRefused(CrmError):
    """Git failed; its own message is shown."""

    def __init__(self, command: str, words: str) -> None:
        reason = words.strip() or "no reason given (a hook may have refused)"
        hint = next((hint for needle, hint in _HINTS.items() if needle in reason), None)
        if hint == _WHO:
            reason = "it does not know who you are"
        super().__init__(f"git {command} refused: {reason}", hint)


def run(
    root: Path,
    arguments: Sequence[str],
    listing: BinaryIO,
    more: Mapping[str, str] | None = None,
    also_fine: int = 0,
) -> str:
    """Return what a git command prints; `listing` is its standard input.

    `more` are additional environment variables. Raise `GitRefused` with git's message, which is
    always English, unless the exit code is 0 or `also_fine`.
    """
    return run_bytes(root, arguments, listing, more, also_fine).decode("utf-8", "surrogateescape")


def run_bytes(
    root: Path,
    arguments: Sequence[str],
    listing: BinaryIO | None = None,
    more: Mapping[str, str] | None = None,
    also_fine: int = 0,
) -> bytes:
    """Return what a git command prints, as bytes; see `run`."""
    return end(start(root, arguments, listing, more), also_fine)


def end(process: subprocess.Popen[bytes], also_fine: int = 0) -> bytes:
    """Wait for a started git command and return what it printed; raise `GitRefused`."""
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
    """Start a git command; `end` must be called to wait for it. Raise `GitMissing`."""
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
