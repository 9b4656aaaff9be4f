"""Make the golden pages anew, after a change of them that is meant: `python -m tests.golden`.

They are made in a copy that has a git repository of its own without commits, as the tests do: what
a report asks git must not depend on when this project was committed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crmkb.cli.main import main

WORKSPACE = Path(__file__).with_name("workspace")
AS_OF = "2026-11-20"
PATTERNS = ("reporting/*.md", "customers/*/context/summary.md")


def pages(root: Path) -> Iterator[str]:
    """Yield the paths of all pages in a workspace, from its root."""
    for pattern in PATTERNS:
        yield from sorted(path.relative_to(root).as_posix() for path in root.glob(pattern))


def make(root: Path, as_of: str = AS_OF) -> Path:
    """Copy the workspace to a folder, make all its pages there, and return the folder."""
    generated = shutil.ignore_patterns("reporting", "summary.md")
    shutil.copytree(WORKSPACE, root, ignore=generated)
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    for each in ("--all-customers", "--all"):  # a page of meetings links to those of customers
        arguments = ["-C", str(root), "report", each, "--as-of", as_of, "--no-commit"]
        assert main(arguments) == 0
    return root


def _make_anew() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder) / "copy")
        for old in [*pages(WORKSPACE)]:
            (WORKSPACE / old).unlink()
        for page in pages(made):
            (WORKSPACE / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made / page, WORKSPACE / page)


if __name__ == "__main__":
    _make_anew()
