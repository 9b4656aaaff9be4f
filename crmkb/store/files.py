"""Files of a workspace: walk, read, and write whole or not at all.

Paths are relative to the workspace, with `/`. Symbolic links are followed only while they stay
inside; hidden files and folders, and whatever is no Markdown or CSV, are not ours.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from crmkb.errors import CrmError, Problem
from crmkb.store.paths import CUSTOMERS, KNOWLEDGE_BASE

SUFFIXES = (".md", ".csv")
TEMPORARY = ".crm-writing-"


class CannotWrite(CrmError):
    """The system refused to write a file."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(
            f"cannot write {path}: {error.strerror or error}",
            hint="nothing was changed; check permissions and free space, then repeat the command",
        )


class CannotRead(CrmError):
    """The system refused to read a file."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"cannot read {path}: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the system tells of a file without reading it.

    Equal stamps mean equal content, unless the file was read within the grain of its clock.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def walk(root: Path, problems: list[Problem]) -> Iterator[tuple[str, Stamp]]:
    """Yield every file of customers and knowledge base; say in `problems` what was refused."""
    for top in (CUSTOMERS, KNOWLEDGE_BASE):
        if (root / top).is_dir():
            yield from _walk(root, str(root / top), f"{top}/", problems)


def _walk(
    root: Path, folder: str, prefix: str, problems: list[Problem]
) -> Iterator[tuple[str, Stamp]]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        problems.append(Problem(prefix, 1, "", f"cannot be listed: {error.strerror}"))
        return
    for entry in entries:
        path = prefix + entry.name
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_symlink() and not _stays_inside(root, entry.path):
                problems.append(Problem(path, 1, "", "is a link that leads out of the workspace"))
            elif entry.is_dir(follow_symlinks=False):
                yield from _walk(root, entry.path, f"{path}/", problems)
            elif entry.name.endswith(SUFFIXES) and entry.is_file():
                yield path, _stamp(entry.stat())
        except OSError as error:
            problems.append(Problem(path, 1, "", f"cannot be read: {error.strerror}"))


def _stays_inside(root: Path, link: str) -> bool:
    return Path(link).resolve().is_relative_to(root)


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def digest(data: bytes) -> str:
    """Return the hash by which contents are compared."""
    return blake2b(data, digest_size=16).hexdigest()


def read(full: Path) -> bytes | None:
    """Return a file's bytes, or None when there is no such file."""
    try:
        return full.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CannotRead(str(full), error) from error


def write_whole(full: Path, data: bytes) -> None:
    """Replace a file's content in one step: readers see the old bytes or the new ones."""
    try:
        full.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode(full)
        handle, name = tempfile.mkstemp(dir=full.parent, prefix=TEMPORARY)
    except OSError as error:
        raise CannotWrite(str(full), error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(full)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise CannotWrite(str(full), error) from error


def _mode(full: Path) -> int:
    try:
        return full.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def remove(full: Path, root: Path) -> None:
    """Delete a file, and the folders above it that this leaves empty, up to the root."""
    try:
        full.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(str(full), error) from error
    folder = full.parent
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent
