"""Ask git which files of a workspace may have changed, to avoid checking each file.

Two git processes compare the work tree with git's index, and the index with HEAD, while this
process checks folders. A file that had the bytes of the last commit, and is not listed by git,
still has them. This is not true if the index is set to skip a file, or if git converts
files; then the answer is not used.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from crmkb.errors import CrmError
from crmkb.store.files.walk import ATTRIBUTES, WALKED
from crmkb.store.git import process

_LOOKING = (
    *("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.preloadIndex=true"),
    *("-c", "core.checkStat=default", "-c", "core.trustctime=true"),
)
_CHANGED = ("diff-files", "--name-only", "-z", "--relative", "--ignore-submodules", "--")
_STAGED = ("diff-index", "--cached", "--name-only", "-z", "--relative", "--no-renames")
_MOVED = ("diff-tree", "-r", "--raw", "-z", "--relative", "--no-renames", "--no-abbrev")
_FLAGS = ("ls-files", "-v", "-z", "--", *WALKED)
_NOT_PLAIN = re.compile(rb"(?:\A|\0)[^H] ")
"""A tag other than `H`: git is set to skip the file, or the file is unmerged."""
_ENTRY = re.compile(rb"[^\0]+")
_PROBES = tuple(f"{folder}/crm/crm.{end}" for folder in WALKED for end in ("md", "csv"))
_CONVERTS = ("text", "eol", "crlf", "filter", "ident", "working-tree-encoding")
_RULE = re.compile(rf"^(?!#).*\s[-!]?(?:{'|'.join(_CONVERTS)}|binary)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GitView:
    """The commit checked out, and the paths that may have changed since the last view.

    `changed` lists paths whose file or staged version may differ from this commit. `moved` maps
    the paths that differ between the former commit and this one to their new blob id, "" if they
    were deleted. `seen` is the state of git's index, as returned by `index_state`.
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
        """Return whether the commit and the state of the index are the same."""
        return (self.head, self.seen) == (former.head, former.seen)


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """Two running git processes: one lists changed files, one changes staged since a commit."""

    head: str
    seen: str
    gits: tuple[subprocess.Popen[bytes], ...]

    def changed(self) -> frozenset[str]:
        """Wait for both and return the paths that they list; raise `GitRefused` if one fails."""
        with ExitStack() as ending:
            for git in self.gits:
                ending.enter_context(git)
            listed = [_paths(process.end(git)) for git in self.gits]
        return frozenset(chain.from_iterable(listed))


def begin(root: Path, git_dir: Path) -> PendingChanges | None:
    """Start listing changed files, or return None if git cannot do so."""
    try:
        seen, head = index_state(git_dir), _head(root)
        asked = ([*_CHANGED, *WALKED], [*_STAGED, head, "--", *WALKED])
        gits = tuple(process.start(root, [*_LOOKING, *words]) for words in asked)
    except CrmError:
        return None
    return PendingChanges(head, seen, gits)


def finish(looking: PendingChanges, root: Path, git_dir: Path, former: GitView) -> GitView | None:
    """Return the view of the processes started by `begin`, or None if it cannot be used.

    `former` is the view at the last refresh of the index.
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
    """Return git's current state for the next refresh, or None if it cannot be used."""
    with suppress(CrmError):
        seen = index_state(git_dir)
        if is_plain(root) and index_state(git_dir) == seen:
            return GitView(_head(root), seen)
    return None


def committed(root: Path, head: str) -> Iterator[tuple[str, str]]:
    """Yield the paths of the files in a commit, sorted, each with its blob id."""
    listed = _output(root, "ls-tree", "-r", "-z", head, "--", *WALKED)
    for entry in _ENTRY.finditer(listed):  # lazily: there may be hundreds of thousands
        output, _, path = _text(entry[0]).partition("\t")
        yield path, output.rpartition(" ")[2]


def index_state(git_dir: Path) -> str:
    """Return a text that changes whenever git's index is written, "" if there is no index."""
    try:
        stat = (git_dir / "index").stat()
    except OSError:
        return ""
    return f"{stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"


def is_plain(root: Path) -> bool:
    """Return whether git checks every tracked file and stores files unconverted."""
    return not (_NOT_PLAIN.search(_output(root, *_FLAGS)) or _converts(root))


def has_rules(folder: Path) -> bool:
    """Return whether a folder's `.gitattributes` may make git convert files."""
    try:
        return bool(_RULE.search((folder / ATTRIBUTES).read_text("utf-8", "replace")))
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _converts(root: Path) -> bool:
    if any(map(has_rules, (root, *root.parents))):
        return True
    output = _text(_output(root, "check-attr", "-z", *_CONVERTS, "--", *_PROBES)).split("\0")
    if any(value not in ("unspecified", "unset") for value in output[2::3]):
        return True
    try:
        setting = _text(_output(root, "config", "--get", "core.autocrlf")).strip()
    except process.GitRefused:  # not set
        return False
    return setting.lower() not in ("false", "no", "off", "0")


def _head(root: Path) -> str:
    return _text(_output(root, "rev-parse", "--verify", "HEAD^{commit}")).strip()


def _moved(root: Path, former: str, head: str) -> Iterator[tuple[str, str]]:
    """Yield the paths that differ between two commits, with their new blob id, "" if deleted."""
    parts = _paths(_output(root, *_MOVED, former, head, "--", *WALKED))
    for output, path in zip(parts[::2], parts[1::2], strict=True):
        new = output.split(" ")[3]
        yield path, new if new.strip("0") else ""


def _output(root: Path, *arguments: str) -> bytes:
    """Return the output of a read-only git command."""
    return process.run_bytes(root, [*_LOOKING, *arguments])


def _paths(listed: bytes) -> list[str]:
    return [path for path in _text(listed).split("\0") if path]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
