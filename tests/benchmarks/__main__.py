"""Measure `crm` against its budgets: `python -m tests.benchmarks [S|M|L …] [--vs PEER]`.

Times are of whole processes. A ratio is to the yardstick, run in turn with the command: P a bare
Python, G `git status --porcelain`, C `git add` and `commit` of one file, R `rg -l` of a common
word, A reading every byte. Nothing is asserted: people run this, and read it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks.measures import Measure, measures
from tests.benchmarks.peers import PEERS, NotInstalled, compare
from tests.benchmarks.timing import RunFailed, Timing, in_turn
from tests.benchmarks.workspaces import SIZES, Place, made
from tests.benchmarks.yardsticks import yardsticks

KEPT = Path(tempfile.gettempdir()) / "crmkb-benchmarks"
HEADS = ("work", "seconds", "from–to", "budget", "ratio", "bound", "MB")


def line(measure: Measure, size: str, timings: Sequence[Timing]) -> list[str]:
    """Return one line of the table; of the timings the first is ours, the second the yardstick."""
    ours, *others = timings
    seconds = ours.median
    if measure.aside:
        seconds = max(seconds - others.pop().median, 0.0)
    ratio = ""
    if others:
        ratio = f"{seconds / others[0].median:.2f} {measure.yardstick or 'unchanged'}"
    budget, bound = measure.seconds.get(size), measure.ratio.get(size)
    return [
        measure.name,
        f"{seconds:.3f}",
        ours.spread,
        f"{budget:g}" if budget else "",
        ratio,
        f"{bound:g}" if bound else "",
        f"{ours.memory:.0f}",
    ]


def table(place: Place, size: str, runs: int, only: str) -> Iterator[list[str]]:
    """Yield the lines of the table, as they are measured."""
    known = yardsticks(place)
    for measure in measures(place):
        if only not in measure.name:
            continue
        place.restore()
        contenders = [measure.contender]
        if yardstick := measure.against or known.get(measure.yardstick):
            contenders.append(yardstick)
        if measure.aside:
            contenders.append(measure.aside)
        yield line(measure, size, in_turn(contenders, place, runs))
    place.restore()


def sizes_on_disk(place: Place) -> str:
    """Return how large the index is, beside the files it holds."""
    notes = sum(file.stat().st_size for file in (place.root / "customers").rglob("*.*"))
    index = place.index.stat().st_size if place.index.exists() else 0
    return f"index {index / 1e6:.1f} MB, files {notes / 1e6:.1f} MB: {index / notes:.2f} times"


def beside(place: Place, peer: str, runs: int) -> Iterator[list[str]]:
    """Yield the lines of the table that holds us against another program."""
    for name, ours, theirs in compare(place, PEERS[peer], runs):
        yield [name, f"{ours:.3f}", f"{theirs:.3f}", f"{ours / theirs:.2f}"]


def show(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Print a table of Markdown, each line as it comes."""
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    for cells in lines:
        print(f"| {' | '.join(cells)} |", flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """Measure what was asked for and print tables of Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sizes", nargs="*", choices=[[], *SIZES], metavar="S|M|L")
    parser.add_argument("--vs", choices=PEERS, help="measure this program beside ours")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="only lines whose name holds this")
    parser.add_argument("--into", type=Path, default=KEPT, help="where workspaces are kept")
    asked = parser.parse_args(words)
    try:
        for size in asked.sizes or ["S"]:
            place = made(SIZES[size], asked.into.resolve())
            print(f"\n## {size}: {SIZES[size]:,} customers\n", flush=True)
            if asked.vs:
                show(["work", "ours", asked.vs, "ratio"], beside(place, asked.vs, asked.runs))
            else:
                show(HEADS, table(place, size, asked.runs, asked.only))
                print(f"\n{sizes_on_disk(place)}", flush=True)
    except (NotInstalled, RunFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
