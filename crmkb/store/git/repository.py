"""Commit exactly the given paths, and read the history.

The user's hooks, signing and identity apply. A commit touches only its own paths, and if git fails,
the index is unchanged. The caller restores the files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from crmkb.errors import CrmError
from crmkb.store.files.disk import CannotWrite, read
from crmkb.store.files.locate import NoRepository, find_git, is_bare, work_dir
from crmkb.store.git import plumbing_commit, process
from crmkb.store.git.process import GitMissing, GitRefused
from crmkb.store.git.staging import GitIndex, IndexBehind, fill

if TYPE_CHECKING:
    from crmkb.store.git.history import Commit

_UNDER_WAY = {
    "rebase-apply/applying": ("applying of patches is", "git am"),
    "rebase-apply": ("a rebase is", "git rebase"),
    "rebase-merge": ("a rebase is", "git rebase"),
    "REVERT_HEAD": ("a revert is", "git revert"),
}
"""Operations that git would silently commit into, by file; in a merge git itself refuses."""
_MERGING = ("MERGE_HEAD", "CHERRY_PICK_HEAD")
_AS_IT_IS = ("--quiet", "--cleanup=whitespace")
_BATCH = 500
_MANY_FILES, _IN_A_PACK = 200, 5_000
_MANY_OBJECTS = 27
"""Loose objects in one of git's 256 folders; 256 times as many is about the limit `gc.auto`."""


class UnderWay(CrmError):
    """An operation in progress would be ended by a commit, or would later discard the commit."""

    def __init__(self, what: str, command: str) -> None:
        super().__init__(
            f"{what} under way here, and git would mix it up with what is committed now",
            hint=f"finish it: {command} --continue, or leave it: {command} --abort",
        )


