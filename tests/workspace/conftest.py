"""A committed workspace, and changes to apply in it without an action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmkb.workspace import Change, Workspace, Write
from tests.conftest import Git, Tree

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ACME = "customers/acme/profile.md"
FILES = {
    ACME: "---\nname: Acme\nstatus: active\n---\n# Acme\n",
    "customers/acme/deals/platform.md": "---\nname: Platform\nstage: discovery\n---\n",
    "notes.txt": "one\n",
}

Open = Callable[[], Workspace]


@pytest.fixture
def committed(tree: Tree, git: Git) -> Path:
    """Return a workspace with a customer and a deal, all committed."""
    root = tree(FILES)
    git("add", ".")
    git("commit", "--quiet", "-m", "Files")
    return root


@pytest.fixture
def opened(committed: Path) -> Open:
    """Open the workspace anew, as the next command would."""
    return lambda: Workspace.open(committed, NOW)


def write(root: Path, path: str, after: str | None) -> Write:
    """Return a write of what is on disk now."""
    full = root / path
    before = full.read_bytes() if full.exists() else None
    return Write(path, before, None if after is None else after.encode())


def change(*writes: Write, message: str = "Do something") -> Change:
    return Change.of(*writes, message=message)


def some_change(root: Path) -> Change:
    """Return a change that edits a file, makes two and deletes one."""
    return change(
        write(root, ACME, "---\nname: Acme\nstatus: churned\n---\n"),
        write(root, "customers/new/profile.md", "---\nname: New\n---\n"),
        write(root, "customers/new/deals/x.md", "---\nname: X\nstage: discovery\n---\n"),
        write(root, "customers/acme/deals/platform.md", None),
    )


def content(root: Path) -> dict[str, bytes]:
    """Return all files outside of git's folder."""
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file() and ".git" not in file.relative_to(root).parts
    }
