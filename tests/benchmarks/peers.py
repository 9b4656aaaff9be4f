"""Other programs beside ours, on the same notes, where they are installed.

A peer works on a copy of the notes, or on a table of the same deals. What it cannot do has no line.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.made_up import COMMON_WORD, TODAY, customer_slug
from tests.benchmarks.measures import crm
from tests.benchmarks.timing import Contender, RunFailed, in_turn
from tests.benchmarks.workspaces import Place

_DEAL = re.compile(r"^(name|amount|stage): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program: how it gets to know the notes, and its commands by the line they answer.

    In a command `{notes}` is the folder of the notes, `{deals}` a table of the deals. What it keeps
    in a folder `at_home` is of an earlier run, and goes.
    """

    program: str
    begin: Sequence[Sequence[str]]
    lines: Mapping[str, Sequence[str]]
    at_home: str = ""


class NotInstalled(Exception):
    """The program to compare with is not here."""

    def __init__(self, program: str) -> None:
        super().__init__(f"{program!r} is not installed or not on PATH; nothing to compare with")


_ZK_INDEX = ("zk", "--notebook-dir", "{notes}", "--no-input", "index", "--quiet")
PEERS = {
    "zk": Peer(
        "zk",
        [["zk", "init", "--no-input", "{notes}"]],
        {
            "cold index": [*_ZK_INDEX, "--force"],
            "index, nothing changed": _ZK_INDEX,
            "full-text search": [
                *("zk", "--notebook-dir", "{notes}", "--no-input", "list"),
                *("--quiet", "--match", COMMON_WORD),
            ],
        },
    ),
    "nb": Peer(
        "nb",
        [["nb", "notebooks"], ["nb", "notebooks", "import", "{notes}", "benchmark"]],
        {
            "start": ["nb", "--version"],
            "log a call": ["nb", "benchmark:add", "--title", "Call", "--content", "They like it."],
        },
        at_home=".nb",
    ),
    # Its program is called crm as ours is: link it under this name. It keeps no notes in files.
    "crm.cli": Peer(
        "crm.cli",
        [["crm.cli", "--db", "{notes}/peer.db", "import", "deals", "{deals}", "--skip-errors"]],
        {
            "start": ["crm.cli", "--version"],
            "list deals": ["crm.cli", "--db", "{notes}/peer.db", "deal", "list"],
            "pipeline report": ["crm.cli", "--db", "{notes}/peer.db", "report", "pipeline"],
        },
    ),
}


def compare(place: Place, peer: Peer, runs: int) -> Iterator[tuple[str, float, float]]:
    """Yield what both can do, with our seconds and theirs; raise where the peer is not here."""
    if shutil.which(peer.program) is None:
        raise NotInstalled(peer.program)
    notes = place.root.with_name(f"{place.root.name}-{peer.program}")
    shutil.rmtree(notes, ignore_errors=True)
    shutil.copytree(place.root / "customers", notes)
    deals = notes / "deals.csv"
    deals.write_text("\n".join(["title,value,stage", *_deals(place)]))

    def words(command: Sequence[str]) -> list[str]:
        return [word.format(notes=notes, deals=deals) for word in command]

    if peer.at_home:
        shutil.rmtree(Path(place.environment["HOME"]) / peer.at_home, ignore_errors=True)
    for step in map(words, peer.begin):
        begun = subprocess.run(step, env=place.environment, check=False, capture_output=True)
        if begun.returncode:
            raise RunFailed(step, begun.returncode, begun.stderr)
    ours = _ours(place)
    for name, command in peer.lines.items():
        timings = in_turn([ours[name], Contender(words(command))], place, runs)
        yield name, timings[0].median, timings[1].median


def _ours(place: Place) -> Mapping[str, Contender]:
    """Return our own commands, by the lines of the peers."""
    asking = crm("query", "SELECT 1 AS one")
    return {
        "start": Contender(crm("--version")),
        "cold index": Contender(asking, before=place.forget_index),
        "index, nothing changed": Contender(asking),
        "full-text search": Contender(crm("search", COMMON_WORD)),
        "log a call": Contender(crm("log-call", customer_slug(7), "Call", "--notes", "Likes it.")),
        "list deals": Contender(crm("list", "deals")),
        "pipeline report": Contender(
            crm("--as-of", str(TODAY), "report", "pipeline_dashboard", "--stdout")
        ),
    }


def _deals(place: Place) -> Iterator[str]:
    for file in sorted((place.root / "customers").glob("*/deals/*.md")):
        keys = dict(_DEAL.findall(file.read_text()))
        yield f"{keys['name']},{keys['amount']},{keys['stage']}"
