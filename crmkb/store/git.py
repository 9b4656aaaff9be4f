"""Git, run through GitPython: commit exactly the paths given, and look things up in history.

The user's hooks, signing, identity, index and work tree are theirs: a commit touches only its own
paths, and when git refuses, the index is as it was. Putting files back is left to the caller.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crmkb.errors import CrmError
from crmkb.store.paths import find_git

if TYPE_CHECKING:
    from git.cmd import Git as Runner

_FIELD, _RECORD = "\x1f", "\x1e"
_PORTION = 500
_HINTS = {
    "Please tell me who you are": "git config --global user.name 'Your Name' and user.email",
    "empty ident name": "git config --global user.name 'Your Name' and user.email",
    "unable to auto-detect email": "git config --global user.name 'Your Name' and user.email",
    "during a merge": "finish the merge first: git commit, or leave it: git merge --abort",
    "during a cherry-pick": "finish it: git cherry-pick --continue, or leave it: --abort",
    "during a rebase": "finish it: git rebase --continue, or leave it: git rebase --abort",
    "index.lock": "another git command is running here; wait for it, then repeat the command",
    "dubious ownership": "git config --global --add safe.directory with this folder's path",
    "ignored by one of your .gitignore": "take the path out of .gitignore, then repeat the command",
    "outside of your sparse-checkout": "add the path with: git sparse-checkout add",
    "failed to sign": "mend the signing key, or switch commit.gpgsign off for this repository",
    "must be run in a work tree": "this is a bare repository; work in a clone of it",
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
        super().__init__(f"git {command} refused: {said}", hint)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: `action` is the trailer `Crm-Action`, empty for a commit made by hand."""

    id: str
    when: datetime
    author: str
    subject: str
    action: str
    paths: tuple[str, ...]


@contextmanager
def initialised(root: Path) -> Iterator[None]:
    """Have a git work tree around a folder; one that was made is taken back on failure."""
    if find_git(root) is not None:
        yield
        return
    Git(root).run("init", "--quiet")
    try:
        yield
    except BaseException:
        shutil.rmtree(root / ".git", ignore_errors=True)
        raise


class Git:
    """The git work tree around a folder; paths are relative to that folder."""

    def __init__(self, root: Path) -> None:
        from git.cmd import Git as Runner

        self._runner: Runner = Runner(str(root))

    def run(self, *arguments: str, paths: Iterable[str] | None = None) -> str:
        """Run a git command and return what it prints; raise `GitRefused` with its words.

        `paths` are handed over as literal pathspecs, whatever they are called.
        """
        from git.exc import GitCommandNotFound

        command = ["git", "--literal-pathspecs", "-c", "core.quotePath=false", *arguments]
        with tempfile.TemporaryFile() as listing:
            if paths is not None:
                command += ["--pathspec-from-file=-", "--pathspec-file-nul"]
                listing.write("\0".join(paths).encode("utf-8", "surrogateescape"))
                listing.seek(0)
            try:
                status, out, err = self._runner.execute(
                    command,
                    istream=listing,
                    with_extended_output=True,
                    with_exceptions=False,
                    stdout_as_string=False,
                    strip_newline_in_stdout=False,
                )
            except GitCommandNotFound as error:
                raise GitMissing from error
        text = bytes(out).decode("utf-8", "surrogateescape")
        if status:
            raise GitRefused(arguments[0], str(err) or text)
        return text

    def commit(self, paths: Sequence[str], gone: Sequence[str], message: str) -> str | None:
        """Commit these paths and no others; return the commit's id, None when nothing differs.

        `paths` exist on disk, `gone` do not. Raise `GitRefused` with the index as it was.
        """
        own = [*paths, *self._tracked(gone)]
        if not own:
            return None
        try:
            if paths:
                self.run("add", "--intent-to-add", paths=paths)
            self.run("commit", "--quiet", "--only", "--message", message, paths=own)
        except GitRefused:
            nothing_differs = self.head() is not None and not self._diff(own, "HEAD")
            self._forget_intents(paths)
            if nothing_differs:
                return None
            raise
        return self.head()

    def head(self) -> str | None:
        """Return the id of the commit checked out, None where there is none yet."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", "HEAD").strip()
        except GitRefused:
            return None

    def is_committed(self, paths: Sequence[str]) -> bool:
        """Return whether the last commit holds the paths just as they are on disk.

        Where it does not, the index is cleared of what a commit that died had announced.
        """
        if self.head() is None or self._diff(paths, "HEAD"):
            self._forget_intents(paths)
            return False
        return not self._listed(paths, "ls-files", "--others")

    def show(self, revision: str, path: str) -> bytes | None:
        """Return a file as it was at a revision, or None where it was not there."""
        try:
            text = self.run("show", f"{revision}:./{path}")
        except GitRefused:
            return None
        return text.encode("utf-8", "surrogateescape")

    def log(self, path: str) -> Iterator[Commit]:
        """Yield the commits that touched a file or folder, newest first."""
        fields = ["%H", "%aI", "%an", "%s", "%(trailers:key=Crm-Action,valueonly,separator=%x2C)"]
        form = f"{_RECORD}{_FIELD.join(fields)}{_FIELD}"
        try:
            text = self.run(
                "log", f"--format={form}", "--name-only", "-z", "--relative", "--", path
            )
        except GitRefused:
            return
        for record in text.split(_RECORD)[1:]:
            commit, when, author, subject, action, names = record.split(_FIELD)
            paths = tuple(name for name in names.strip("\0\n").split("\0") if name.strip())
            moment = datetime.fromisoformat(when)
            yield Commit(commit, moment, author, subject, action.strip(), paths)

    def author(self) -> str:
        """Return the configured author as `Name <email>`, or an empty text."""
        try:
            return self.run("var", "GIT_AUTHOR_IDENT").rsplit(" ", 2)[0]
        except GitRefused:
            return ""

    def _tracked(self, paths: Sequence[str]) -> list[str]:
        return self._listed(paths, "ls-files")

    def _diff(self, paths: Sequence[str], *options: str) -> list[str]:
        return self._listed(paths, "diff", "--name-only", "--relative", *options)

    def _listed(self, paths: Sequence[str], *command: str) -> list[str]:
        """Return the paths a command lists, asked in portions that fit a command line."""
        names: list[str] = []
        for start in range(0, len(paths), _PORTION):
            listed = self.run(*command, "-z", "--", *paths[start : start + _PORTION])
            names += [name for name in listed.split("\0") if name]
        return names

    def _forget_intents(self, paths: Sequence[str]) -> None:
        """Take back `add --intent-to-add`, which a refused commit leaves in the index."""
        if intended := self._diff(paths, "--diff-filter=A"):
            self.run("reset", "--quiet", paths=intended)
