"""One of every act in a small workspace, and what must be the same before and after.

The stage of the campaigns in which git, or the disk, says no.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import traceback
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from crmkb import plugins
from crmkb.cli.main import main
from crmkb.errors import Exit
from crmkb.store.files.locate import find_git
from crmkb.workspace.apply import apply
from tests.conftest import CONFIG, Ran, keep_the_machine_out
from tests.stage import Clock

TEXT = "A long story, typed once. Grüße ✓"
FILES = {
    "crm.toml": CONFIG,
    "notes.txt": "one\n",
    "both.txt": "one\n",
    "customers.csv": "id,name\n1,Fjord\n2,Gadget\n",
    "customers/acme/profile.md": (
        "---\nname: Acme  # ours\nstatus: active\nowner: ana\n---\n# Acme\n\n- [ ] Ring her\n"
    ),
    "customers/acme/relationships/jane-roe.md": "---\nname: Jane Roe\n---\n",
    "customers/acme/deals/platform.md": (
        "---\nname: Platform\nstage: discovery\nstage_history:\n  - 2026-09-01 discovery\n---\n"
    ),
    "customers/bolt/profile.md": "---\nname: Bolt\nstatus: Prospect\n---\n",
    "customers/old/profile.md": "---\nname: Old\nstatus: churned\narchived: 2026-01-05\n---\n",
    "knowledge_base/wins/acme.md": (
        "---\ntitle: Won\n---\n[Acme](../../customers/acme/profile.md)\n"
    ),
}
ACTS: dict[str, tuple[str, ...]] = {
    **{
        f"log-{kind}": (f"log-{kind}", "acme", "Pricing", "--notes", TEXT)
        for kind in ("demo", "email", "meeting", "note", "purchase", "slack", "support")
    },
    "log-call": (
        *("log-call", "acme", "Pricing", "--notes", TEXT, "--stage", "negotiation"),
        *("--new-contact", "Bob Smith", "--next", "Send it @ana due:fri"),
    ),
    "archive": ("archive", "acme"),
    "unarchive": ("unarchive", "old"),
    "done": ("done", "acme", "ring"),
    "move-deal": ("move-deal", "platform", "business_case"),
    "new-contact": ("new-contact", "acme", "Bob Smith", "--email", "bob@acme.example"),
    "new-customer": ("new-customer", "Čapek & Søn"),
    "new-deal": ("new-deal", "acme", "Renewal", "--notes", TEXT),
    "rename": ("rename", "acme", "Zenith"),
    "set": ("set", "acme", "tier=growth", "industry=Fish"),
    "report": ("report", "--all"),
    "check": ("check", "--fix"),
    "import": ("import", "customers", "customers.csv", "--map", "id=id", "--map", "name=name"),
}
DRAFTED = frozenset(name.rstrip("_").replace("_", "-") for name in plugins.names("actions"))
"""The acts that are kept as a draft when they fail: what nobody typed is not."""


@dataclass(frozen=True, slots=True)
class State:
    """All of a workspace that a failed act must leave alone."""

    files: dict[str, bytes | None]
    index: bytes
    staged: tuple[str, ...]
    status: tuple[str, ...]
    refs: dict[str, bytes]

    def differences(self, other: State) -> list[str]:
        """Return what the other one has otherwise."""
        parts = ("index", "staged", "status", "refs")
        return [
            *self.foreign_differences(other, ()),
            *(part for part in parts if getattr(self, part) != getattr(other, part)),
        ]

    def foreign_differences(self, other: State, own: Collection[str]) -> list[str]:
        """Return what the other one has otherwise of files that are not its own."""
        paths = self.files.keys() | other.files.keys()
        return [
            *(path for path in paths if self._of(path) != other._of(path) and path not in own),
            *(set(_foreign(self.staged, own)) ^ set(_foreign(other.staged, own))),
            *(set(_foreign(self.status, own)) ^ set(_foreign(other.status, own))),
        ]

    def _of(self, path: str) -> bytes | None:
        """Return a file's content; folders come and go with files."""
        return self.files.get(path)


