"""Find the files of a workspace and their folders.

Paths are relative to the workspace and use `/`; paths of folders end with `/`. Links to files are
followed only if they stay inside the workspace. Hidden files and folders are ignored, as are files
other than Markdown and CSV.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from crmkb.errors import Problem
from crmkb.schema.layout import CUSTOMERS, KNOWLEDGE_BASE

WALKED = (CUSTOMERS, KNOWLEDGE_BASE)
SUFFIXES = (".md", ".csv")
ATTRIBUTES = ".gitattributes"
GRAIN_NS = 2_000_000_000
"""A file changed within this time before it was read may change again under the same stamp."""


class Stamp(NamedTuple):
    """The state of a file, as returned by `stat`.

    Equal stamps mean equal content, unless the file was read within `GRAIN_NS` of its last change.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


UNSTAMPED = Stamp(0, 0, 0, 0)
"""The placeholder when stamps are not requested."""


class Folder(NamedTuple):
    """The state of a folder, as returned by `stat`; an odd folder must always be listed.

    Equal times mean equal names, unless the folder was listed within `GRAIN_NS` of its last change.
    The workspace folder is odd, and so is a folder with links (whose targets may change), refused
    entries or a `.gitattributes`.
    """

    mtime_ns: int
    ctime_ns: int
    inode: int
    is_odd: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The files and folders found, the refused entries, and the folders with a `.gitattributes`.

    Files have stamps only if `stamped` is set, because stamps take time and memory.
    """

    stamped: bool = True
    files: dict[str, Stamp] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    refused: list[Problem] = field(default_factory=list)
    ruled: list[str] = field(default_factory=list)


def walk(root: Path, *, stamped: bool = True) -> Found:
    """Return all files and folders of the workspace."""
    found = Found(stamped)
    prefixes = [""]
    while prefixes:
        prefixes += list_folder(root, prefixes.pop(), found)
    return found


def list_folder(root: Path, prefix: str, found: Found) -> list[str]:
    """Add the entries of one folder to `found`, and return the paths of its sub-folders."""
    before = len(found.refused), len(found.ruled)
    folders: list[str] = []
    is_odd = not prefix
    stamp = (0, 0, 0)
    try:
        stat = (root / prefix).stat()
        stamp = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        with os.scandir(f"{root}/{prefix}") as entries:
            listed = list(entries)
    except OSError as error:
        found.refused.append(
            Problem(prefix.rstrip("/"), 1, "", f"cannot be listed: {error.strerror}")
        )
        listed = []
    for entry in listed:
        if entry.name.startswith(".") or not (prefix or entry.name in WALKED):
            if entry.name == ATTRIBUTES and prefix:
                found.ruled.append(prefix)
            continue
        is_odd |= entry.is_symlink()
        if _take(root, prefix + entry.name, entry, found):
            folders.append(f"{prefix}{entry.name}/")
    is_odd |= (len(found.refused), len(found.ruled)) != before
    found.folders[prefix] = Folder(*stamp, is_odd)
    return folders


def _take(root: Path, path: str, entry: os.DirEntry[str], found: Found) -> bool:
    """Add a Markdown or CSV file to `found`, or return True if the entry is a folder."""
    try:
        if refusal := _refusal(root, entry):
            found.refused.append(Problem(_printable(path), 1, "", refusal))
        elif entry.is_dir(follow_symlinks=False):
            return True
        elif path.endswith(SUFFIXES) and entry.is_file():
            found.files[path] = stamp_of(entry.stat()) if found.stamped else UNSTAMPED
    except OSError as error:
        found.refused.append(Problem(path, 1, "", f"cannot be read: {error.strerror}"))
    return False


def _refusal(root: Path, entry: os.DirEntry[str]) -> str:
    """Return why an entry is not read, or an empty string."""
    if not entry.name.isascii() and _printable(entry.name) != entry.name:
        return "has a name that is not UTF-8; rename it"
    if not entry.is_symlink():
        return ""
    target = Path(os.path.realpath(entry.path))
    if not target.is_relative_to(root):
        return "is a link that leads out of the workspace"
    if target.is_dir():
        return "is a link to a folder; only links to files are followed"
    return "" if target.exists() else "is a link that leads nowhere"


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def stamp_of(stat: os.stat_result) -> Stamp:
    """Return the stamp of a file."""
    inode = 0 if os.name == "nt" else stat.st_ino  # not part of folder listings on Windows
    return Stamp(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, inode)
