"""Kill a writer at each of its steps, and see what the next command makes of it.

Run as a program in a process of its own, since it forks: `python -m tests.workspace.kills FOLDER`
prints one line of JSON for each step. What dies, and how, is left to `tests/faults/deaths.py`;
its campaign does the same with every act, and within git.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from crmkb.workspace import Workspace
from crmkb.workspace.apply import apply
from tests.faults.deaths import Death, litter, run
from tests.workspace.conftest import NOW, content, some_change


def main(template: Path) -> None:
    """Print what came of a death before the first step, the second one, and so on."""
    for number in range(1000):
        root = template.with_name(f"killed-{number}")
        shutil.copytree(template, root, symlinks=True)
        ended = run(partial(_write, root), Death(2 * number))
        died = ended.code < 0
        print(json.dumps({"step": number, "died": died, **_aftermath(root)}), flush=True)
        shutil.rmtree(root)
        if not died:
            return


def _write(root: Path, begin: Callable[[], None]) -> int:
    wanted = some_change(root)
    begin()
    apply(root, wanted, commit=True)
    return 0


def _aftermath(root: Path) -> dict[str, Any]:
    """Return what the next command says, and the state in which it leaves the workspace."""
    notes = Workspace.open(root, NOW).notes
    files = {path: data.decode() for path, data in content(root).items()}
    return {
        "notes": notes,
        "again": Workspace.open(root, NOW).notes,
        "files": files,
        "subject": _git(root, "log", "-1", "--format=%s"),
        "status": _git(root, "status", "--porcelain", "-uall"),
        "staged": _git(root, "diff", "--cached", "--name-status"),
        "fsck": _git(root, "fsck", "--no-dangling"),
        "left": sorted(litter(root)),
    }


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
