"""A command that is killed, or stopped with Ctrl-C, while it indexes leaves the index usable.

The command dies by itself, at a place of its own choice, so that each place is met for certain.
"""

from __future__ import annotations

import os
import pty
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmkb.config.settings import load_config
from crmkb.store.index.index import Index
from tests.conftest import Tree
from tests.store.index.test_index import TODAY, held, rebuilt

PROJECT = Path(__file__).parents[3]
PLACES = ("at the begin", "half-way", "when all is read", "before it is told", "once it is told")
LAST = PLACES[-1]
SCRIPT = """
import os, signal, sys, time
from crmkb.cli import progress
from crmkb.cli.main import entry
from crmkb.store.index import database, reader

reader._BATCH = 2
place, number = sys.argv.pop(1), int(sys.argv.pop(1))

def die(where):
    if where == place:
        os.kill(os.getpid(), number)
        time.sleep(10)  # until the signal is felt

class Dying:
    def __init__(self, label): pass
    def __call__(self, done, total):
        die("at the begin" if not done else "half-way" if done < total else "when all is read")

real = database.writing
@database.contextmanager
def writing(db):
    with real(db):
        yield
        die("before it is told")
    die("once it is told")

progress.progress = Dying
database.writing = writing
entry()
"""
FILES = {
    f"customers/c{number}/profile.md": f"---\nname: Company {number}\n---\n- [ ] Call them\n"
    for number in range(7)
}


@pytest.fixture(params=["a new index", "an older one"])
def root(request: pytest.FixtureRequest, tree: Tree) -> Path:
    """Return a workspace whose index lacks some files, or all."""
    root = tree({path: text for path, text in FILES.items() if "c1" in path})
    if request.param == "an older one":
        Index(root, load_config(root), TODAY).close()
    return tree(FILES)


def cut_off(root: Path, place: str, number: signal.Signals) -> tuple[int, str]:
    """Run a command at a terminal that dies at that place; return its code and what it said."""
    ours, its = pty.openpty()
    words = [sys.executable, "-c", SCRIPT, place, str(number.value), "list", "customers"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "NO_COLOR": "1"}
    process = subprocess.Popen(
        words, cwd=root, env=environment, stdin=its, stdout=subprocess.DEVNULL, stderr=its
    )
    os.close(its)
    said = b"".join(_read(ours)).decode()
    os.close(ours)
    return process.wait(), said


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 1024)
        except OSError:  # the last one who writes is gone
            return
        if not data:
            return
        yield data


def paths_held(root: Path) -> list[str]:
    """Return the files that the index holds, without bringing it up to date."""
    file = root / ".git/crmkb/index.sqlite"
    if not file.exists():
        return []
    db = sqlite3.connect(file)
    try:
        return [path for (path,) in db.execute("SELECT path FROM files ORDER BY path")]
    except sqlite3.OperationalError:  # there is no table yet
        return []
    finally:
        db.close()


def looked_at(root: Path) -> dict[str, object]:
    index = Index(root, load_config(root), TODAY)
    found = held(index)
    index.close()
    return dict(found)


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_leaves_the_index_usable(root: Path, place: str) -> None:
    before = paths_held(root)
    code, _ = cut_off(root, place, signal.SIGKILL)

    assert code == -signal.SIGKILL
    assert paths_held(root) == before or place == LAST
    found = looked_at(root)
    with sqlite3.connect(root / ".git/crmkb/index.sqlite") as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    assert found == rebuilt(root)


@pytest.mark.parametrize("place", PLACES)
def test_ctrl_c_says_so_and_leaves_the_index_usable(root: Path, place: str) -> None:
    before = paths_held(root)
    code, said = cut_off(root, place, signal.SIGINT)

    assert code == 1
    assert paths_held(root) == before or place == LAST
    assert said.splitlines()[0] == "error: stopped"
    assert "Traceback" not in said
    assert looked_at(root) == rebuilt(root)
