"""Kill a writer at each of its steps, and see what the next command makes of it.

Run as a program in a process of its own, since it forks: `python -m tests.workspace.kills FOLDER`
prints one line of JSON for each step. The steps are what Python itself reports of calls to the
system (`sys.addaudithook`); the process ends just before one of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmkb.workspace import Workspace
from crmkb.workspace.apply import apply
from tests.workspace.conftest import NOW, content, some_change

STEPS = {
    "fcntl.flock",
    "open",
    "os.chmod",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "subprocess.Popen",
}
DIED, LIVED = 9, 0


def main(template: Path) -> None:
    """Print what came of a death before the first step, the second one, and so on."""
    for number in range(1, 1000):
        root = template.with_name(f"killed-{number}")
        shutil.copytree(template, root, symlinks=True)
        status = _kill(root, number)
        print(json.dumps({"step": number, "died": status == DIED, **_aftermath(root)}), flush=True)
        shutil.rmtree(root)
        if status == LIVED:
            return


def _kill(root: Path, number: int) -> int:
    """Apply a change in a child that ends before its step of that number; return how it ended."""
    child = os.fork()
    if child == 0:
        wanted = some_change(root)
        _die_before(number)
        apply(root, wanted, commit=True)
        os._exit(LIVED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_before(number: int) -> None:
    steps = iter(range(1, number))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if _is_step(event, arguments) and next(steps, None) is None:
            os._exit(DIED)

    sys.addaudithook(watch)


def _is_step(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":  # only for writing; reading changes nothing
        return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in STEPS


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
        "left": sorted(_left(root)),
    }


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.strip()


def _left(root: Path) -> Iterator[str]:
    """Yield what must not be left behind: journal, git's lock, temporary files, empty folders.

    In our own folder the next writer tidies up.
    """
    for entry in root.rglob("*"):
        path = entry.relative_to(root)
        is_litter = entry.name.startswith(".crm-") and path.parts[:2] != (".git", "crmkb")
        is_empty = entry.is_dir() and path.parts[0] == "customers" and not any(entry.iterdir())
        if is_litter or is_empty or entry.name in ("index.lock", "journal.json"):
            yield path.as_posix()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
