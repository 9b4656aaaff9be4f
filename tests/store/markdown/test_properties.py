"""What holds for every front matter: reading, dumping and editing lose nothing."""

from __future__ import annotations

import re
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkb.store.markdown import (
    Append,
    CannotEdit,
    Discard,
    Edit,
    Remove,
    Set,
    dump,
    edit,
    parse,
    split,
)
from tests.store.markdown.samples import NAMES, Sample, samples, values, words

TYPED = re.compile(r"true|false|-?[0-9]{1,15}(\.[0-9]+)?|[0-9]{4}(-[0-9]{2}){2}(T[0-9:+Z-]*)?")
"""Texts that stay plain, because other tools want them typed."""

keys = st.sampled_from(NAMES) | values
lists = st.lists(values | words, max_size=4)


def edits(sample: Sample) -> st.SearchStrategy[Edit]:
    known = st.sampled_from([key.name for key in sample.keys] or ["name"])
    present = [item for key in sample.keys if isinstance(key.value, list) for item in key.value]
    items = st.sampled_from(present or ["a"]) | words
    parts = st.lists(items, max_size=3)
    name = known | known | st.sampled_from([*NAMES, "new"]) | values
    return st.one_of(
        st.builds(Set, name, values | lists | parts),
        st.builds(Remove, name),
        st.builds(Append, name, values),
        st.builds(Discard, name, items),
    )


def meant(fields: dict[str, Any], change: Edit) -> dict[str, Any]:
    old = fields.get(change.key)
    match change:
        case Set(key, value):
            return {**fields, key: value}
        case Remove(gone):
            return {key: value for key, value in fields.items() if key != gone}
        case Append(key, item):
            before = old if isinstance(old, list) else [old] if old else []
            return {**fields, key: [*before, item]}
        case Discard(key, item):
            if isinstance(old, list):
                return {**fields, key: [text for text in old if text != item]}
            return {**fields, key: []} if old == item else fields


def read(data: bytes) -> dict[str, Any]:
    header = split(data).header.decode()
    return dict(yaml.load(header, Loader=yaml.BaseLoader) or {})


@given(samples())
def test_a_sample_reads_as_it_was_meant(sample: Sample) -> None:
    document = parse(sample.data())
    assert document.fields == sample.fields() == read(sample.data())
    assert document.body == sample.body.replace("\n", sample.newline)


@given(st.binary(max_size=60) | samples().map(Sample.data))
def test_the_parts_of_a_file_join_to_the_same_bytes(data: bytes) -> None:
    assert split(data).joined() == data


@settings(max_examples=400)
@given(st.data())
def test_an_edit_does_what_was_meant_and_touches_nothing_else(data: st.DataObject) -> None:
    sample = data.draw(samples())
    change = data.draw(edits(sample))
    try:
        result = edit(sample.data(), [change])
    except CannotEdit:
        # Without the key between them, a text would swallow blank lines or an indented comment.
        assert any(re.search(": [|>]", key.text) for key in sample.keys)
        return
    wanted = meant(sample.fields(), change)
    assert list(read(result).items()) == list(wanted.items())
    before, after = sample.around(change.key)
    assert result.startswith(before)
    assert result.endswith(after)
    if wanted == sample.fields():
        assert result == sample.data()


@given(samples(), values, st.booleans())
def test_an_append_keeps_every_line_of_a_block_list(
    sample: Sample, text: str, at_start: bool
) -> None:
    for key in sample.keys:
        if isinstance(key.value, list) and "\n" in key.text.strip() and "[" not in key.text:
            before, _ = sample.around(key.name)
            own = key.text.replace("\n", sample.newline).encode()
            assert edit(sample.data(), [Append(key.name, text)]).startswith(before + own)


@given(samples())
def test_what_was_appended_can_be_discarded_again(sample: Sample) -> None:
    for key in sample.keys:
        if isinstance(key.value, list) and key.value:
            longer = edit(sample.data(), [Append(key.name, "brand new")])
            assert edit(longer, [Discard(key.name, "brand new")]) == sample.data()


@given(st.dictionaries(keys, values | lists, max_size=4))
def test_what_is_dumped_reads_back_as_the_same_text(fields: dict[str, Any]) -> None:
    assert list(parse(f"---\n{dump(fields)}---\n".encode()).fields.items()) == list(fields.items())


@given(st.dictionaries(keys, values | lists, max_size=4))
def test_a_dump_has_one_line_end_style_and_no_fence(fields: dict[str, Any]) -> None:
    text = dump(fields)
    assert "\r" not in text
    assert not any(line.startswith(("---", "...")) for line in text.split("\n"))


@given(values)
def test_a_typing_reader_takes_a_dumped_text_for_a_text(value: str) -> None:
    typed = yaml.load(dump({"key": [value]}), Loader=yaml.SafeLoader)["key"][0]
    assert typed == value or TYPED.fullmatch(value)
