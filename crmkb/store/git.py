"""Git, run through GitPython: commit exactly the paths given, and look things up in history.

The user's hooks, signing, identity, index and work tree are theirs: a commit touches only its own
paths, and when git refuses, the index is as it was. Putting files back is left to the caller.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO, cast

from crmkb.errors import CrmError
from crmkb.store.files import CannotWrite
from crmkb.store.git_index import GitIndex, IndexBehind, fill
from crmkb.store.paths import NoRepository, find_git, is_bare, work_dir

if TYPE_CHECKING:
    from git.cmd import Git as Runner

_FIELDS = ("%H", "%aI", "%an", "%s", "%(trailers:key=Crm-Action,valueonly,separator=%x2C)")
_PORTION = 500
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
_UNDER_WAY = {
    "rebase-apply/applying": ("applying of patches is", "git am"),
    "rebase-apply": ("a rebase is", "git rebase"),
    "rebase-merge": ("a rebase is", "git rebase"),
    "REVERT_HEAD": ("a revert is", "git revert"),
}
"""What git would commit into without a word, by its file; for a merge git refuses by itself."""
_AS_IT_IS = ("--quiet", "--only", "--cleanup=whitespace")
_SETTINGS = (
    "core.quotePath=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    # A folder of the workspace may look like a bare repository: its configuration and hooks, which
    # git would run, are of whoever wrote the workspace.
    "safe.bareRepository=explicit",
)
"""What must not depend on the person's settings: how git and we speak with each other."""


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


class UnderWay(CrmError):
    """Something is under way that git would end, or later throw our commit away with."""

    def __init__(self, what: str, command: str) -> None:
        super().__init__(
            f"{what} under way here, and git would mix it up with what is committed now",
            hint=f"finish it: {command} --continue, or leave it: {command} --abort",
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
    own = root / ".git"
    if own.is_dir() and not is_bare(own):  # a `git init` that was killed
        for lock in own.glob("*.lock"):
            lock.unlink()
    elif find_git(root) is not None:
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
        self._index_file: Path | None = None

    def run(self, *arguments: str, paths: Iterable[str] | None = None) -> str:
        """Run a git command and return what it prints; raise `GitRefused` with its words.

        `paths` are handed over as literal pathspecs, whatever they are called.
        """
        from git.exc import GitCommandNotFound

        settings = (part for setting in _SETTINGS for part in ("-c", setting))
        command = ["git", "--literal-pathspecs", *settings, *arguments]
        with self._input() as listing:
            if paths is not None:
                command += ["--pathspec-from-file=-", "--pathspec-file-nul"]
                fill(listing, "\0".join(paths).encode("utf-8", "surrogateescape"))
            try:
                status, out, err = self._runner.execute(
                    command,
                    istream=listing,
                    env={"GIT_INDEX_FILE": str(self._index_file)} if self._index_file else None,
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

    def commit(
        self, paths: Sequence[str], gone: Sequence[str], message: str, wait: float = 5.0
    ) -> str | None:
        """Commit these paths and no others; return the commit's id, None when nothing differs.

        `paths` exist on disk, `gone` do not; another git is waited for. Raise `GitRefused` with
        the index as it was.
        """
        for name, (what, how) in _UNDER_WAY.items():
            if (self._git_dir / name).exists():
                raise UnderWay(what, how)
        own = [*paths, *self._listed(gone, "ls-files")]
        if not own:
            return None
        try:
            with self._holding_index("commit", wait):
                if new := self._listed(paths, "ls-files", "--others"):
                    self.run("add", "--intent-to-add", paths=new)
                self.run("commit", *_AS_IT_IS, "--message", message, paths=own)
                self._follow(own)
        except GitRefused as error:
            if "repository has been updated" in error.message:
                raise IndexBehind(str(self._git_dir / "index"), OSError(error.message)) from error
            if self._knows_committed(own):
                return None
            raise
        return self.head()

    def remarks(self) -> list[str]:
        """Return what a person should know of where the last commit went."""
        if (self._git_dir / "HEAD").read_bytes().startswith(b"ref:"):
            return []
        return ["you are on no branch; keep the commit with: git switch -c NAME"]

    def settle(self, since: float, wait: float) -> None:
        """Wait for the git of a `crm` that died, begun then, and remove the locks it left."""
        self._own_index.settle(since, wait)

    def take_in(self, paths: Sequence[str]) -> None:
        """Let the index know of paths that were committed when the one who did it died."""
        with self._holding_index("reset", wait=5.0):
            self.run("reset", "--quiet", paths=paths)

    def head(self) -> str | None:
        """Return the id of the commit checked out, None where there is none yet."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", "HEAD").strip()
        except GitRefused:
            return None

    def is_committed(self, paths: Sequence[str]) -> bool:
        """Return whether the last commit holds the paths just as they are on disk.

        The index is not asked: after a death it may know less.
        """
        if self.head() is None:
            return False
        with self._own_index.copied("git-index-head") as copy, self._on_index(copy):
            self.run("read-tree", "--reset", "HEAD")
            return not self._diff(paths) and not self._listed(paths, "ls-files", "--others")

    def _follow(self, paths: Sequence[str]) -> None:
        """Let the index hold what was committed: a hook may have added what it rewrote."""
        try:
            if changed := self._diff(paths, "--cached"):
                self.run("reset", "--quiet", paths=changed)
        except CrmError as error:
            raise IndexBehind(str(self._git_dir / "index"), OSError(error.message)) from error

    def _knows_committed(self, paths: Sequence[str]) -> bool:
        try:
            return self.is_committed(paths)
        except (GitRefused, CannotWrite):  # it could not commit either
            return False

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
                *("log", f"--format={form}", "--no-show-signature", "--name-only"),
                *("-z", "--relative", "--", path),
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

    @property
    def _own_index(self) -> GitIndex:
        return GitIndex(self._git_dir, work_dir(self._root))

    @contextmanager
    def _holding_index(self, command: str, wait: float) -> Iterator[None]:
        """Run commands on a copy of the index, which takes its place if they all succeed."""
        try:
            with self._own_index.held(wait) as copy, self._on_index(copy):
                yield
        except FileExistsError as error:
            words = f"Unable to create '{self._git_dir / 'index.lock'}': File exists"
            raise GitRefused(command, words) from error

    @contextmanager
    def _on_index(self, file: Path) -> Iterator[None]:
        former, self._index_file = self._index_file, file
        try:
            yield
        finally:
            self._index_file = former

    def _input(self) -> AbstractContextManager[BinaryIO]:
        """Return where a command's input goes; what writes is felt also after our death."""
        if self._index_file:
            return self._own_index.input()
        return cast("AbstractContextManager[BinaryIO]", tempfile.TemporaryFile(buffering=0))

    def _diff(self, paths: Sequence[str], *options: str) -> list[str]:
        return self._listed(paths, "diff", "--name-only", "--no-renames", "--relative", *options)

    def _listed(self, paths: Sequence[str], *command: str) -> list[str]:
        """Return the paths a command lists, asked in portions that fit a command line."""
        names: list[str] = []
        for start in range(0, len(paths), _PORTION):
            listed = self.run(*command, "-z", "--", *paths[start : start + _PORTION])
            names += [name for name in listed.split("\0") if name]
        return names
