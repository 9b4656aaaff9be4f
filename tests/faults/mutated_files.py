"""Damaged files in a workspace: each is named, none is a traceback, and all others count.

In batches, because only together they show whether one file hides another: real files are spoilt
in one of many ways, laid among whole ones, and looked at by `check`, `list` and `report`. Then the
broken ones are taken away: what the commands say of the others must be the same, to the byte.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

from crmkb import reports
from crmkb.cli.main import main
from tests.conftest import CONFIG
from tests.faults.corpus_edits import real_files
from tests.faults.damage import DAMAGES
from tests.faults.tally import Tally
from tests.queries.sample import SAMPLE

SHORT, LONG = 400, 100_000
BATCH = 2_000
LARGEST = 20_000

PLACES = {
    "profile.md": "customers/c{0}/profile.md",
    "deals": "customers/c{0}/deals/d{1}.md",
    "relationships": "customers/c{0}/relationships/p{1}.md",
    "interactions": "customers/c{0}/interactions/2026-11-20-1430-call-{1}.md",
    "pricing": "knowledge_base/pricing/a{1}.md",
    "notes": "customers/c{0}/context/notes/n{1}.md",
    "series": "customers/c{0}/context/series/u{1}.csv",
}
KINDS = {
    "customers": "profile.md",
    "contacts": "relationships",
    "deals": "deals",
    "interactions": "interactions",
    "articles": "pricing",
    "tasks": "",
}
"""What can be listed, and what the path of each has in it."""

WHOLE = {path: text.encode() for path, text in SAMPLE.items()}
CONFLICT = "an unresolved git conflict"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


def run(count: int, seed: int) -> Tally:
    """Spoil `count` files."""
    tally = Tally()
    sources = [data for _, data in real_files() if len(data) <= LARGEST and not _why(data)]
    for start in range(0, count, BATCH):
        draw = Random(f"{seed}/{start}")
        batch = _Batch(draw, sources, min(BATCH, count - start), tally)
        with tempfile.TemporaryDirectory() as folder:
            for words in batch.problems(Path(folder)):
                tally.fail(f"batch {seed}/{start}: {words}")
    return tally


class _Batch:
    """Spoilt files among whole ones."""

    def __init__(self, draw: Random, sources: list[bytes], count: int, tally: Tally) -> None:
        self.spoilt: dict[str, bytes] = {}
        self.how: dict[str, str] = {}
        for number in range(count):
            place = draw.choice([*PLACES])
            customer = number if place == "profile.md" else draw.randrange(number + 1) // 10
            path = PLACES[place].format(customer, number)
            how = draw.choice(sorted(DAMAGES))
            tally.try_one(how)
            self.how[path] = how
            self.spoilt[path] = DAMAGES[how](draw, draw.choice(sources))
        self.broken = {path: why for path, data in self.spoilt.items() if (why := _why(data))}
        tally.refused += len(self.broken)
        tally.kinds["files that cannot be read"] += len(self.broken)

    def problems(self, folder: Path) -> Iterator[str]:
        """Yield what the commands say wrongly of this batch."""
        write(folder, {"crm.toml": CONFIG.encode(), **WHOLE})
        alone = _answers(folder)
        write(folder, self.spoilt)
        try:
            yield from self._not_named(_problems(folder))
            everything = _answers(folder)
            for path in self.broken:
                (folder / path).unlink()
            without = _answers(folder)
        except Exception as error:  # noqa: BLE001 - any at all is what is looked for
            yield f"{type(error).__name__}: {error}"
            return
        yield from _differences(everything, without, self.broken)
        for kind in KINDS:
            lost = set(alone[kind].out.splitlines()) - set(everything[kind].out.splitlines())
            yield from (f"{kind}: no longer listed is {row}" for row in sorted(lost))

    def _not_named(self, told: Mapping[str, list[tuple[int, str]]]) -> Iterator[str]:
        for path, why in self.broken.items():
            data = self.spoilt[path]
            lines = data.count(b"\n") + 1
            if not any(1 <= line <= lines for line, _ in told.get(path, [])):
                yield f"{path} ({self.how[path]}: {why}) is not named: {data[:300]!r}"
        for path in (path for path, how in self.how.items() if how == "conflict"):
            line = self.spoilt[path].split(b"\n<<<<<<< ")[0].count(b"\n") + 2
            line = 1 if self.spoilt[path].startswith(b"<<<<<<< ") else line
            if (line, CONFLICT) not in told.get(path, []):
                yield f"{path}:{line} is in conflict; told is {told.get(path)}"
        for path in told.keys() & WHOLE.keys():
            yield f"{path} is whole and said to be wrong: {told[path]}"


def write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of a workspace whose index may be kept, as in a repository."""
    for path, data in contents.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data)
    (folder / ".git").mkdir(exist_ok=True)


def crm(folder: Path, *words: str) -> Said:
    """Run `crm` in a workspace, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "12")
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = main([*words, "--as-of", "2026-11-20"])
    return Said(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def _problems(folder: Path) -> dict[str, list[tuple[int, str]]]:
    """Return what `check` finds wrong with whole files, by path."""
    said = crm(folder, "check", "--json")
    told: dict[str, list[tuple[int, str]]] = {}
    for one in json.loads(said.out)["data"]:
        if not one["field"]:
            told.setdefault(one["path"], []).append((one["line"], one["message"]))
    return told


def _answers(folder: Path) -> dict[str, Said]:
    """Return what is told of whole files; `data_quality` counts what is wrong with others."""
    lists = {kind: crm(folder, "list", kind, "--all", "--format", "csv") for kind in KINDS}
    counting = [name for name in reports.wholes(folder) if name != "data_quality"]
    return {**lists, "report": crm(folder, "report", *counting, "--stdout")}


def _differences(
    everything: Mapping[str, Said], without: Mapping[str, Said], broken: Collection[str]
) -> Iterator[str]:
    """Yield which answers change when the broken files are gone, or say nothing of them."""
    for name, said in everything.items():
        if said.code != 0:
            yield f"{name} ends with {said.code}: {said.err[-300:]}"
        if _figures(said.out) != _figures(without[name].out):
            yield f"{name} counts otherwise than without the broken files"
    for kind, part in KINDS.items():
        note = re.search(r"note: ([\d,]+) files? cannot be read", everything[kind].err)
        told = int(note[1].replace(",", "")) if note else 0
        if told < sum(f"/{part}" in path for path in broken):
            yield f"the list of {kind} says that {told} files cannot be read"
    if broken and "## Left out" not in everything["report"].out:
        yield "the report does not tell that files are left out"


def _figures(page: str) -> str:
    """Return pages without digests, without what is left out, and without problems of files."""
    page = re.sub(
        r"^(?:(?:inputs|output): |\| Problems in files \|).*\n", "", page, flags=re.MULTILINE
    )
    told = r"^\n?## (?:Left out|Problems in files)\n.*?(?=^\n?## |^---\n|\Z)"
    return re.sub(told, "", page, flags=re.MULTILINE | re.DOTALL)


def _why(data: bytes) -> str:
    """Return why no program can take a file for text with front matter; empty if one can."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    if "\0" in text:
        return "NUL"
    if text.startswith("<<<<<<< "):
        return "conflict"
    opening = re.match(r"\ufeff?---[ \t]*(?:\r?\n|\Z)", text)
    if not opening:
        return ""
    closing = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
    end = closing.search(text, opening.end())
    if end is None:
        return "never closed"
    try:
        read = yaml.load(text[opening.end() : end.start()], Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, TypeError):
        return "no YAML"
    return "" if read is None or isinstance(read, dict) else "no mapping"