@contextmanager
def initialised(root: Path) -> Iterator[None]:
    """Ensure that a folder is in a git work tree; delete a new repository if the block fails."""
    own = root / ".git"
    if own.is_dir() and not is_bare(own):  # a `git init` was killed
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
    """Raise `GitMissing` if the git command is not installed."""
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
        """Run a git command and return what it prints; raise `GitRefused` with its message.

        `paths` are passed as literal pathspecs on standard input; without `paths`, `listing` is the
        standard input. `also_fine` is an exit code accepted besides 0.
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
            return process.run(self._root, command, file, more, also_fine)

    def commit(
        self, paths: Sequence[str], gone: Sequence[str], message: str, wait: float = 5.0
    ) -> str | None:
        """Commit these paths and no others; return the commit's id, None if nothing differs.

        `paths` exist on disk, `gone` do not. Wait up to `wait` seconds for another git process.
        Raise `GitRefused`, with the index unchanged.
        """
        for name, (what, how) in _UNDER_WAY.items():
            if (self._git_dir / name).exists():
                raise UnderWay(what, how)
        known = self._listed(gone, "ls-files")
        if not (paths or known):
            return None
        if len(paths) > _MANY_FILES:
            self._pack(paths)
        if plumbing_commit.may_be_quick(self._git_dir, self._own_index.shared_dir):
            with suppress(plumbing_commit.NotQuick):
                return self._commit_quickly(paths, known, message, wait)
        return self._commit_by_git([*paths, *known], message, wait)

    def _commit_quickly(
        self, paths: Sequence[str], gone: Sequence[str], message: str, wait: float
    ) -> str | None:
        with self._holding_index("commit", wait):
            try:
                made = plumbing_commit.commit(self.run, self._prefix, paths, gone, message)
            except (GitRefused, UnicodeEncodeError) as error:
                raise plumbing_commit.NotQuick from error
        self._tidy_up()
        return made or None

    def _pack(self, paths: Sequence[str]) -> None:
        """Write the bytes of many files into packs before they are added.

        Adding them one by one takes ten times as long. Skip this if filters are configured,
        because git may then store other bytes than those of the files.
        """
        with suppress(GitRefused):  # the commit fails again and reports why
            if any(line.startswith("filter.") for line in self.run("var", "-l").splitlines()):
                return
            for start in range(0, len(paths), _IN_A_PACK):
                batch = (read(self._root / path) for path in paths[start : start + _IN_A_PACK])
                blobs = (b"blob\ndata %d\n%b\n" % (len(data), data) for data in batch if data)
                self.run("fast-import", "--quiet", listing=b"".join(blobs))

    def _commit_by_git(self, own: Sequence[str], message: str, wait: float) -> str | None:
        try:
            with self._holding_index("commit", wait):
                self.run("add", "--all", paths=own)
                if self._is_all_staged(own):  # four times as fast as --only for many paths
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
        """Return notes for the user about the last commit, such as a detached HEAD."""
        if (self._git_dir / "HEAD").read_bytes().startswith(b"ref:"):
            return []
        return ["you are on no branch; keep the commit with: git switch -c NAME"]

    def settle(self, since: float, wait: float) -> None:
        """Wait for the git of a `crm` that died, and remove its locks; see `GitIndex.settle`."""
        self._own_index.settle(since, wait)

    def take_in(self, paths: Sequence[str]) -> None:
        """Update git's index for paths committed by a command that died."""
        with self._holding_index("reset", wait=5.0):
            self.run("reset", "--quiet", paths=paths)

    def head(self) -> str | None:
        """Return the id of the commit checked out, None if there is none yet."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", "HEAD").strip()
        except GitRefused:
            return None

    def is_committed(self, paths: Sequence[str]) -> bool:
        """Return whether the last commit has the paths exactly as they are on disk.

        Compare with HEAD, not with the index, which may be outdated after a crash.
        """
        if self.head() is None:
            return False
        with self._own_index.copied("git-index-head") as copy, self._on_index(copy):
            self.run("read-tree", "--reset", "HEAD")
            return not self._diff(paths) and not self._listed(paths, "ls-files", "--others")

    def _is_all_staged(self, paths: Sequence[str]) -> bool:
        """Return whether a plain `git commit` would commit only these paths."""
        if any((self._git_dir / name).exists() for name in _MERGING):
            return False
        staged = self.run("diff", "--cached", "--name-only", "--no-renames", "-z").split("\0")
        return {*filter(None, staged)} <= {self._prefix + path for path in paths}

    def _tidy_up(self) -> None:
        """Let git pack its objects if there are many, as `git commit` does."""
        folder = self._own_index.shared_dir / "objects/17"
        if folder.is_dir() and sum(1 for _ in folder.iterdir()) > _MANY_OBJECTS:
            with suppress(GitRefused):
                self.run("maintenance", "run", "--auto", "--quiet")

    def _follow(self, paths: Sequence[str]) -> None:
        """Reset the index to what was committed: a hook may have added rewritten files."""
        try:
            if changed := self._diff(paths, "--cached"):
                self.run("reset", "--quiet", paths=changed)
        except CrmError as error:
            raise IndexBehind(str(self._git_dir / "index"), OSError(error.message)) from error

    def _knows_committed(self, paths: Sequence[str]) -> bool:
        try:
            return self.is_committed(paths)
        except (GitRefused, CannotWrite):  # so the commit failed too
            return False

    def ignored(self, path: str) -> list[str]:
        """Return the files at or below a path that are ignored and untracked."""
        return self._listed([path], "ls-files", "--others", "--ignored", "--exclude-standard")

    def show(self, revision: str, path: str) -> bytes | None:
        """Return a file's bytes at a revision, or None if it did not exist."""
        from crmkb.store.git.history import show

        return show(self._root, revision, path)

    def log(self, path: str) -> Iterator[Commit]:
        """Yield the commits that touched a file or folder, newest first."""
        from crmkb.store.git.history import log

        return log(self._root, path)

    def author(self) -> str:
        """Return the configured author as `Name <email>`, or an empty string."""
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
        """Return the path from the top of the work tree to the folder, such as `crm/`, or ""."""
        place = find_git(self._root)
        inside = self._root.relative_to(place.top).as_posix() if place else "."
        return "" if inside == "." else f"{inside}/"

    @property
    def _own_index(self) -> GitIndex:
        return GitIndex(self._git_dir, work_dir(self._root))

    @contextmanager
    def _holding_index(self, command: str, wait: float) -> Iterator[None]:
        """Run commands on a copy of the index, which replaces the index if all succeed."""
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
        """Return a file for a command's input, locked if the command uses a copy of the index."""
        if self._index_file:
            return self._own_index.input()
        import tempfile

        return cast("AbstractContextManager[BinaryIO]", tempfile.TemporaryFile(buffering=0))

    def _diff(self, paths: Sequence[str], *options: str) -> list[str]:
        return self._listed(paths, "diff", "--name-only", "--no-renames", "--relative", *options)

    def _listed(self, paths: Sequence[str], *command: str) -> list[str]:
        """Return the paths that a command lists, in batches that fit a command line."""
        names: list[str] = []
        for start in range(0, len(paths), _BATCH):
            listed = self.run(*command, "-z", "--", *paths[start : start + _BATCH])
            names += [name for name in listed.split("\0") if name]
        return names
