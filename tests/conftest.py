"""Workspaces to test in: a git repository of its own for each test, and `crm` run in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from crmkb.cli.main import main

CONFIG = """\
[workspace]
name = "Northbeam"
timezone = "Europe/Oslo"
currency = "EUR"

[team.ana]
name = "Ana Ruiz"
email = "ana@northbeam.example"

[team.ben]
name = "Ben Okafor"
email = "ben@northbeam.example"
manager = "ana"

[rates]
USD = 0.5
"""

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

settings.register_profile("any machine", deadline=None)  # no test asserts on time
settings.load_profile("any machine")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Crm = Callable[..., Ran]
Tree = Callable[[Mapping[str, str | bytes]], Path]
Git = Callable[..., str]


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Be Ana on a machine without settings."""
    keep_the_machine_out(monkeypatch, tmp_path_factory.mktemp("home"))


def keep_the_machine_out(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Keep the machine's settings out: git identity, colours, a workspace from outside."""
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ana Ruiz\n\temail = ana@northbeam.example\n"
        "[init]\n\tdefaultBranch = main\n"
    )
    patch.setenv("HOME", str(home))
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.setenv("NO_COLOR", "1")
    for name in ("CRM_WORKSPACE", "EDITOR", "VISUAL", "XDG_CONFIG_HOME", "GIT_DIR"):
        patch.delenv(name, raising=False)


@pytest.fixture
def git(root: Path) -> Git:
    """Run git in the workspace and return what it prints."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout

    return run


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty workspace, committed, and work in it."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "crm.toml").write_text(CONFIG)
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tree(root: Path) -> Tree:
    """Write files of the workspace as they look on disk, without committing them."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for path, content in files.items():
            full = root / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return write


@pytest.fixture
def crm(root: Path, capsys: pytest.CaptureFixture[str]) -> Crm:
    """Run `crm` in the workspace through its entry point; nobody is there to be asked."""
    assert root.is_dir()

    def run(*arguments: Any) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
