"""Resolve workspace paths and refuse those that lead out of the workspace."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from crmkb.errors import CrmError, Exit

_PLAIN_NAME = re.compile(r"\w[\w.-]*")


class OutsideWorkspace(CrmError):
    """A path leads out of the workspace."""

    exit_code = Exit.USAGE

    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} leads out of the workspace", hint="name a path inside it")


def inside(root: Path, path: str) -> Path:
    """Return the full path of a workspace path; raise if it, or a link in it, leads out.

    The `.git` folder counts as outside: files in it can run code.
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
    """Return a variant of `inside` for many paths, which checks each folder only once."""
    sound: set[str] = set()

    def full_path(path: str) -> Path:
        name = path.rpartition("/")[2]
        folder = path.removesuffix(name)
        if folder not in sound:
            inside(root, path)
            inside(root, folder)  # the file may be a link that leads back in
            sound.add(folder)
        full = root / path
        is_plain = _PLAIN_NAME.fullmatch(name) and not full.is_symlink()
        return full if is_plain else inside(root, path)

    return full_path


def exists(full: Path) -> bool:
    """Return whether a path exists; a name that the disk does not allow does not exist."""
    try:
        full.stat()
    except (OSError, ValueError):
        return False
    return True


def _is_git_own(path: Path) -> bool:
    return any(part.lower() == ".git" for part in path.parts)
