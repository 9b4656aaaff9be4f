"""What git can tell of a workspace's files without our looking at them: which may have changed.

Git is asked for what its index takes for changed, which its own threads find out while we look at
folders. A file whose bytes were those of the last commit, and that is not named here, still has
them, unless a person told git not to look at it, or git converts files: then it is of no use.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from crmkb.errors import CrmError
from crmkb.store import git_process
from crmkb.store.walk import ATTRIBUTES, WALKED

_LOOKING = (
    *("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.preloadIndex=true"),
    *("-c", "core.checkStat=default", "-c", "core.trustctime=true"),
)
_CHANGED = ("diff-files", "--name-only", "-z", "--relative", "--ignore-submodules", "--")
_STAGED = ("diff-index", "--cached", "--name-only", "-z", "--relative", "--no-renames")
_MOVED = ("diff-tree", "-r", "--raw", "-z", "--relative", "--no-renames", "--no-abbrev")
_FLAGS = ("ls-files", "-v", "-z", "--", *WALKED)
_NOT_PLAIN = re.compile(rb"(?:\A|\0)[^H] ")
"""A tag other than `H`: git was told not to look at the file, or holds it unmerged."""
_ENTRY = re.compile(rb"[^\0]+")
_PROBES = tuple(f"{folder}/crm/crm.{end}" for folder in WALKED for end in ("md", "csv"))
_CONVERTS = ("text", "eol", "crlf", "filter", "ident", "working-tree-encoding")
_RULE = re.compile(rf"^(?!#).*\s[-!]?(?:{'|'.join(_CONVERTS)}|binary)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GitView:
    """The commit checked out, and what may differ from what it was when last asked.

    `changed` are paths whose file or staged version may differ from this commit; `moved` those
    that differ between the former commit and this one, with the id of their new bytes, "" for
    none. `seen` tells in which state git's index was found to be plain.
    """

    head: str
    seen: str
    changed: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> Collection[str]:
        """Return the paths of files that may have changed."""
        return {*self.changed, *self.moved}

    def is_like(self, former: GitView) -> bool:
        """Return whether this is the same commit, and the same index."""
        return (self.head, self.seen) == (former.head, former.seen)


def remembered(db: sqlite3.Connection) -> GitView | None:
    """Return the state git was in when the index was last brought up to date, if it is known."""
    row = db.execute("SELECT value FROM meta WHERE key = 'git'").fetchone()
    return GitView(*row[0].partition(" ")[::2]) if row else None


def remember(db: sqlite3.Connection, view: GitView | None) -> None:
    """Keep the state that git is in, for the next time."""
    db.execute("DELETE FROM meta WHERE key = 'git'")
    if view:
        db.execute("INSERT INTO meta VALUES ('git', ?)", (f"{view.head} {view.seen}",))


@dataclass(frozen=True, slots=True)
class Looking:
    """Two gits that look for what has changed since a commit: in the files, and in the index."""

    head: str
    seen: str
    gits: tuple[subprocess.Popen[bytes], ...]

    def changed(self) -> frozenset[str]:
        """Return the paths that they name; raise `GitRefused` where one cannot tell."""
        with ExitStack() as ending:
            for git in self.gits:
                ending.enter_context(git)
            listed = [_paths(git_process.end(git)) for git in self.gits]
        return frozenset(chain.from_iterable(listed))


def begin(root: Path, git_dir: Path) -> Looking | None:
    """Let git begin to look for changed files, or return None where it cannot."""
    try:
        seen, head = index_state(git_dir), _head(root)
        asked = ([*_CHANGED, *WALKED], [*_STAGED, head, "--", *WALKED])
        gits = tuple(git_process.start(root, [*_LOOKING, *words]) for words in asked)
    except CrmError:
        return None
    return Looking(head, seen, gits)


def finish(looking: Looking, root: Path, git_dir: Path, former: GitView) -> GitView | None:
    """Return what git tells, or None where that is of no use.

    `former` is what it told when the index was last brought up to date.
    """
    head, seen = looking.head, looking.seen
    try:
        changed = looking.changed()
        if seen != former.seen and not is_plain(root):
            return None
        moved = {} if head == former.head else dict(_moved(root, former.head, head))
    except CrmError:
        return None
    return GitView(head, seen, changed, moved) if index_state(git_dir) == seen else None


def view(root: Path, git_dir: Path) -> GitView | None:
    """Return the state git is in, for the next time; None where it will be of no use."""
    with suppress(CrmError):
        seen = index_state(git_dir)
        if is_plain(root) and index_state(git_dir) == seen:
            return GitView(_head(root), seen)
    return None


def committed(root: Path, head: str) -> Iterator[tuple[str, str]]:
    """Yield the paths of files in a commit, sorted, each with the id of its bytes."""
    listed = _asked(root, "ls-tree", "-r", "-z", head, "--", *WALKED)
    for entry in _ENTRY.finditer(listed):  # one at a time: there may be hundreds of thousands
        told, _, path = _text(entry[0]).partition("\t")
        yield path, told.rpartition(" ")[2]


def index_state(git_dir: Path) -> str:
    """Return what changes whenever git's index is written."""
    try:
        stat = (git_dir / "index").stat()
    except OSError:
        return ""
    return f"{stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"


def is_plain(root: Path) -> bool:
    """Return whether git looks at every file that it knows, and keeps its bytes as they are."""
    return not (_NOT_PLAIN.search(_asked(root, *_FLAGS)) or _converts(root))


def has_rules(folder: Path) -> bool:
    """Return whether a folder's attributes may have git convert some files."""
    try:
        return bool(_RULE.search((folder / ATTRIBUTES).read_text("utf-8", "replace")))
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _converts(root: Path) -> bool:
    if any(map(has_rules, (root, *root.parents))):
        return True
    told = _text(_asked(root, "check-attr", "-z", *_CONVERTS, "--", *_PROBES)).split("\0")
    if any(value not in ("unspecified", "unset") for value in told[2::3]):
        return True
    try:
        setting = _text(_asked(root, "config", "--get", "core.autocrlf")).strip()
    except git_process.GitRefused:  # it is not set
        return False
    return setting.lower() not in ("false", "no", "off", "0")


def _head(root: Path) -> str:
    return _text(_asked(root, "rev-parse", "--verify", "HEAD^{commit}")).strip()


def _moved(root: Path, former: str, head: str) -> Iterator[tuple[str, str]]:
    """Yield the paths that differ between two commits, with the id of their new bytes."""
    parts = _paths(_asked(root, *_MOVED, former, head, "--", *WALKED))
    for told, path in zip(parts[::2], parts[1::2], strict=True):
        new = told.split(" ")[3]
        yield path, new if new.strip("0") else ""


def _asked(root: Path, *arguments: str) -> bytes:
    """Return what a git that only looks tells."""
    return git_process.told(root, [*_LOOKING, *arguments])


def _paths(listed: bytes) -> list[str]:
    return [path for path in _text(listed).split("\0") if path]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
