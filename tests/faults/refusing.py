"""The conditions in which git says no, or nearly: each a function that makes it, then mends it.

A condition is a generator: it prepares a repository, yields where to work, and after that takes
itself back. `refuses` tells what git's words hold; without it git would commit, and so must we.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmkb.errors import Exit
from tests.faults.acts import git

Prepared = Generator[Path, None, None]
Prepare = Callable[[Path], Prepared]
Note = Callable[[Prepare], Prepare]
REWRITING = """\
git -c core.quotePath=false diff --cached --name-only --diff-filter=AM | while read -r f
do
  case "$f" in *.md)
    echo mended >> "$f"
    #
  esac
done
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """One state of a repository, and what must come of an act in it.

    `refuses` is a part of the message, None where git commits, empty where it depends on the act;
    `hints` is a part of the hint. `rewrites` tells that a hook changes what is committed, `stops`
    that git cannot prepare anything any more.
    """

    name: str
    prepare: Prepare
    refuses: str | None
    hints: str = ""
    rewrites: bool = False
    stops: bool = False
    code: Exit = Exit.FAILED


CONDITIONS: list[Condition] = []


def refused(words: str, hints: str = "", *, stops: bool = False, code: Exit = Exit.FAILED) -> Note:
    """Note a condition in which git refuses; empty words where only some acts are refused."""

    def note(prepare: Prepare) -> Prepare:
        found = Condition(prepare.__name__, prepare, words, hints, stops=stops, code=code)
        CONDITIONS.append(found)
        return prepare

    return note


def committed(*, rewrites: bool = False) -> Note:
    """Note a condition in which git commits."""

    def note(prepare: Prepare) -> Prepare:
        CONDITIONS.append(Condition(prepare.__name__, prepare, None, rewrites=rewrites))
        return prepare

    return note


@contextmanager
def _file(path: Path, content: str, *, mode: int = 0o644) -> Iterator[Path]:
    """Have a file with this content, and then again what was there."""
    before = path.read_bytes() if path.is_file() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    yield path
    path.unlink()
    if before is not None:
        path.write_bytes(before)


def _hook(root: Path, name: str, script: str) -> Prepared:
    with _file(root / f".git/hooks/{name}", f"#!/bin/sh\n{script}\n", mode=0o755):
        yield root


def _settings(root: Path, settings: Mapping[str, str]) -> Prepared:
    for key, value in settings.items():
        git(root, "config", key, value)
    yield root
    for key in settings:
        git(root, "config", "--unset", key)


def _environment(root: Path, values: Mapping[str, str]) -> Prepared:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield root
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _fails(root: Path, *arguments: str) -> None:
    """Run a git command that ends in a conflict."""
    try:
        git(root, *arguments)
    except subprocess.CalledProcessError:
        return
    raise AssertionError(arguments)


