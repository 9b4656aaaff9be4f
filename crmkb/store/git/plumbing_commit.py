"""Commit with git's plumbing commands: the same commit as `git commit`, in a third of the time.

`git commit` runs hooks, signs, and checks every file. If none of that is configured, the new tree
is HEAD's tree with the given paths replaced; other staged files are ignored. In doubt or on any
failure, this module raises `NotQuick`. Then `repository.py` runs `git commit`, which also reports
errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crmkb.store.git.staging import REF

_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")
_ASKS_FOR_MORE = re.compile(
    r"commit\.gpgsign|core\.(?:hookspath|sparsecheckout|precomposeunicode)|index\.sparse"
    r"|hook\..*|extensions\.(?!worktreeconfig).*"
)
_BATCH = 500
_OFF = ("false", "no", "off", "0")
_ENTRY = re.compile(r"(?P<mode>\d{6}) (?P<blob>[0-9a-f]+) 0\t(?P<path>.*)", re.DOTALL)
_DIFFERING = re.compile(r":\d+ (?P<mode>\d+) [0-9a-f]+ (?P<blob>[0-9a-f]+) [AMT]\0(?P<path>[^\0]+)")
_MANY_EMPTY_LINES = re.compile(r"\n{3,}")
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n"})


class NotQuick(Exception):
    """The quick commit is not possible; use `git commit`."""


class Run(Protocol):
    """Runs git with `listing` as its standard input, and returns what it prints."""

    def __call__(self, *arguments: str, listing: str = "", also_fine: int = 0) -> str:
        """Run git; raise `GitRefused` with its message unless the exit code is 0 or `also_fine`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A path from the top of the work tree; `content` is `100644 blob 5f0c…`, "" if deleted."""

    path: str
    content: str


def may_be_quick(git_dir: Path, shared_dir: Path) -> bool:
    """Return whether no hooks, merge, cherry-pick or revert rule out a quick commit."""
    hooks = shared_dir / "hooks"
    if hooks.is_dir() and any(file.suffix != ".sample" for file in hooks.iterdir()):
        return False
    return not any((git_dir / name).exists() for name in _UNDER_WAY)


def commit(run: Run, prefix: str, paths: Sequence[str], gone: Sequence[str], text: str) -> str:
    """Commit paths of a folder and return the commit's id, "" if HEAD already has this content.

    `paths` exist on disk, `gone` do not; both are updated in git's index. `prefix` is the path from
    the top of the work tree to the folder: "" or, for example, `crm/`. Raise `NotQuick`.
    """
    author, committer = names(run("var", "-l"))
    if _ignored(run, paths):
        raise NotQuick
    listing = "".join(f"{path}\0" for path in (*paths, *gone))
    run("update-index", "--add", "--remove", "-z", "--stdin", listing=listing)
    entries = [*_entries(run, prefix, paths), *(Entry(prefix + path, "") for path in gone)]
    message = _cleaned(text)
    made = run(
        *("fast-import", "--quiet", "--force"),
        listing="".join(_stream(entries, author, committer, message)),
    )
    *before, new = made.splitlines()
    if len(before) != len(entries):
        raise NotQuick
    if all(line.startswith(each.content) for line, each in zip(before, entries, strict=True)):
        run("update-ref", "-d", REF)
        return ""
    steps = f"update HEAD {new} {REF}^\ndelete {REF}\n"
    run("update-ref", "-m", f"commit: {message.partition(chr(10))[0]}", "--stdin", listing=steps)
    return new


def _ignored(run: Run, paths: Sequence[str]) -> list[str]:
    """Return the paths that are ignored and untracked; read git's index only if necessary."""
    asking = ("--no-literal-pathspecs", "check-ignore", "--no-index", "-z", "--stdin")
    output = run(*asking, listing="".join(f"{path}\0" for path in paths), also_fine=1)
    fitting = [*filter(None, output.split("\0"))]
    return [*_listed(run, fitting, "--others", "--ignored", "--exclude-standard")]


def names(output: str) -> tuple[str, str]:
    """Return author and committer from `git var -l`; raise `NotQuick` if the settings forbid it."""
    pairs = [
        (key, value) for key, _, value in (line.partition("=") for line in output.splitlines())
    ]
    if any(_ASKS_FOR_MORE.fullmatch(key) and value.lower() not in _OFF for key, value in pairs):
        raise NotQuick
    values = {key: value for key, value in pairs if value}
    wanted = ("user.name", "user.email", "GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    if not all(key in values for key in wanted):  # git would guess, or report the missing one
        raise NotQuick
    return values["GIT_AUTHOR_IDENT"], values["GIT_COMMITTER_IDENT"]


def _entries(run: Run, prefix: str, paths: Sequence[str]) -> Iterator[Entry]:
    """Yield the entries of paths in git's index, after all filters."""
    found = _differing(run) if len(paths) > _BATCH else {}
    left = [path for path in paths if prefix + path not in found]
    for line in _listed(run, left, "--stage"):
        entry = _ENTRY.fullmatch(line)
        if entry is None:  # another stage: unmerged
            raise NotQuick
        found[prefix + entry["path"]] = f"{entry['mode']} blob {entry['blob']}"
    for path in paths:
        if prefix + path not in found:
            raise NotQuick
        yield Entry(prefix + path, found[prefix + path])


def _differing(run: Run) -> dict[str, str]:
    """Return the index content of all paths that differ from HEAD, by path from the top.

    Listing many paths by name would compare each with the whole index.
    """
    output = run("diff-index", "--cached", "--raw", "--no-renames", "--no-relative", "-z", "HEAD")
    return {
        entry["path"]: f"{entry['mode']} blob {entry['blob']}"
        for entry in _DIFFERING.finditer(output)
    }


def _listed(run: Run, paths: Sequence[str], *options: str) -> Iterator[str]:
    """Yield what `git ls-files` prints for paths, in batches that fit a command line."""
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        yield from filter(None, run("ls-files", *options, "-z", "--", *batch).split("\0"))


def _cleaned(text: str) -> str:
    """Return a message as `git commit --cleanup=whitespace` leaves it."""
    lines = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    if not lines or "\0" in lines:
        raise NotQuick
    return f"{_MANY_EMPTY_LINES.sub(chr(10) * 2, lines)}\n"


def _stream(entries: Sequence[Entry], author: str, committer: str, message: str) -> Iterator[str]:
    """Yield the commands for `git fast-import`, which also prints the old content of each path."""
    size = len(message.encode("utf-8", "surrogateescape"))
    yield f"commit {REF}\nmark :1\nauthor {author}\ncommitter {committer}\n"
    yield f"data {size}\n{message}\nfrom HEAD^0\n"
    names = ['"' + entry.path.translate(_ESCAPES) + '"' for entry in entries]
    yield from (f"ls {name}\n" for name in names)
    for name, entry in zip(names, entries, strict=True):
        mode, _, blob = entry.content.partition(" blob ")
        yield f"M {mode} {blob} {name}\n" if blob else f"D {name}\n"
    yield "\nget-mark :1\n"
