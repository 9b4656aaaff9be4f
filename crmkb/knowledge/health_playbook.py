"""Recommendations for signals of customer health: a table in an article of the knowledge base.

The workspace's own article takes precedence over the one that comes with crm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crmkb.bundled import shipped
from crmkb.errors import Problem, did_you_mean
from crmkb.metrics.health import ADVICE
from crmkb.schema.layout import KNOWLEDGE_BASE
from crmkb.store.files import disk
from crmkb.store.files.safe_paths import inside
from crmkb.values.names import close_matches

PATH = f"{KNOWLEDGE_BASE}/playbooks/customer-health.md"
COLUMNS = ("signal", "recommendation", "who", "within")

_CELLS = re.compile(r"(?<!\\)\|")


class Advice(NamedTuple):
    """A recommendation, who should follow it, and within what time."""

    recommendation: str
    who: str
    within: str


class Playbook(NamedTuple):
    """Recommendations by the names in `ADVICE`, and the problems of the article."""

    advice: Mapping[str, Advice]
    problems: Sequence[Problem]


def read_playbook(root: Path) -> Playbook:
    """Return the recommendations of a workspace, or the usual ones if its article has none."""
    data = disk.read(inside(root, PATH))
    if data is None:
        return parse(_usual())
    own = parse(data.decode("utf-8-sig", "replace"))
    return own if own.advice else Playbook(parse(_usual()).advice, own.problems)


def _usual() -> str:
    folder, _, rest = PATH.partition("/")
    return (shipped(folder) / rest).read_text(encoding="utf-8")


def parse(text: str) -> Playbook:
    """Return the recommendations in an article, and its problems.

    They come from its first table with the columns `signal` and `recommendation`.
    """
    problems: list[Problem] = []
    advice: dict[str, Advice] = {}
    rows = _rows(text)
    for line, cells in rows:
        row = dict(zip(COLUMNS, cells, strict=True))
        signal = row["signal"].strip("` ")
        if signal not in ADVICE:
            hint = did_you_mean(close_matches(signal, sorted(ADVICE)))
            known = f"there are {', '.join(sorted(ADVICE))}"
            problems.append(Problem(PATH, line, signal, "is no signal of health", hint or known))
        elif signal in advice:
            problems.append(Problem(PATH, line, signal, "is here twice", "keep one of the rows"))
        elif not row["recommendation"]:
            problems.append(Problem(PATH, line, signal, "has no recommendation", "write one"))
        else:
            advice[signal] = Advice(row["recommendation"], row["who"], row["within"])
    if not rows:
        words = "no table with the columns signal and recommendation; the usual one is used"
        hint = "see the page that comes with crm, or delete this one"
        problems.append(Problem(PATH, 1, "", words, hint))
    return Playbook(advice, problems)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows of the table with their line numbers, and cells in the order of COLUMNS."""
    places: list[int | None] = []
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("|"):
            if places:
                break
            continue
        texts = _CELLS.split(line.strip())[1:]
        if not texts[-1]:  # the last bar is optional
            texts.pop()
        cells = [text.strip().replace("\\|", "|") for text in texts]
        if places:
            if not set("".join(cells)) <= set("-: "):
                found.append((number, list(_cells(cells, places))))
        elif {"signal", "recommendation"} <= {cell.lower() for cell in cells}:
            heads = [cell.lower() for cell in cells]
            places = [heads.index(name) if name in heads else None for name in COLUMNS]
    return found


def _cells(cells: Sequence[str], places: Sequence[int | None]) -> Iterator[str]:
    for place in places:
        yield cells[place] if place is not None and place < len(cells) else ""
