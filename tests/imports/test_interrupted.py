"""An import that dies half-way is taken back as a whole by the next command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Crm, Git, Tree

ROWS = 60
DYING = """
import os, signal, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
steps = int(sys.argv[2])

def counting(function):
    def call(*arguments):
        global steps
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return call

os.fsync = counting(os.fsync)
Path.replace = counting(Path.replace)
from crmkb.cli.main import main

sys.exit(main(sys.argv[3:]))
"""


@pytest.mark.parametrize("steps", [0, 1, 2, 20, ROWS + 2, ROWS + 20, 2 * ROWS + 1])
def test_it_is_taken_back(tree: Tree, crm: Crm, git: Git, tmp_path: Path, steps: int) -> None:
    root = tree({"customers/acme/profile.md": "---\nname: Acme\n---\n"})
    git("add", ".")
    git("commit", "--quiet", "-m", "Acme")
    table = tmp_path / "deals.csv"
    table.write_text("n,s\n" + "".join(f"Deal {n},discovery\n" for n in range(ROWS)))
    words = ["deals", str(table), "--map", "name=n", "--map", "stage=s", "--on-unmatched", "acme"]
    package = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", DYING, package, str(steps), "import", *words]
    assert subprocess.run(command, cwd=root, check=False, capture_output=True).returncode == -9
    ran = crm("import", *words)
    assert (ran.code, "created           60" in ran.out) == (0, True)
    assert ("took back what was cut off half-way: Import 60 deals" in ran.err) == (steps > 1)
    assert git("status", "--porcelain") == ""
    assert len(list((root / "customers/acme/deals").iterdir())) == ROWS
    assert git("log", "--format=%s").split("\n")[:2] == ["Import 60 deals from deals.csv", "Acme"]
