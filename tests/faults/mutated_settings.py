"""Damaged settings, report definitions and templates: said with the file's name, never a traceback.

Unlike a record, these can stop a command; then the words must name the file that is to blame.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.conftest import CONFIG
from tests.faults.corpus_edits import ROOT
from tests.faults.damage import DAMAGES
from tests.faults.mutated_files import crm, write
from tests.faults.tally import Tally
from tests.queries.sample import SAMPLE

SHORT, LONG = 12, 1_000

COMMANDS = (
    ("check",),
    ("list", "deals"),
    ("report", "--all", "--stdout"),
    ("log-call", "acme", "Pricing", "--no-input", "--dry-run"),
)


def run(count: int, seed: int) -> Tally:
    """Spoil one of these files `count` times, and run commands each time."""
    tally = Tally()
    templates = sorted((ROOT / "templates").rglob("*.md"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sources = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in templates}
        sources["crm.toml"] = CONFIG.encode()
        write(root, sources | {path: text.encode() for path, text in SAMPLE.items()})
        for number in range(count):
            draw = Random(f"{seed}/{number}")
            path, how = draw.choice(sorted(sources)), draw.choice(sorted(DAMAGES))
            tally.try_one(how)
            write(root, {path: DAMAGES[how](draw, sources[path])})
            for words in _wrong(root, path, tally):
                tally.fail(f"{seed}/{number}: {path} ({how}): {words}")
            write(root, {path: sources[path]})
    return tally


def _wrong(root: Path, path: str, tally: Tally) -> Iterator[str]:
    refused = False
    for words in COMMANDS:
        try:
            said = crm(root, *words)
        except Exception as error:  # noqa: BLE001 - any at all is what is looked for
            yield f"{words[0]} raises {type(error).__name__}: {error}"
            continue
        if said.code not in (0, 3):
            refused = True
            if path not in said.err:
                yield f"{words[0]} ends with {said.code} and does not name it: {said.err!r}"
    tally.refused += refused
