"""Opens every Markdown file of real vaults and compares with figures another reader found.

Those figures come from a YAML loader that types. Ours reads text, so two things differ by right:
a value that is not a list counts as a text whatever its type there, and the two files that loader
refuses for a JavaScript tag are read, the tag being no more than decoration here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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

DATA = Path(__file__).parents[2] / "../shared/data"
VAULTS = ("frontmatter_tests", "md_crm", "md_vaults")
SUFFIXES = (".md", ".markdown", ".txt")
REFUSED_FOR_A_TAG = "could not determine a constructor for the tag"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real data here")


def vaults() -> list[str]:
    return sorted(f"{top}/{path.name}" for top in VAULTS for path in (DATA / top).glob("*/"))


def figures() -> dict[str, Any]:
    if not DATA.is_dir():
        return {}
    read: dict[str, Any] = json.loads((DATA / "expected_figures.json").read_text("utf-8"))
    return dict(read["frontmatter"])


def opened(vault: str) -> dict[str, tuple[bytes, Document | Unreadable]]:
    """Return the bytes of every file of a vault, and what they say or why they cannot be read."""
    found: dict[str, tuple[bytes, Document | Unreadable]] = {}
    for path in sorted((DATA / vault).rglob("*")):
        if path.suffix in SUFFIXES and path.stem != "LICENSE":
            data = path.read_bytes()
            try:
                found[str(path.relative_to(DATA / vault))] = data, parse(data)
            except Unreadable as error:
                found[str(path.relative_to(DATA / vault))] = data, error
    return found


def kind(data: bytes, document: Document | Unreadable) -> str:
    if isinstance(document, Unreadable):
        return "yaml-error"
    if not split(data).opening:
        return "none" if data else "empty file"
    return "yaml" if document.fields else "yaml-empty"


@pytest.mark.parametrize("vault", vaults())
def test_every_file_is_split_without_loss_and_a_broken_one_has_its_line(vault: str) -> None:
    for data, document in opened(vault).values():
        assert split(data).joined() == data
        if isinstance(document, Unreadable):
            assert 1 < document.line <= data.count(b"\n")
            assert document.reason


@pytest.mark.parametrize(("vault", "figure"), figures().items())
def test_kinds_keys_and_broken_files_agree_with_the_figures(
    vault: str, figure: dict[str, Any]
) -> None:
    files = opened(vault)
    tagged = {
        name.split("/", 1)[1]
        for name, _, reason in figure["problem_files"]
        if REFUSED_FOR_A_TAG in reason
    }
    kinds = Counter(kind(*file) for name, file in files.items() if name not in tagged)
    expected = Counter({"yaml-error": -len(tagged)})
    for name, count in figure["kind"].items():
        expected["none" if name.startswith("none") else name] += count
    assert kinds == +expected

    broken = {name for name, (_, document) in files.items() if isinstance(document, Unreadable)}
    problems = {name.split("/", 1)[1] for name, _, _ in figure["problem_files"]}
    assert broken == problems - tagged

    fields = [
        document.fields
        for name, (_, document) in files.items()
        if isinstance(document, Document) and name not in tagged
    ]
    keys = Counter(key for each in fields for key in each)
    types = figure.get("value_types", {})
    assert {key: keys[key] for key in figure.get("top_keys", {})} == figure.get("top_keys", {})
    assert keys.total() == sum(types.values())
    lists = sum(isinstance(value, list) for each in fields for value in each.values())
    assert lists == types.get("list", 0)


@pytest.mark.parametrize("vault", vaults())
def test_an_edit_is_lossless_or_refused(vault: str) -> None:
    refusals = set()
    for data, document in opened(vault).values():
        if isinstance(document, Unreadable):
            continue
        for key, value in document.fields.items():
            assert edit(data, [Set(key, value)]) == data
            for change in changes(key, value):
                try:
                    assert_lossless(data, document, edit(data, [change]), key)
                except CannotEdit as error:
                    refusals.add(error.reason)
    assert refusals <= {"its value has a YAML tag"}


def changes(key: str, value: object) -> Iterator[Edit]:
    yield from (Set(key, "a: b"), Set(key, ["1", "x"]), Append(key, "new"), Remove(key))
    if isinstance(value, list):
        yield from (Discard(key, item) for item in value[:2] if isinstance(item, str))


def assert_lossless(data: bytes, before: Document, result: bytes, key: str) -> None:
    """Assert that nothing outside of the lines of a key differs."""
    after = parse(result)
    assert {**after.fields, key: ""} == {**before.fields, key: ""}
    assert after.body == before.body
    following = [name for name in before.fields if before.line_of(name) > before.line_of(key)]
    old, new = data.split(b"\n"), result.split(b"\n")
    head = before.line_of(key) - 1
    assert new[:head] == old[:head]
    tail = min(map(before.line_of, following), default=before.body_line) - 1
    moved = min(map(after.line_of, following), default=after.body_line) - 1
    assert new[moved:] == old[tail:]
