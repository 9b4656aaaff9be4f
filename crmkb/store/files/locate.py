"""Locate the workspace, its git directory, and the folder for the index, lock and journal.

Only checks files: it neither runs git nor imports models, to keep read-only commands fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import CrmError, Exit
from crmkb.store.files.safe_paths import inside

OWN_STATE = ".crmkb"
"""The folder for lock and journal in a workspace without git; it has a `.gitignore` for itself."""
JOURNAL = "journal.json"
"""The file in `work_dir` while a change is being written; see `workspace/journal.py`."""


class NotAWorkspace(CrmError):
    """No `crm.toml` exists in this folder or above."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, where: Path) -> None:
        super().__init__(
            f"no workspace here: no {FILE_NAME} in {str(where)!r} or above",
            hint="make one with: crm init DIR --name 'Your Company', or name one with: crm -C DIR",
        )


class NoSuchFolder(CrmError):
    """The requested workspace folder does not exist."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, where: Path) -> None:
        super().__init__(f"no folder {str(where)!r}", "name the workspace's folder: crm -C DIR")


class NoRepository(CrmError):
    """The workspace is not in a git work tree, so nothing can be committed."""

    def __init__(self, root: Path) -> None:
        hint = "make one with: git init, or write without a commit with: --no-commit"
        if is_bare(root):
            hint = "this is a bare repository, which holds no files; work in a clone of it"
        super().__init__(f"no git work tree around {str(root)!r}", hint)


@dataclass(frozen=True, slots=True)
class GitPlace:
    """A work tree's top folder and its git directory (the private one of a linked worktree)."""

    top: Path
    git_dir: Path


def find_workspace(start: Path) -> Path:
    """Return the nearest folder at or above `start` that contains a `crm.toml`."""
    if not start.is_dir():
        raise NoSuchFolder(start)
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise NotAWorkspace(start)


def is_bare(folder: Path) -> bool:
    """Return whether a folder is a bare repository: git's files without a work tree."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def find_git(root: Path) -> GitPlace | None:
    """Return the git work tree that contains a folder, or None."""
    for folder in (root, *root.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return GitPlace(folder, entry)
        if entry.is_file():
            return _named(entry)
        if is_bare(folder):  # git would use it and stop searching here
            return None
    return None


def _named(entry: Path) -> GitPlace | None:
    """Return the place that a `.git` file names, or None if it does not exist."""
    words = entry.read_bytes().decode("utf-8", "surrogateescape")
    target = (entry.parent / words.removeprefix("gitdir:").strip()).resolve()
    return GitPlace(entry.parent, target) if (target / "HEAD").exists() else None


def state_dir(root: Path) -> Path | None:
    """Return the folder in the git directory for index, lock and journal; None without git."""
    place = find_git(root)
    if place is None:
        return None
    inside = root.relative_to(place.top).as_posix()
    name = "crmkb" if inside == "." else f"crmkb-{sha1(inside.encode()).hexdigest()[:12]}"
    return place.git_dir / name


def work_dir(root: Path) -> Path:
    """Return the folder for lock and journal: `state_dir`, or `.crmkb` if there is no git."""
    state = state_dir(root)
    if state is not None:
        return state
    own = root / OWN_STATE
    for place in (own, *own.glob("*")):  # may be a link that came with the workspace
        inside(root, place.relative_to(root).as_posix())
    return own
