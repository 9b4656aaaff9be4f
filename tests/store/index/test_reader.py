from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crmkb.config.settings import Config, load_config
from crmkb.store.index import batch, reader, rows, second_process
from crmkb.store.index.batch import Batch
from crmkb.store.index.index import Index
from crmkb.store.index.second_process import Gone, SecondProcess
from tests.conftest import Tree
from tests.store.index.test_index import TODAY, held, rebuilt

PROJECT = Path(__file__).parents[3]
FILES: dict[str, str | bytes] = {
    **{
        f"customers/c{number}/profile.md": f"---\nname: C {number}\ntags: [x]\n---\n- [ ] Call\n"
        for number in range(9)
    },
    "customers/c3/deals/x.md": "---\nname: X\nstage: discovery\nowner: ü\n---\n",
    "customers/c4/deals/broken.md": "---\nname: broken: yaml\n---\n",
    "customers/c5/context/usage.csv": "date,active_users\n2026-11-20,7\nsoon,8\n",
    "customers/c6/context/notes.md": b"Z\xfcrich\n",
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[SecondProcess]:
    """Have a second process read also few files; collect those that are started."""
    begun: list[SecondProcess] = []

    class Watched(SecondProcess):
        def __init__(self) -> None:
            super().__init__()
            begun.append(self)

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(reader, "MANY", 0)
    monkeypatch.setattr(reader, "_BATCH", 2)
    monkeypatch.setattr(second_process, "SecondProcess", Watched)
    return begun


def by_one(root: Path) -> dict[str, list[Any]]:
    """Return what an index holds that one process has made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 1)
        return rebuilt(root)


def numbers(root: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(root / ".git/crmkb/index.sqlite") as db:
        found = db.execute("SELECT path, id FROM files ORDER BY path").fetchall()
    db.close()
    return found


def has_ended(process: SecondProcess) -> bool:
    return process._process.poll() is not None


def test_two_processes_make_the_same_rows_as_one(tree: Tree, started: list[SecondProcess]) -> None:
    root = tree(FILES)

    alone, counted = by_one(root), numbers(root)
    together = rebuilt(root)

    assert together == alone
    assert numbers(root) == counted
    assert len(started) == 1
    assert has_ended(started[0])


def test_a_second_process_does_read(
    tree: Tree, started: list[SecondProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    read: list[str] = []
    real = batch.read_batch

    def watched(root: Path, config: Config, asked: Sequence[tuple[str, str]]) -> Batch:
        time.sleep(0.3)  # the other one is faster
        read.extend(path for path, _ in asked)
        return real(root, config, asked)

    monkeypatch.setattr(reader, "read_batch", watched)
    found = rebuilt(root)

    assert len(found["files"]) == len(FILES)
    assert len(read) < len(FILES)


def test_files_that_are_known_are_compared_by_a_second_process_too(
    tree: Tree, root: Path, started: list[SecondProcess]
) -> None:
    tree(FILES)
    rebuilt(root)
    tree({"customers/c1/profile.md": "---\nname: Other\n---\n"})
    (root / "customers/c2/profile.md").unlink()

    index = Index(root, load_config(root), TODAY)
    found = held(index)
    index.close()

    assert len(started) == 2
    assert found == by_one(root)


def test_when_a_second_process_dies_the_first_one_reads_all(
    tree: Tree, started: list[SecondProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    real = SecondProcess.answer
    answers = []

    def dying(second: SecondProcess) -> Batch:
        answers.append(real(second))
        second._process.kill()
        return answers[-1]

    monkeypatch.setattr(SecondProcess, "answer", dying)
    found = rebuilt(root)

    assert len(answers) < len(FILES) / 2
    assert found == by_one(root)


def test_where_no_process_can_be_started_one_reads_all(
    tree: Tree, started: list[SecondProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    expected = by_one(root)

    monkeypatch.setattr(sys, "executable", str(root / "no python"))

    assert rebuilt(root) == expected
    assert started == []


PRINTING = {
    "at its start": "print('hello ' * 9, flush=True)",
    "while it reads": """
import sys, threading, time
def later():
    while "crmkb.store.index.rows" not in sys.modules:
        time.sleep(0.001)
    print("hello " * 9, flush=True)
threading.Thread(target=later, daemon=True).start()
""",
}


@pytest.mark.parametrize("when", PRINTING)
def test_what_an_installation_prints_is_taken_for_no_answer(
    tree: Tree,
    started: list[SecondProcess],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    root = tree(FILES)
    expected = by_one(root)
    (tmp_path / "sitecustomize.py").write_text(PRINTING[when])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert rebuilt(root) == expected
    assert [process.is_gone for process in started] == [when == "at its start"]


def test_a_fault_of_ours_is_not_lost_with_a_second_process(
    tree: Tree, started: list[SecondProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(second: SecondProcess) -> Batch:
        second.is_gone = True
        raise Gone

    def faulty(path: str, data: bytes, config: Config) -> rows.Rows:
        raise ZeroDivisionError

    monkeypatch.setattr(SecondProcess, "answer", gone)
    monkeypatch.setattr(rows, "rows_of", faulty)

    with pytest.raises(ZeroDivisionError):
        rebuilt(tree(FILES))
    assert has_ended(started[0])


def test_with_ctrl_c_a_second_process_ends(tree: Tree, started: list[SecondProcess]) -> None:
    root = tree(FILES)

    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Index(root, Config(), TODAY, interrupt)

    assert has_ended(started[0])
    assert rebuilt(root) == by_one(root)


_KILLED = """
import os, signal, sys
from pathlib import Path
from crmkb.config.settings import Config
from crmkb.store.index.second_process import SecondProcess

second = SecondProcess()
second.ask(Path(sys.argv[1]), Config(), [("customers/c1/profile.md", "")])
second.answer()
print(second._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for a process in /proc")
def test_a_second_process_does_not_outlive_the_first(tree: Tree) -> None:
    words = [sys.executable, "-c", _KILLED, str(tree(FILES))]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}

    first = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    assert first.returncode == -signal.SIGKILL
    second = Path("/proc", first.stdout.strip())
    patience = time.monotonic() + 10
    while _runs(second) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not _runs(second)


def _runs(process: Path) -> bool:
    """Return whether a process is there, and not only waits for being noticed as dead."""
    try:
        return "\nState:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nothing_is_imported_from_the_folder_where_a_command_runs(
    tree: Tree, started: list[SecondProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    mark = root / "was run"
    for name in ("pickle", "subprocess", "struct", "json"):
        (root / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])

    assert rebuilt(root) == by_one(root)
    assert len(started) == 1
    assert not mark.exists()
