"""The house rules that no tool checks: sizes, what must not be committed, what must be there."""

from __future__ import annotations

import ast
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "crmkb").rglob("*.py"))

MOST_LINES_OF_A_FILE = 350
MOST_LINES_OF_A_FUNCTION = 50

# Written so that this file does not hold what it looks for.
REGISTRY = re.compile(r"py(?:pi[.]org|thonhosted)|registry[.]npmjs|deb[.]debian")


def long_functions(source: str) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]


def project_texts() -> Iterator[tuple[str, str]]:
    """Yield path and text of what is, or could be, committed."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True)
    for path in filter(None, done.stdout.decode().split("\0")):
        if (ROOT / path).is_file() and b"\0" not in (data := (ROOT / path).read_bytes()):
            yield path, data.decode("utf-8", errors="replace")


def machine_paths() -> list[str]:
    """Return the folders of whoever runs this that a stray path would begin with."""
    everywhere = {Path("/"), Path(tempfile.gettempdir()).resolve()}
    return [f"{place}/" for place in {ROOT, ROOT.parent, Path.home()} - everywhere]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_stay_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_LINES_OF_A_FILE
    assert long_functions(source) == []


def test_a_function_too_long_is_told() -> None:
    body = "    x = 1\n" * MOST_LINES_OF_A_FUNCTION
    assert long_functions(f"def short():\n{body[10:]}\nclass A:\n  def long(self):\n{body}") == [
        "long"
    ]


def test_no_registry_host_is_written_down() -> None:
    assert [path for path, text in project_texts() if REGISTRY.search(text)] == []
    assert REGISTRY.search("https://py" + "pi.org/simple")


def test_no_path_of_a_machine_is_written_down() -> None:
    texts = list(project_texts())
    assert "pyproject.toml" in dict(texts)
    stray = re.compile("|".join(rf"(?<![\w.]){re.escape(place)}" for place in machine_paths()))
    assert [path for path, text in texts if stray.search(text)] == []


def test_the_lock_pins_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    wanted = [Requirement(line) for line in [*asked, *project["build-system"]["requires"]]]
    assert [
        one.name for one in wanted if pinned.get(one.name.lower(), "") not in one.specifier
    ] == []


def test_the_changelog_has_room_for_the_next_release() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[?Unreleased\b", changelog, re.MULTILINE)
