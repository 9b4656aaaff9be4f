"""Git: commit exactly the paths given, and look things up in history.

The user's hooks, signing, identity, index and work tree are theirs: a commit touches only its own
paths, and when git refuses, the index is as it was. Putting files back is left to the caller.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from crmkb.errors import CrmError
from crmkb.store import git_process, quick_commit
from crmkb.store.files import CannotWrite, read
from crmkb.store.git_index import GitIndex, IndexBehind, fill
from crmkb.store.git_process import GitMissing as GitMissing
from crmkb.store.git_process import GitRefused as GitRefused
from crmkb.store.paths import NoRepository, find_git, is_bare, work_dir

if TYPE_CHECKING:
    from crmkb.store.past import Commit

_UNDER_WAY = {
    "rebase-apply/applying": ("applying of patches is", "git am"),
    "rebase-apply": ("a rebase is", "git rebase"),
    "rebase-merge": ("a rebase is", "git rebase"),
    "REVERT_HEAD": ("a revert is", "git revert"),
}
"""What git would commit into without a word, by its file; for a merge git refuses by itself."""
_MERGING = ("MERGE_HEAD", "CHERRY_PICK_HEAD")
_AS_IT_IS = ("--quiet", "--cleanup=whitespace")
_PORTION = 500
_MANY_FILES, _IN_A_PACK = 200, 5_000
_MANY_OBJECTS = 27
"""So many new objects in one of git's 256 folders: about as many as `gc.auto` allows in all."""


class UnderWay(CrmError):
    """Something is under way that git would end, or later throw our commit away with."""

    def __init__(self, what: str, command: str) -> None:
        super().__init__(
            f"{what} under way here, and git would mix it up with what is committed now",
            hint=f"finish it: {command} --continue, or leave it: {command} --abort",
        )


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
        self._root = root
        self._index_file: Path | None = None

    def run(
        self,
        *arguments: str,
        paths: Iterable[str] | None = None,
        listing: str | bytes = "",
        also_fine: int = 0,
    ) -> str:
        """Run a git command and return what it prints; raise `GitRefused` with its words.

        `paths` are handed over as literal pathspecs, whatever they are called; `listing` is what
        the command reads else, and `also_fine` a code with which it may end besides 0.
        """
        command = [*arguments]
        if paths is not None:
            command += ["--pathspec-from-file=-", "--pathspec-file-nul"]
            listing = "\0".join(paths)
        more = {"GIT_INDEX_FILE": str(self._index_file)} if self._index_file else None
        if isinstance(listing, str):
            listing = listing.encode("utf-8", "surrogateescape")
        with self._input() as file:
            fill(file, listing)
            return git_process.run(self._root, command, file, more, also_fine)

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
        known = self._listed(gone, "ls-files")
        if not (paths or known):
            return None
        if len(paths) > _MANY_FILES:
            self._pack(paths)
        if quick_commit.may_be_quick(self._git_dir, self._own_index.shared_dir):
            with suppress(quick_commit.NotQuick):
                return self._commit_quickly(paths, known, message, wait)
        return self._commit_by_git([*paths, *known], message, wait)

    def _commit_quickly(
        self, paths: Sequence[str], gone: Sequence[str], message: str, wait: float
    ) -> str | None:
        with self._holding_index("commit", wait):
            try:
                made = quick_commit.commit(self.run, self._prefix, paths, gone, message)
            except (GitRefused, UnicodeEncodeError) as error:
                raise quick_commit.NotQuick from error
        self._tidy_up()
        return made or None

    def _pack(self, paths: Sequence[str]) -> None:
        """Let git have the bytes of many files before it is told of them.

        So it keeps them in packs; adding them one by one takes ten times as long. Where git may
        convert files, theirs are not the bytes that it keeps.
        """
        with suppress(GitRefused):  # it will say so again, and why
            if any(line.startswith("filter.") for line in self.run("var", "-l").splitlines()):
                return
            for start in range(0, len(paths), _IN_A_PACK):
                portion = (read(self._root / path) for path in paths[start : start + _IN_A_PACK])
                blobs = (b"blob\ndata %d\n%b\n" % (len(data), data) for data in portion if data)
                self.run("fast-import", "--quiet", listing=b"".join(blobs))

    def _commit_by_git(self, own: Sequence[str], message: str, wait: float) -> str | None:
        try:
            with self._holding_index("commit", wait):
                self.run("add", "--all", paths=own)
                if self._is_all_staged(own):  # four times as fast as --only, where there are many
                    self.run("commit", *_AS_IT_IS, "--message", message)
                else:
                    self.run("commit", *_AS_IT_IS, "--only", "--message", message, paths=own)
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

    def _is_all_staged(self, paths: Sequence[str]) -> bool:
        """Return whether paths are all that a plain `git commit` would commit here."""
        if any((self._git_dir / name).exists() for name in _MERGING):
            return False
        staged = self.run("diff", "--cached", "--name-only", "--no-renames", "-z").split("\0")
        return {*filter(None, staged)} <= {self._prefix + path for path in paths}

    def _tidy_up(self) -> None:
        """Let git pack its objects when there are many, as `git commit` does."""
        folder = self._own_index.shared_dir / "objects/17"
        if folder.is_dir() and sum(1 for _ in folder.iterdir()) > _MANY_OBJECTS:
            with suppress(GitRefused):
                self.run("maintenance", "run", "--auto", "--quiet")

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
        from crmkb.store.past import show

        return show(self._root, revision, path)

    def log(self, path: str) -> Iterator[Commit]:
        """Yield the commits that touched a file or folder, newest first."""
        from crmkb.store.past import log

        return log(self._root, path)

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
    def _prefix(self) -> str:
        """Return what leads from the top of the work tree to the folder, such as `crm/`."""
        place = find_git(self._root)
        inside = self._root.relative_to(place.top).as_posix() if place else "."
        return "" if inside == "." else f"{inside}/"

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
        import tempfile

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