def _foreign(lines: Iterable[str], own: Collection[str]) -> list[str]:
    return [line for line in lines if not line.endswith(tuple(own))]


@contextmanager
def on_stage(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Be Ana on a machine without settings, on a day that stands still, waiting for nobody."""
    home = folder / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        keep_the_machine_out(patch, home)
        patch.setattr("crmkb.cli.session.datetime", Clock)
        assert apply.__kwdefaults__ is not None
        patch.setitem(apply.__kwdefaults__, "wait", 0.0)
        patch.setattr("tempfile.tempdir", str(home))
        yield patch


def make(root: Path) -> Path:
    """Make the workspace: committed, with a past, and with a branch that conflicts."""
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Files")
    for branch, words in (("main", "two\n"), ("other", "theirs\n"), ("main", "ours\n")):
        if branch != git(root, "branch", "--show-current").strip():
            git(root, "switch", "--quiet", *(["-c"] if branch == "other" else []), branch)
        (root / "notes.txt").write_text(words)
        git(root, "commit", "--quiet", "-am", words.strip())
    return root


def copy(template: Path, to: Path) -> Path:
    """Return a copy of the workspace."""
    shutil.copytree(template, to, symlinks=True)
    return to


def surround(root: Path) -> None:
    """Leave things around that a person has not committed: staged, changed, both, untracked."""
    (root / "staged.md").write_text("s\n")
    (root / "both.txt").write_text("two\n")
    git(root, "add", "--sparse", "staged.md", "both.txt")
    (root / "both.txt").write_text("three\n")
    (root / "crm.toml").write_text(CONFIG + "\n# to be committed later\n")
    (root / "untracked.md").write_text("u\n")


def crm(root: Path, *arguments: str) -> Ran:
    """Run `crm` in a workspace."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    here = Path.cwd()
    os.chdir(root)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = _main(["--no-input", *arguments])
    finally:
        os.chdir(here)
    printed = []
    for stream in (out, err):
        stream.seek(0)
        printed.append(stream.read())
    return Ran(code, *printed)


def _main(arguments: list[str]) -> int:
    """Run the entry point."""
    try:
        return main(arguments)
    except Exception:  # noqa: BLE001 - what nobody caught is a bug, as for the program itself
        traceback.print_exc()
        return Exit.BUG


def state(root: Path) -> State:
    """Return all that must be as it was; where git does not work, its files tell."""
    place = find_git(root)
    return State(
        files=_files(root),
        index=_bytes(place.git_dir / "index") if place else b"",
        staged=tuple(_asked(root, "ls-files", "--stage", "-v").splitlines()),
        status=tuple(_asked(root, "status", "--porcelain=v2", "-uall").splitlines()),
        refs=_refs(place.git_dir) if place else {},
    )


def git(root: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
        encoding="utf-8",
        env=_own_environment(),
    ).stdout


def _asked(root: Path, *arguments: str) -> str:
    try:
        return git(root, *arguments)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"{type(error).__name__} {getattr(error, 'returncode', '')}"


def _refs(git_dir: Path) -> dict[str, bytes]:
    """Return what git's names stand for, off its files: it may not be able to tell."""
    common = git_dir / "commondir"
    shared = git_dir / common.read_text().strip() if common.exists() else git_dir
    names = [git_dir / "HEAD", shared / "packed-refs", *sorted((shared / "refs").rglob("*"))]
    return {str(name): _bytes(name) for name in names if name.is_file()}


def _bytes(path: Path) -> bytes:
    """Return a file's bytes; what is no file is none of git's."""
    return path.read_bytes() if path.is_file() else b""


def _own_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept["PATH"] = f"{kept.get('PATH', '')}{os.pathsep}{os.defpath}"
    return kept | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0"}


def _files(root: Path) -> dict[str, bytes | None]:
    """Return every file and folder outside of git's own."""
    found: dict[str, bytes | None] = {}
    for entry in sorted(root.rglob("*")):
        path = entry.relative_to(root)
        if not {".git", ".crmkb"} & set(path.parts):
            found[path.as_posix()] = entry.read_bytes() if entry.is_file() else None
    return found
