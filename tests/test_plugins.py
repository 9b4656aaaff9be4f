from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crmkb import plugins

FOLDERS = ("actions", "cli.commands", "entities", "checks")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the package `things`."""
    monkeypatch.setattr(plugins, "ROOT", tmp_path)
    (tmp_path / "things").mkdir()
    return tmp_path / "things"


def test_a_new_file_is_a_new_plugin(package: Path) -> None:
    for name in ("b.py", "a_b.py", "_shared.py", "__init__.py", "notes.md"):
        (package / name).touch()

    assert plugins.names("things") == ["a_b", "b"]


def test_a_plugin_tells_of_itself_without_being_run(package: Path) -> None:
    (package / "a.py").write_text(
        '"""Log a call.\n\nMore of it.\n"""\n\nPANEL = "Record"\nraise SystemExit\n',
        encoding="utf-8",
    )

    assert plugins.about("things", "a") == plugins.About("Log a call.", "Record")


def test_a_plugin_may_tell_nothing(package: Path) -> None:
    (package / "a.py").write_text("x = 1\n")

    assert plugins.about("things", "a") == plugins.About("", "")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_plugin_of_ours_says_what_it_is(folder: str) -> None:
    for name in plugins.names(folder):
        about = plugins.about(folder, name)
        assert about.summary.endswith(".")
        assert plugins.load(folder, name).__doc__


def test_looking_for_plugins_imports_none() -> None:
    script = (
        "import sys; from crmkb import plugins; plugins.names('actions');"
        "plugins.about('actions', 'set_'); print([m for m in sys.modules if '.actions' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "[]\n"
