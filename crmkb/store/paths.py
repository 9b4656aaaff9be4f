"""Where things are: workspace, git directory, and which kind of file a path is.

Found by looking at files, without running git or importing models: the commands that only read
pay for nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from pathlib import Path, PurePosixPath

from crmkb.config import FILE_NAME
from crmkb.errors import CrmError, Exit
from crmkb.text import slugify

CUSTOMERS = "customers"
KNOWLEDGE_BASE = "knowledge_base"
TEMPLATES = "templates"
REPORTING = "reporting"
CUSTOMER_FOLDERS = ("interactions", "deals", "relationships", "context")
KEEPER = ".gitkeep"
"""Git knows no empty folders; this file keeps a new customer's."""
SUMMARY = "context/summary.md"
OUTCOMES = "context/outcomes.md"
OWN_STATE = ".crmkb"
"""Where a workspace without git keeps lock and journal; git is told to ignore it."""
JOURNAL = "journal.json"
"""In `work_dir` while a change is being written; see `workspace/journal.py`."""

_PLAIN_NAME = re.compile(r"\w[\w.-]*")


class NotAWorkspace(CrmError):
    """No `crm.toml` here or above."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, where: Path) -> None:
        super().__init__(
            f"no workspace here: no {FILE_NAME} in {str(where)!r} or above",
            hint="make one with: crm init DIR --name 'Your Company', or name one with: crm -C DIR",
        )


class NoSuchFolder(CrmError):
    """The folder to work in does not exist."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, where: Path) -> None:
        super().__init__(f"no folder {str(where)!r}", "name the workspace's folder: crm -C DIR")


class NoRepository(CrmError):
    """The workspace is in no git work tree, so nothing can be committed."""

    def __init__(self, root: Path) -> None:
        hint = "make one with: git init, or write without a commit with: --no-commit"
        if is_bare(root):
            hint = "this is a bare repository, which holds no files; work in a clone of it"
        super().__init__(f"no git work tree around {str(root)!r}", hint)


class OutsideWorkspace(CrmError):
    """A path leads out of the workspace."""

    exit_code = Exit.USAGE

    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} leads out of the workspace", hint="name a path inside it")


@dataclass(frozen=True, slots=True)
class GitPlace:
    """A work tree's top folder and its git directory (its own one in a linked worktree)."""

    top: Path
    git_dir: Path


def find_workspace(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds a `crm.toml`."""
    if not start.is_dir():
        raise NoSuchFolder(start)
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise NotAWorkspace(start)


def is_bare(folder: Path) -> bool:
    """Return whether a folder is a bare repository: git's own files, and no work tree."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def find_git(root: Path) -> GitPlace | None:
    """Return the git work tree that holds a folder, or None."""
    for folder in (root, *root.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return GitPlace(folder, entry)
        if entry.is_file():
            return _named(entry)
        if is_bare(folder):  # git would take this one, and look no further
            return None
    return None


def _named(entry: Path) -> GitPlace | None:
    """Return the place that a `.git` file names, or None where that is not there."""
    words = entry.read_bytes().decode("utf-8", "surrogateescape")
    target = (entry.parent / words.removeprefix("gitdir:").strip()).resolve()
    return GitPlace(entry.parent, target) if (target / "HEAD").exists() else None


def state_dir(root: Path) -> Path | None:
    """Return the folder beside git's own files that holds index, lock and journal, or None."""
    place = find_git(root)
    if place is None:
        return None
    inside = root.relative_to(place.top).as_posix()
    name = "crmkb" if inside == "." else f"crmkb-{sha1(inside.encode()).hexdigest()[:12]}"
    return place.git_dir / name


def work_dir(root: Path) -> Path:
    """Return the folder for lock and journal: `state_dir`, or without git one in the workspace."""
    state = state_dir(root)
    if state is not None:
        return state
    own = root / OWN_STATE
    for place in (own, *own.glob("*")):  # it may have come with the workspace
        inside(root, place.relative_to(root).as_posix())
    return own


def ref_of(path: str) -> str:
    """Return the name by which commands take the record at a path."""
    short = path.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").removesuffix("/profile")
    return short or path


def customer_of(path: str) -> str:
    """Return the slug of the customer whose folder holds a path, or an empty text."""
    parts = path.split("/", 2)
    return parts[1] if len(parts) == 3 and parts[0] == CUSTOMERS else ""


def slug_of(path: str) -> str:
    """Return the name by which a path is known: its file's, or for a profile its customer's."""
    if path.endswith("/profile.md"):
        return customer_of(path)
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def interaction_name(moment: str, type_: str, subject: str) -> str:
    """Return the name of an interaction's file, such as `2026-11-20-1430-call-pricing-review`.

    The moment is that of its front matter: a day, or a day and a time.
    """
    day, _, clock = moment.partition("T")
    stamp = f"{day}-{clock[:5].replace(':', '')}" if clock else day
    return f"{stamp}-{type_}-{slugify(subject)}"


def matches(path: str, pattern: str) -> bool:
    """Return whether a path is of a pattern: `*` is one name, a last `**.md` any depth."""
    return _expression(pattern).fullmatch(path) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    words = {"**": ".+", "*": "[^/]+"}
    parts = re.split(r"(\*+)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts), re.DOTALL)


def inside(root: Path, path: str) -> Path:
    """Return the full path of a workspace path; raise when it or a link on it leads out.

    Git's own folder counts as outside: what lies there can run code.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise OutsideWorkspace(path)
    full = root / pure
    real = Path(os.path.realpath(full))
    if not real.is_relative_to(root) or _is_git_own(real.relative_to(root)):
        raise OutsideWorkspace(path)
    return full


def many_inside(root: Path) -> Callable[[str], Path]:
    """Return `inside` for many paths at a time: each of their folders is looked at once."""
    sound: set[str] = set()

    def full_path(path: str) -> Path:
        name = path.rpartition("/")[2]
        folder = path.removesuffix(name)
        if folder not in sound:
            inside(root, path)
            inside(root, folder)  # a link in it may lead back
            sound.add(folder)
        full = root / path
        is_plain = _PLAIN_NAME.fullmatch(name) and not full.is_symlink()
        return full if is_plain else inside(root, path)

    return full_path


def exists(full: Path) -> bool:
    """Return whether something is at a path; a name that no disk takes is one without anything."""
    try:
        full.stat()
    except (OSError, ValueError):
        return False
    return True


def _is_git_own(path: Path) -> bool:
    return any(part.lower() == ".git" for part in path.parts)
