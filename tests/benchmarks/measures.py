"""What is measured: each line of the table, its yardstick and its budgets."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from tests.benchmarks.made_up import COMMON_WORD, TODAY, customer_slug, deals_table
from tests.benchmarks.timing import Contender
from tests.benchmarks.workspaces import Place, made

IMPORTED, CUSTOMERS_OF_IMPORT = 8_800, 85
"""As many as the Maven Analytics CRM has: what an import of a real pipeline is."""

_ENTRY = "from crmkb.cli.main import entry; entry()"
_MAPS = (
    *("id=opportunity_id", "name=product+opportunity_id", "customer=account"),
    *("owner=sales_agent", "products=product", "stage=deal_stage", "opened=engage_date"),
    "amount=close_value",
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One line: what is timed, against which yardstick, and what each size may take.

    `against` is another contender where no common yardstick serves; `aside` is timed too, and its
    time taken off. `seconds` and `ratio` are budgets by size; a size without any has none.
    """

    name: str
    contender: Contender
    yardstick: str = ""
    against: Contender | None = None
    aside: Contender | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    ratio: Mapping[str, float] = field(default_factory=dict)


def crm(*words: str) -> list[str]:
    """Return a command line of ours, run as its start-up script runs it."""
    return [sys.executable, "-c", _ENTRY, *words]


def measures(place: Place) -> Iterator[Measure]:
    """Yield every line of the table, in its order."""
    yield from _starting()
    yield from _logging(place)
    yield from _indexing(place)
    yield from _reading(place)
    yield from _reporting(place)
    yield _importing(place.root.parent)


def _starting() -> Iterator[Measure]:
    sizes = "SML"
    yield Measure(
        "start: --version", Contender(crm("--version")), "P", seconds=dict.fromkeys(sizes, 0.06)
    )
    yield Measure("--help", Contender(crm("--help")), "P", seconds=dict.fromkeys(sizes, 0.12))


def _logging(place: Place) -> Iterator[Measure]:
    command = crm("log-call", customer_slug(7), "Pricing review", "--notes", "They like it.")
    yield Measure(
        "log a call, with its commit",
        Contender(command, before=lambda: place.hook.unlink(missing_ok=True)),
        "C",
        seconds={"S": 0.12, "M": 0.15, "L": 0.35},
        ratio={"M": 1.5, "L": 0.6},
    )
    yield Measure(
        "the same where a hook is set",
        Contender(command, before=lambda: _set_hook(place.hook)),
        "C",
        ratio={"M": 2.0, "L": 1.25},
    )


def _set_hook(hook: Path) -> None:
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)


def _indexing(place: Place) -> Iterator[Measure]:
    asking = crm("query", "SELECT 1 AS one")
    yield Measure(
        "cold index",
        Contender(asking, before=place.forget_index),
        "A",
        seconds={"M": 1.2, "L": 12},
        ratio={"M": 12, "L": 14},
    )
    empty = made(0, place.root.parent)
    yield Measure(
        "index, nothing changed, start aside",
        Contender(asking),
        "G",
        aside=Contender(crm("-C", str(empty.root), "query", "SELECT 1 AS one")),
        ratio={"M": 0.8, "L": 0.5},
    )


def _reading(place: Place) -> Iterator[Measure]:
    where = crm("list", "deals", "--where", "amount > 150000 and stage = 'negotiation'")
    yield Measure("list deals --where", Contender(where), "G", seconds={"M": 0.12, "L": 0.45})
    yield Measure(
        "full-text search",
        Contender(crm("search", COMMON_WORD)),
        "R",
        seconds={"M": 0.12, "L": 0.45},
        ratio={"M": 1.2, "L": 0.6},
    )
    yield Measure(
        "check the whole workspace",
        Contender(crm("--as-of", str(TODAY), "check"), codes=(0, 3)),
        "G",
        seconds={"M": 0.15, "L": 0.5},
    )


def _reporting(place: Place) -> Iterator[Measure]:
    day = ("--as-of", str(TODAY))
    report = Contender(crm(*day, "report", "pipeline_dashboard", "--stdout"))
    seconds = {"M": 0.15, "L": 0.5}
    yield Measure("pipeline report", report, "G", seconds=seconds, ratio={"M": 1.5, "L": 0.75})
    yield Measure("pipeline report, by Python's start", report, "P", ratio={"S": 8})
    page = crm(*day, "report", "customer", customer_slug(7), "--stdout")
    yield Measure("page of a customer", Contender(page), "G")
    edits = _Edits(place)
    yield Measure(
        "pipeline report after ten edits",
        replace(report, before=edits.make),
        against=report,
        ratio={"M": 1.75, "L": 1.3},
    )
    yield Measure(
        "every report",
        Contender(crm(*day, "report", "--all", "--no-commit"), before=place.restore),
        "G",
        seconds={"M": 1.5},
    )


class _Edits:
    """Ten committed files changed in place, other ones each time."""

    def __init__(self, place: Place) -> None:
        self._place, self._made = place, 0

    def make(self) -> None:
        """Append a line to the next ten files."""
        for _ in range(10):
            slug = customer_slug(self._made % self._place.customers)
            with (self._place.root / f"customers/{slug}/profile.md").open("a") as file:
                file.write(f"\nEdited {self._made}.\n")
            self._made += 1


def _importing(folder: Path) -> Measure:
    source, target = made(CUSTOMERS_OF_IMPORT, folder), folder / "import"
    runs = folder / "imports"
    shutil.rmtree(runs, ignore_errors=True)
    number = count()
    table = folder / "deals.csv"
    table.write_text(deals_table(IMPORTED, CUSTOMERS_OF_IMPORT))

    def afresh() -> None:
        # Nothing is deleted right before: some disks make new files slowly after that.
        new = runs / str(next(number))
        shutil.copytree(source.root, new)
        target.unlink(missing_ok=True)
        target.symlink_to(new, target_is_directory=True)

    maps = [word for pair in _MAPS for word in ("--map", pair)]
    command = crm("-C", str(target), "import", "deals", str(table), *maps, "--source", "maven")
    budget = dict.fromkeys("SML", 4.0)
    return Measure("import 8,800 deals, one commit", Contender(command, afresh), seconds=budget)
