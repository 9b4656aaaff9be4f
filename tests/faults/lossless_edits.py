"""Edits of random files: exactly what was meant and no other byte, or refused with a reason.

Each file is edited in five ways. A file of plain shapes may not be refused at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from crmkb.store.markdown import (
    Append,
    CannotEdit,
    Discard,
    Edit,
    Remove,
    Set,
    Unreadable,
    edit,
    parse,
)
from tests.faults import odd_files, yaml_readers
from tests.faults.odd_files import OddKey, odd_file
from tests.faults.tally import Tally
from tests.faults.yaml_readers import READERS, is_text
from tests.store.markdown.samples import Sample

SHORT, LONG = 300, 10_000

EXCUSES = {
    "it holds keys, not a list": ("mapping",),
    "its value has a YAML tag": ("tag",),
    # Without the key between them, a block text swallows the blank lines that come after.
    "something else would change with it": ("block text",),
}
"""The reasons for which an edit may be refused, and what a key of the file must be for that."""


def run(count: int, seed: int) -> Tally:
    """Edit `count` random files in five ways each."""
    tally = Tally()
    for number in range(count):
        draw = Random(f"{seed}/{number}")
        sample = odd_file(draw)
        if not _reads_as_meant(sample):
            tally.fail(f"file {seed}/{number} is misread: {sample.data()!r}")
            continue
        for change in _edits(draw, sample):
            tally.try_one(_kind(sample, change))
            for words in _broken(sample, change, tally):
                tally.fail(f"file {seed}/{number}, {change}: {words}: {sample.data()!r}")
    return tally


def meant(fields: dict[str, Any], change: Edit) -> dict[str, Any]:
    """Return the fields that a file has to have after an edit."""
    old = fields.get(change.key)
    match change:
        case Set(key, value):
            return {**fields, key: value}
        case Remove(gone):
            return {key: value for key, value in fields.items() if key != gone}
        case Append(key, item):
            before = old if isinstance(old, list) else [old] if old else []
            return {**fields, key: [*before, item]}
        case Discard(key, item) if isinstance(old, list):
            return {**fields, key: [text for text in old if text != item]}
        case Discard(key, item):
            return {**fields, key: []} if old == item else fields


def readers_differ(before: bytes, after: bytes, change: Edit) -> Iterator[str]:
    """Yield what other readers see of an edit beside what was meant."""
    fields = parse(before).fields
    old, new = list(fields), list(parse(after).fields.items())
    for version in READERS:
        seen = yaml_readers.values(before, version, len(old))
        if seen is None:
            continue
        now = yaml_readers.values(after, version, len(new))
        if now is None:
            yield f"YAML {version} can no longer read it: {after!r}"
            continue
        kept = dict(zip(old, map(repr, seen), strict=True))
        for (key, value), read in zip(new, now, strict=True):
            if key != change.key:
                if repr(read) != kept[key]:
                    yield f"YAML {version} now reads {key!r} as {read!r}"
            elif not _reads_back(read, value, fields.get(key)):
                yield f"YAML {version} reads {read!r}"


def _reads_back(read: object, value: Any, old: Any) -> bool:
    """Tell whether what was written reads as the same text; items that stay are as they were."""
    if not isinstance(value, list):
        return value == old or is_text(read, value)
    stays = old if isinstance(old, list) else [old]
    if not isinstance(read, list) or len(read) != len(value):
        return False
    pairs = zip(read, value, strict=True)
    return all(item in stays or is_text(seen, item) for seen, item in pairs)


def _reads_as_meant(sample: Sample) -> bool:
    try:
        document = parse(sample.data())
    except Unreadable:
        return False
    same = list(document.fields.items()) == list(sample.fields().items())
    return same and document.body == sample.body.replace("\n", sample.newline)


def _edits(draw: Random, sample: Sample) -> Iterator[Edit]:
    """Draw an edit of every sort: a new key is added by Set, and sometimes by Append."""
    known = [key.name for key in sample.keys] or ["name"]
    value = [odd_files.text(draw) for _ in range(draw.randrange(4))]
    lists_of = {key.name: key.value for key in sample.keys if isinstance(key.value, list)}
    present = {name: [*filter(_is_text, items)] for name, items in lists_of.items()}
    lists = [*present, *present, *known]
    of = draw.choice(lists)
    kept = [one for one in present.get(of, []) if draw.random() < 0.7]
    yield Set(draw.choice(known), value if draw.random() < 0.5 else odd_files.text(draw))
    yield draw.choice([Set(odd_files.name(draw), odd_files.text(draw)), Set(of, [*kept, "new"])])
    yield Remove(draw.choice(known))
    yield Append(draw.choice([*lists, odd_files.name(draw)]), odd_files.text(draw))
    yield Discard(of, draw.choice([*present.get(of, []), "a"]))


def _is_text(item: object) -> bool:
    return isinstance(item, str)  # lists within lists are drawn too


def _kind(sample: Sample, change: Edit) -> str:
    name = type(change).__name__.lower()
    return "add a key" if name == "set" and change.key not in sample.fields() else name


def _broken(sample: Sample, change: Edit, tally: Tally) -> Iterator[str]:
    """Yield what an edit of a file breaks of the promise."""
    data = sample.data()
    try:
        result = edit(data, [change])
    except CannotEdit as error:
        tally.refuse()
        tally.kinds[f"refused: {error.reason}"] += 1
        if not _is_excused(sample, error):
            yield f"refused without need ({error.reason})"
        return
    wanted = meant(sample.fields(), change)
    after = parse(result)
    if list(after.fields.items()) != list(wanted.items()):
        yield f"it now says {after.fields}"
    elif wanted == sample.fields() and result != data:
        yield f"nothing was to change, and it is {result!r}"
    else:
        yield from _touched(sample, change, result)
        yield from readers_differ(data, result, change)


def _is_excused(sample: Sample, error: CannotEdit) -> bool:
    odd = {key.odd for key in sample.keys if isinstance(key, OddKey)}
    return not odd.isdisjoint(EXCUSES.get(error.reason, ()))


def _touched(sample: Sample, change: Edit, result: bytes) -> Iterator[str]:
    """Yield which bytes outside of the value are not as they were."""
    before, after = sample.around(change.key)
    if not (result.startswith(before) and result.endswith(after)):
        yield f"other bytes are touched: {result!r}"
        return
    key = next((key for key in sample.keys if key.name == change.key), None)
    own = result[len(before) : len(result) - len(after)].decode()
    if not isinstance(key, OddKey) or isinstance(change, Remove):
        return
    if key.behind.strip() not in own:
        yield f"the comment behind it is gone: {own!r}"
    old = key.text.replace("\n", sample.newline)
    is_longer = isinstance(change, Append) and isinstance(key.value, list) and key.value
    is_shorter = isinstance(change, Discard) and "[]" not in own
    if (is_longer and not _is_within(old, own)) or (is_shorter and not _is_within(own, old)):
        yield f"the other items are not as they were: {own!r}"


def _is_within(short: str, long: str) -> bool:
    """Tell whether a text is another one from which something was taken out."""
    rest = iter(long)
    return all(char in rest for char in short)
