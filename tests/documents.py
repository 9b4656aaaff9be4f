"""Which documents are played, where each begins, and what they name that is tried elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import ROOT, Stage
from tests.transcripts import Printed, blocks, exchanges, play

DATA = ROOT.parent / "shared" / "data"
"""Real data that some documents work on; where it is missing they are not played."""

ELSEWHERE = {
    "python3 run.py demo": "test_run.py",
    "python3 run.py test": "test_run.py",
    "python3 -m tests.write_documents": "test_sessions.py, which compares what it would write",
    "pipx install .": ".ci/run, which installs the wheel",
    "uv tool install .": ".ci/run, which installs the wheel",
    ".ci/run": "itself",
}
"""Commands of documents that a stage cannot run, and where they are tried instead."""

GENERATED = ("docs/cli.md", "docs/data-dictionary.md")
"""Documents that are compared with the code as a whole, and not played."""

PRODUCT = (
    *("crmkb", "templates", "knowledge_base", "customers", "crm.toml", "pyproject.toml"),
    "tests/conftest.py",
)


def documents() -> list[Path]:
    """Return every document of the repository that may hold commands."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    found += sorted((ROOT / "docs").rglob("*.md")) + sorted((ROOT / "tests/sessions").glob("*.md"))
    return [path for path in found if path.relative_to(ROOT).as_posix() not in GENERATED]


def is_played(text: str) -> bool:
    """Return whether a document has commands that a stage runs."""
    return any(command not in ELSEWHERE for command in commands(text))


def commands(text: str) -> Iterator[str]:
    """Yield every command of a document's console blocks."""
    for block in blocks(text):
        if block.is_console:
            yield from (exchange.command for exchange in exchanges(block))


def needs_data(text: str) -> bool:
    """Return whether a document works on real data that may be missing."""
    return "shared/data" in text


def played(path: Path, folder: Path, patch: pytest.MonkeyPatch) -> str:
    """Return a document with what its commands print now, played in a folder of its own."""
    text = path.read_text(encoding="utf-8")
    (folder / "shared").mkdir()
    if DATA.is_dir():
        (folder / "shared" / "data").symlink_to(DATA)
    start = folder / "work"
    if path.name == "CONTRIBUTING.md":
        _copy_product(start)
        stage = Stage(start, patch, home=start)
    else:
        start.mkdir()
        stage = Stage(start, patch)

    def run(command: str) -> Printed:
        return Printed("") if command in ELSEWHERE else stage.run(_of_this_python(command))

    return play(text, run, stage.write)


def _of_this_python(command: str) -> str:
    """Return what `run.py` does with a part of the tests, without setting up a `.venv` again."""
    return command.replace("python3 run.py test ", f'"{sys.executable}" -m pytest ')


def _copy_product(folder: Path) -> None:
    """Make a checkout that a document may change."""
    folder.mkdir()
    for name in PRODUCT:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
