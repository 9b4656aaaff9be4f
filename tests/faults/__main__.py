"""Run the fault campaigns in their long form: `python -m tests.faults [NAME…] [--count N]`.

A campaign is a file of this folder with `SHORT` and `LONG` counts and `run(count, seed) -> Tally`.
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.faults.tally import Tally

FOLDER = Path(__file__).parent


def campaigns() -> dict[str, ModuleType]:
    """Return every campaign by its file's name."""
    modules = (
        import_module(f"tests.faults.{file.stem}") for file in sorted(FOLDER.glob("[a-z]*.py"))
    )
    return {m.__name__.rpartition(".")[2]: m for m in modules if hasattr(m, "LONG")}


def main() -> int:
    """Run the campaigns asked for and print their counts; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *campaigns()], metavar="NAME")
    parser.add_argument("--count", type=int, help="how many attempts; each has its own else")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wanted = {n: m for n, m in campaigns().items() if not asked.names or n in asked.names}
    print(f"{'campaign':<20} {'tried':>8} {'refused':>8} {'failed':>7} {'seconds':>8}")
    broken = 0
    for name, module in wanted.items():
        began = time.monotonic()
        tally: Tally = module.run(asked.count or module.LONG, asked.seed)
        seconds = time.monotonic() - began
        counts = f"{tally.tried:>8,} {tally.refused:>8,} {tally.failed:>7,} {seconds:>8.1f}"
        print(f"{name:<20} {counts}", flush=True)
        for kind, number in sorted(tally.kinds.items()):
            print(f"  {kind:<30} {number:>8,}")
        for failure in tally.failures:
            print(f"  FAILED {failure}", file=sys.stderr)
        broken += bool(tally.failed)
    return broken


if __name__ == "__main__":
    sys.exit(main())
