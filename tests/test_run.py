"""`run.py`, behind the two commands of the README: what each becomes once `.venv` is there."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script as a module that sets nothing up and tells what it would become."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def become(command: list[str]) -> None:
        raise SystemExit(" ".join(command).replace(str(module.BIN) + os.sep, ""))

    monkeypatch.setattr(module, "set_up", lambda: None)
    monkeypatch.setattr(module, "become", become)
    monkeypatch.chdir(ROOT)
    return module


@pytest.mark.parametrize(
    "words, becomes",
    [
        ("demo", "crm demo"),
        ("demo my-demo", "crm demo my-demo"),
        ("test", "python -m pytest -n auto"),
        (
            "test tests/values/test_dates.py -k friday",
            "python -m pytest tests/values/test_dates.py -k friday",
        ),
        ("crm --version", "crm --version"),
        ("crm list deals", "crm list deals"),
    ],
)
def test_what_it_becomes(run: ModuleType, words: str, becomes: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(words.split())
    assert str(ended.value).replace(".exe", "") == becomes


def test_without_a_command_it_says_which_there_are(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main([])
    assert ended.value.code == 2
    printed = capsys.readouterr().out
    assert all(f"python3 run.py {command}" in printed for command in ("demo", "test", "crm"))


def test_what_is_set_up_runs_at_once(run: ModuleType) -> None:
    if not run.STAMP.exists():
        pytest.skip("there is no .venv: the tests run in another environment")
    command = [sys.executable, "run.py", "crm", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    assert done.stdout.startswith("crm ")


def test_the_demo_of_the_readme_plays_to_its_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crmkb.cli.main", "demo"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "# Pipeline dashboard" in done.stdout
    assert "Three things to try next:" in done.stdout
    assert (tmp_path / "crm-demo" / "reporting" / "pipeline_dashboard.md").exists()
