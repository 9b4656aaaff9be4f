"""Edits of every file that other people wrote: each key, every sort of edit.

Taken from `../shared/data` where it is: vaults, CRM-like workspaces, front-matter samples, and the
mappings of the official YAML suite. Without it, from the product's own sample workspace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from crmkb.store.markdown import (
    Append,
    CannotEdit,
    Discard,
    Document,
    Edit,
    Remove,
    Set,
    Unreadable,
    edit,
    parse,
    split,
)
from tests.faults import odd_files
from tests.faults.lossless_edits import meant, readers_differ
from tests.faults.tally import Tally

SHORT, LONG = 100, 100_000

ROOT = Path(__file__).parents[2]
DATA = ROOT / "../shared/data"
FOLDERS = ("md_vaults", "md_crm", "frontmatter_tests")
OWN = ("customers", "knowledge_base", "templates")
SUFFIXES = (".md", ".markdown", ".txt")


def run(count: int, seed: int) -> Tally:
    """Edit at most `count` files, chosen at random when there are more."""
    tally = Tally()
    files = sorted([*real_files(), *_suite()])
    for name, data in files if count >= len(files) else Random(seed).sample(files, count):
        try:
            document = parse(data)
        except Unreadable:
            tally.kinds["files that cannot be read"] += 1
            continue
        tally.kinds["files"] += 1
        for change in _edits(document, Random(f"{seed}/{name}")):
            tally.try_one(type(change).__name__.lower())
            for words in _broken(data, document, change, tally):
                tally.fail(f"{name}, {change}: {words}")
    return tally


def real_files() -> list[tuple[str, bytes]]:
    """Return every Markdown file there is to try, with its name."""
    places = [DATA / top for top in FOLDERS] if DATA.is_dir() else [ROOT / top for top in OWN]
    paths = [path for place in places for path in place.rglob("*") if path.suffix in SUFFIXES]
    return [(str(path.relative_to(places[0].parent)), path.read_bytes()) for path in paths]


def _suite() -> Iterator[tuple[str, bytes]]:
    """Yield the cases of the YAML suite that may stand between two fences."""
    for path in (DATA / "yaml_test_suite").glob("*.yaml"):
        case: dict[str, Any] = {}
        for number, change in enumerate(yaml.safe_load(path.read_text("utf-8"))):
            case |= change
            header = re.sub("—*»", "\t", case["yaml"]).replace("∎\n", "").replace("↵", "")
            header = header.translate(str.maketrans("␣←⇔", " \r\ufeff"))
            header = re.sub(r"\A---\s*\n|^\.\.\.\n\Z", "", header, flags=re.MULTILINE)
            if not re.search(r"^(---|\.\.\.|%)", header, re.MULTILINE):
                yield f"{path.stem}/{number}", f"---\n{header.rstrip()}\n---\nbody".encode()


def _edits(document: Document, draw: Random) -> Iterator[Edit]:
    new = next(f"key {n}" for n in range(99) if f"key {n}" not in document.fields)
    yield from (Set(new, odd_files.text(draw)), Append(new, "x"), Remove(new), Discard(new, "x"))
    for key, value in document.fields.items():
        items = [odd_files.text(draw) for _ in range(3)]
        yield from (Set(key, odd_files.text(draw)), Set(key, "a: b"), Set(key, items))
        yield from (Append(key, odd_files.text(draw)), Append(key, "new"), Remove(key))
        texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
        yield from (Discard(key, item) for item in dict.fromkeys(texts))
        yield Set(key, [*texts[1:], "new"])
        if not isinstance(value, dict):
            yield Set(key, value)


def _broken(data: bytes, document: Document, change: Edit, tally: Tally) -> Iterator[str]:
    """Yield what an edit of a file breaks of the promise."""
    try:
        result = edit(data, [change])
    except CannotEdit as error:
        tally.refuse()
        tally.kinds[f"refused: {error.reason.partition(' (')[0]}"] += 1
        if not error.reason:
            yield "refused without a reason"
        return
    wanted, after = meant(document.fields, change), parse(result)
    if list(after.fields.items()) != list(wanted.items()) or after.body != document.body:
        yield f"it now says {after.fields}"
    elif wanted == document.fields and result != data:
        yield "nothing was to change"
    elif result != data:
        before, behind = _around(data, change.key)
        if not (result.startswith(before) and result.endswith(behind)):
            yield f"other bytes are touched: {result!r}"
        yield from readers_differ(data, result, change)


def _around(data: bytes, key: str) -> tuple[bytes, bytes]:
    """Return the bytes before the lines of a key, and from the comments behind them on."""
    parts = split(data)
    if not parts.opening:
        return parts.bom, parts.body
    head, header = parts.bom + parts.opening, parts.header.decode()
    root = yaml.compose(header, Loader=yaml.BaseLoader)
    starts = {node.value: node.start_mark.index for node, _ in root.value} if root else {}
    start = header.rfind("\n", 0, starts.get(key, len(header))) + 1
    later = [index for index in starts.values() if index > start and index != starts.get(key)]
    stop = header.rfind("\n", 0, min(later)) + 1 if later else len(header)
    if key not in starts:
        start = stop = len(header)
    # Comments in the first column are of nobody; blank lines above them may belong to a text.
    comments = re.search(r"(?:^#[^\n]*\n\s*)*\Z", header[start:stop], re.MULTILINE)
    behind = (comments[0] if comments else "") + header[stop:]
    return head + header[:start].encode(), behind.encode() + parts.closing + parts.body
