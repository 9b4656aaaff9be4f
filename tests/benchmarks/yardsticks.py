"""What our times are held against: bare Python, git, ripgrep, and reading every byte."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from itertools import count

from tests.benchmarks.made_up import COMMON_WORD
from tests.benchmarks.timing import Contender
from tests.benchmarks.workspaces import Place

_READ_ALL = """
import os
for folder, _, names in os.walk("customers"):
    for name in names:
        with open(os.path.join(folder, name), "rb", buffering=0) as file:
            file.read()
"""
_NUMBERS = count()


def yardsticks(place: Place) -> Mapping[str, Contender]:
    """Return the yardsticks that this machine has, by their letters."""
    found = {
        "P": Contender([sys.executable, "-c", "pass"]),
        "G": Contender(["git", "status", "--porcelain"]),
        "C": Contender(
            ["sh", "-c", "git add yardstick.md && git commit --quiet -m Yardstick yardstick.md"],
            before=lambda: _write(place),
        ),
        "A": Contender([sys.executable, "-c", _READ_ALL]),
    }
    if program := shutil.which("rg"):
        found["R"] = Contender([program, "-l", COMMON_WORD, "customers"])
    return found


def _write(place: Place) -> None:
    (place.root / "yardstick.md").write_text(f"# Yardstick {next(_NUMBERS)}\n")
