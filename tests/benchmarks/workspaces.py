"""Workspaces to measure in: made once for a size and a generator, and reused.

The first commit goes through `git fast-import`, so that git holds a pack as after a clone, not
200,000 loose objects.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.benchmarks import made_up

SIZES = {"S": 100, "M": 1_000, "L": 10_000}
"""How many customers."""

ROOT = Path(__file__).resolve().parents[2]
_WHO = "Ana Ruiz <ana@northbeam.example> 1763645400 +0100"


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, the environment to work in it, and how many customers it has."""

    root: Path
    environment: Mapping[str, str]
    customers: int

    def git(self, *arguments: str) -> str:
        """Run git in the workspace and return what it prints."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.environment,
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return done.stdout

    @property
    def index(self) -> Path:
        """Return the file of the index."""
        return self.root / ".git/crmkb/index.sqlite"

    @property
    def hook(self) -> Path:
        """Return where a hook is set for the lines that are measured with one."""
        return self.root / ".git/hooks/pre-commit"

    def forget_index(self) -> None:
        """Delete the index, so that the next command builds it."""
        shutil.rmtree(self.index.parent, ignore_errors=True)

    def restore(self) -> None:
        """Take back whatever was committed or written since the beginning."""
        self.hook.unlink(missing_ok=True)
        self.git("reset", "--quiet", "--hard", "begin")
        self.git("clean", "--quiet", "-fd")


def made(customers: int, folder: Path) -> Place:
    """Return the workspace of so many customers below a folder, made if it is not there."""
    source = Path(made_up.__file__).read_bytes()
    name = f"{customers}-{sha256(source).hexdigest()[:12]}"
    place = Place(folder / name, environment(folder), customers)
    if not (place.root / ".git/made").exists():
        shutil.rmtree(place.root, ignore_errors=True)
        place.root.mkdir(parents=True)
        place.git("init", "--quiet")
        _commit_all(place)
        place.git("reset", "--quiet", "--hard")
        place.git("tag", "begin")
        (place.root / ".git/made").touch()
    place.restore()
    return place


def environment(folder: Path) -> dict[str, str]:
    """Return an environment without the person's settings, in which modules are compiled once."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ana Ruiz\n\temail = ana@northbeam.example\n"
        "[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"
    )
    left_out = ("PYTHONDONTWRITEBYTECODE", "CRM_WORKSPACE", "EDITOR", "VISUAL", "XDG_CONFIG_HOME")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    own = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    return {**kept, **own}


def _commit_all(place: Place) -> None:
    importing = subprocess.Popen(
        ["git", "fast-import", "--quiet"],
        cwd=place.root,
        env=place.environment,
        stdin=subprocess.PIPE,
    )
    assert importing.stdin
    with importing.stdin as stream:
        head = f"commit refs/heads/main\ncommitter {_WHO}\ndata 5\nBegin\n"
        stream.write(head.encode())
        for path, text in _files(place.customers):
            data = text.encode()
            stream.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    if importing.wait():
        raise RuntimeError("git fast-import failed")


def _files(customers: int) -> Iterator[tuple[str, str]]:
    yield "crm.toml", made_up.SETTINGS
    for number in range(customers):
        yield from made_up.customer_files(number)
