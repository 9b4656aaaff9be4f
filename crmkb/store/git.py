"""Git, run through GitPython: commit exactly the paths given, and look things up in history.

The user's hooks, signing, identity, index and work tree are theirs: a commit touches only its own
paths, and when git refuses, the index is as it was. Putting files back is left to the caller.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from crmkb.errors import CrmError
from crmkb.store.paths import NoRepository, find_git, is_bare

if TYPE_CHECKING:
    from git.cmd import Git as Runner

_FIELDS = ("%H", "%aI", "%an", "%s", "%(trailers:key=Crm-Action,valueonly,separator=%x2C)")
_PORTION = 500
_PAUSE_SECONDS = 0.02
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


class Rebasing(CrmError):
    """A rebase is under way: git would commit, but `git rebase --abort` would lose it."""

    def __init__(self) -> None:
        super().__init__(
            "a rebase is under way here, and may throw away what is committed now",
            hint="finish it: git rebase --continue, or leave it: git rebase --abort",
        )


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
    if is_bare(root):
        raise NoRepository(root)
    Git(root).run("init", "--quiet")
    try:
        yield
    except BaseException:
        shutil.rmtree(root / ".git", ignore_errors=True)
        raise


def expect_git() -> None:
    """Raise `GitMissing` where there is no git command."""
    if shutil.which("git") is None:
        raise GitMissing


class Git:
    """The git work tree around a folder; paths are relative to that folder."""

    def __init__(self, root: Path) -> None:
        from git.cmd import Git as Runner

        self._root = root
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
        if any((self._git_dir / f"rebase-{how}").exists() for how in ("merge", "apply")):
            raise Rebasing
        own = [*paths, *self._listed(gone, "ls-files")]
        if not own:
            return None
        new = self._listed(paths, "ls-files", "--others")
        try:
            if new:
                self.run("add", "--intent-to-add", paths=new)
            self.run("commit", "--quiet", "--only", "--message", message, paths=own)
        except GitRefused:
            nothing_differs = self.is_committed(own)
            self.forget_intents(new)
            if nothing_differs:
                return None
            raise
        return self.head()

    def remarks(self) -> list[str]:
        """Return what a person should know of where the last commit went."""
        if (self._git_dir / "HEAD").read_bytes().startswith(b"ref:"):
            return []
        return ["you are on no branch; keep the commit with: git switch -c NAME"]

    def await_index(self, seconds: float = 5.0) -> None:
        """Wait while another git command, such as that of a `crm` that died, holds the index."""
        deadline = time.monotonic() + seconds
        while (self._git_dir / "index.lock").exists() and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)

    def head(self) -> str | None:
        """Return the id of the commit checked out, None where there is none yet."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", "HEAD").strip()
        except GitRefused:
            return None

    def is_committed(self, paths: Sequence[str]) -> bool:
        """Return whether the last commit holds the paths just as they are on disk."""
        if self.head() is None or self._diff(paths, "HEAD"):
            return False
        return not self._listed(paths, "ls-files", "--others")

    def forget_intents(self, paths: Sequence[str]) -> None:
        """Take back `add --intent-to-add`, which a refused commit leaves in the index."""
        if intended := self._diff(paths, "--diff-filter=A"):
            self.run("reset", "--quiet", paths=intended)

    def ignored(self, path: str) -> list[str]:
        """Return the files at or below a path that git ignores and does not know."""
        return self._listed([path], "ls-files", "--others", "--ignored", "--exclude-standard")

    def show(self, revision: str, path: str) -> bytes | None:
        """Return a file as it was at a revision, or None where it was not there."""
        try:
            text = self.run("show", f"{revision}:./{path}")
        except GitRefused:
            return None
        return text.encode("utf-8", "surrogateescape")

    def log(self, path: str) -> Iterator[Commit]:
        """Yield the commits that touched a file or folder, newest first."""
        # Marks that nobody can have written into a commit message beforehand.
        record, field = (f"<{token_hex(8)}>" for _ in range(2))
        form = f"{record}{field.join(_FIELDS)}{field}"
        try:
            text = self.run(
                "log", f"--format={form}", "--name-only", "-z", "--relative", "--", path
            )
        except GitRefused:
            return
        for entry in text.split(record)[1:]:
            commit, when, author, subject, action, names = entry.split(field)
            paths = tuple(name for name in names.strip("\0\n").split("\0") if name.strip())
            moment = datetime.fromisoformat(when)
            yield Commit(commit, moment, author, subject, action.strip(), paths)

    def author(self) -> str:
        """Return the configured author as `Name <email>`, or an empty text."""
        try:
            return self.run("var", "GIT_AUTHOR_IDENT").rsplit(" ", 2)[0]
        except GitRefused:
            return ""

    @property
    def _git_dir(self) -> Path:
        place = find_git(self._root)
        return place.git_dir if place else self._root / ".git"

    def _diff(self, paths: Sequence[str], *options: str) -> list[str]:
        return self._listed(paths, "diff", "--name-only", "--no-renames", "--relative", *options)

    def _listed(self, paths: Sequence[str], *command: str) -> list[str]:
        """Return the paths a command lists, asked in portions that fit a command line."""
        names: list[str] = []
        for start in range(0, len(paths), _PORTION):
            listed = self.run(*command, "-z", "--", *paths[start : start + _PORTION])
            names += [name for name in listed.split("\0") if name]
        return names