def _end(root: Path) -> None:
    """End what is under way as it stands; `--abort` would take staged files along."""
    names = ("MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "CHERRY_PICK_HEAD", "REVERT_HEAD")
    for name in (*names, "rebase-merge", "rebase-apply", "sequencer"):
        entry = root / ".git" / name
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
    git(root, "add", "notes.txt")


@refused("ask Lee first")
def pre_commit_hook(root: Path) -> Prepared:
    yield from _hook(root, "pre-commit", "echo 'ask Lee first' >&2; exit 1")


@refused("a hook may have refused")
def hook_without_words(root: Path) -> Prepared:
    yield from _hook(root, "pre-commit", "exit 1")


@refused("ask Lee first")
def commit_msg_hook(root: Path) -> Prepared:
    yield from _hook(root, "commit-msg", "echo 'ask Lee first' >&2; exit 1")


@refused("ask Lee first")
def prepare_commit_msg_hook(root: Path) -> Prepared:
    yield from _hook(root, "prepare-commit-msg", "echo 'ask Lee first' >&2; exit 1")


@refused("cannot", "the hook")
def hook_that_cannot_run(root: Path) -> Prepared:
    with _file(root / ".git/hooks/pre-commit", "#!/no/such/program\n", mode=0o755):
        yield root


@refused("no reason given")
def hook_that_stages_a_foreign_file_and_refuses(root: Path) -> Prepared:
    yield from _hook(root, "pre-commit", "git add untracked.md; exit 1")


@committed()
def hook_that_agrees(root: Path) -> Prepared:
    yield from _hook(root, "pre-commit", "exit 0")


@committed()
def hook_that_nobody_may_run(root: Path) -> Prepared:
    with _file(root / ".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n"):
        yield root


@committed()
def hook_after_the_commit_that_fails(root: Path) -> Prepared:
    yield from _hook(root, "post-commit", "echo odd >&2; exit 1")


@committed(rewrites=True)
def hook_that_rewrites_and_adds(root: Path) -> Prepared:
    yield from _hook(root, "pre-commit", REWRITING.replace("#", 'git add "$f"'))


@committed(rewrites=True)
def hook_that_rewrites(root: Path) -> Prepared:
    yield from _hook(root, "pre-commit", REWRITING)


@committed(rewrites=True)
def hook_that_signs_the_message(root: Path) -> Prepared:
    yield from _hook(root, "commit-msg", "echo 'Seen: yes' >> $1")


@refused("does not know who you are", "user.email")
def no_identity(root: Path) -> Prepared:
    git(root, "config", "user.useConfigOnly", "true")
    home = Path(os.environ["HOME"]) / ".gitconfig"
    kept = home.read_bytes()
    home.write_text("")
    yield root
    home.write_bytes(kept)


@refused("during a merge", "git merge --abort")
def merge(root: Path) -> Prepared:
    _fails(root, "merge", "other")
    yield root
    _end(root)


@refused("during a merge", "git merge --abort")
def merge_resolved(root: Path) -> Prepared:
    _fails(root, "merge", "other")
    git(root, "add", "notes.txt")
    yield root
    _end(root)


@refused("a rebase is under way", "git rebase --abort")
def rebase(root: Path) -> Prepared:
    _fails(root, "rebase", "other")
    yield root
    _end(root)


@refused("is under way", "git am --abort")
def mailed_patch(root: Path) -> Prepared:
    patch = git(root, "format-patch", "--stdout", "-1", "other")
    file = root.parent / f"{root.name}.patch"
    file.write_text(patch)
    _fails(root, "am", str(file))
    file.unlink()
    yield root
    _end(root)


@refused("during a cherry-pick", "--abort")
def cherry_pick(root: Path) -> Prepared:
    _fails(root, "cherry-pick", "other")
    yield root
    _end(root)


@refused("revert", "git revert --abort")
def revert(root: Path) -> Prepared:
    _fails(root, "revert", "--no-edit", "HEAD~1")
    yield root
    _end(root)


@refused("revert", "git revert --abort")
def revert_resolved(root: Path) -> Prepared:
    _fails(root, "revert", "--no-edit", "HEAD~1")
    git(root, "add", "notes.txt")
    yield root
    _end(root)


@committed()
def bisect(root: Path) -> Prepared:
    git(root, "bisect", "start", "HEAD", "HEAD~2")
    yield root


@committed()
def on_no_branch(root: Path) -> Prepared:
    git(root, "switch", "--quiet", "--detach")
    yield root


@committed()
def unborn_branch(root: Path) -> Prepared:
    git(root, "switch", "--quiet", "--orphan", "fresh")
    git(root, "restore", "--source=main", "--worktree", ".")
    yield root


@refused("index.lock", "another git command", stops=True)
def index_lock(root: Path) -> Prepared:
    with _file(root / ".git/index.lock", ""):
        yield root


@refused("lock")
def ref_lock(root: Path) -> Prepared:
    with _file(root / ".git/refs/heads/main.lock", ""):
        yield root


@refused("lock")
def head_lock(root: Path) -> Prepared:
    with _file(root / ".git/HEAD.lock", ""):
        yield root


@committed()
def packed_refs_lock(root: Path) -> Prepared:
    git(root, "pack-refs", "--all")
    with _file(root / ".git/packed-refs.lock", ""):
        yield root


@refused("logs/")
def reflog_that_cannot_be_written(root: Path) -> Prepared:
    logs = root / ".git/logs"
    logs.rename(root / ".git/logs-kept")
    logs.write_text("")
    yield root
    logs.unlink()
    (root / ".git/logs-kept").rename(logs)


@refused("", "git sparse-checkout")
def sparse_checkout(root: Path) -> Prepared:
    git(root, "sparse-checkout", "set", "--no-cone", "/*", "!/customers/*/[dir]*/")
    yield root
    git(root, "sparse-checkout", "disable")


@refused("", "git sparse-checkout")
def sparse_cone(root: Path) -> Prepared:
    git(root, "sparse-checkout", "set", "--cone", "customers/acme", "knowledge_base")
    yield root
    git(root, "sparse-checkout", "disable")


@committed()
def submodule(root: Path) -> Prepared:
    outer = root.parent / f"{root.name}-outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(root), "crm")
    yield outer / "crm"
    shutil.rmtree(outer)


@committed()
def linked_worktree(root: Path) -> Prepared:
    linked = root.parent / f"{root.name}-linked"
    git(root, "worktree", "add", "--quiet", str(linked))
    yield linked
    shutil.rmtree(linked)


@committed()
def root_above(root: Path) -> Prepared:
    inner = root / "sales/crm"
    inner.mkdir(parents=True)
    for name in ("customers", "knowledge_base", "crm.toml", "customers.csv", "both.txt"):
        git(root, "mv", name, f"sales/crm/{name}")
    git(root, "commit", "--quiet", "-m", "Below")
    yield inner


@committed()
def shallow_clone(root: Path) -> Prepared:
    clone = root.parent / f"{root.name}-shallow"
    git(root.parent, "clone", "--quiet", "--depth=1", f"file://{root}", str(clone))
    yield clone
    shutil.rmtree(clone)


@committed()
def autocrlf(root: Path) -> Prepared:
    git(root, "config", "core.autocrlf", "true")
    git(root, "rm", "--quiet", "-r", "--cached", ".")
    git(root, "reset", "--quiet", "--hard")
    yield root


@committed()
def autocrlf_input(root: Path) -> Prepared:
    yield from _settings(root, {"core.autocrlf": "input"})


@refused("", "core.safecrlf", stops=True)
def safe_line_ends(root: Path) -> Prepared:
    yield from _settings(root, {"core.autocrlf": "true", "core.safecrlf": "true"})


@refused("failed to sign", "signing key")
def signer_that_fails(root: Path) -> Prepared:
    yield from _settings(root, {"commit.gpgSign": "true", "gpg.program": "false"})


@refused("dubious ownership", "safe.directory")
def foreign_owner(root: Path) -> Prepared:
    yield from _environment(root, {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})


@refused("work tree", "bare", stops=True)
def called_bare(root: Path) -> Prepared:
    yield from _settings(root, {"core.bare": "true"})


@refused("bad config line", stops=True)
def broken_config(root: Path) -> Prepared:
    config = root / ".git/config"
    with _file(config, config.read_text() + "[core\n"):
        yield root


@refused("repo version", stops=True)
def repository_of_a_later_git(root: Path) -> Prepared:
    config = root / ".git/config"
    with _file(config, config.read_text() + "[core]\n\trepositoryformatversion = 99\n"):
        yield root


@refused("index", stops=True)
def broken_index(root: Path) -> Prepared:
    index = root / ".git/index"
    kept = index.read_bytes()
    index.write_bytes(b"DIRC nonsense")
    yield root
    index.write_bytes(kept)


@refused("not installed")
def no_git(root: Path) -> Prepared:
    yield from _environment(root, {"PATH": str(root / "nowhere")})


@refused("", ".gitignore")
def ignored_customers(root: Path) -> Prepared:
    with _file(root / ".git/info/exclude", "customers/\nreporting/\n"):
        yield root


@refused("", "filter")
def filter_that_fails(root: Path) -> Prepared:
    settings = {"filter.odd.clean": "false", "filter.odd.required": "true"}
    with _file(root / ".git/info/attributes", "customers/** filter=odd\n"):
        yield from _settings(root, settings)


@committed()
def environment_of_another_repository(root: Path) -> Prepared:
    other = root.parent / f"{root.name}-other"
    other.mkdir()
    git(other, "init", "--quiet")
    pointing = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git/other-index"),
        "GIT_PREFIX": "customers/",
        "GIT_LITERAL_PATHSPECS": "0",
    }
    yield from _environment(root, pointing)
    shutil.rmtree(other)


@committed()
def settings_of_all_kinds(root: Path) -> Prepared:
    git(root, "config", "feature.manyFiles", "true")
    git(root, "update-index", "--index-version", "4", "--split-index")
    settings = {
        "color.ui": "always",
        "commit.cleanup": "strip",
        "commit.status": "false",
        "commit.template": "/no/such/template",
        "commit.verbose": "true",
        "core.abbrev": "4",
        "core.commentChar": "L",
        "core.quotePath": "true",
        "diff.external": "false",
        "diff.noprefix": "true",
        "diff.orderFile": "/dev/null",
        "diff.relative": "true",
        "diff.renames": "copies",
        "i18n.commitEncoding": "ISO-8859-1",
        "log.showSignature": "true",
        "status.relativePaths": "false",
        "status.showUntrackedFiles": "no",
    }
    yield from _settings(root, settings)
