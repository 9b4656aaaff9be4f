"""The reader of flat headers reads what the YAML parser reads, or leaves it to that one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkb.store import markdown
from crmkb.store.markdown.errors import Unreadable
from crmkb.store.markdown.fast_header import read_flat
from crmkb.store.markdown.yaml_header import read_yaml
from tests.benchmarks.made_up import customer_files
from tests.faults.corpus_edits import real_files
from tests.store.markdown.samples import Sample, samples

# All that means something in YAML, and some of what does not.
SIGNS = " \n:-#'\"[]{},?&*!|>%@`~=<.\\\t\r\0\x85\xa0\u2028\ufeffaé1\U0001f680"
PIECES = ("a", "key", "b: ", ": ", "- ", "  - ", "\n", "\n  ", "''", '"', "[]", "# c", "null")

texts = st.text(SIGNS, max_size=12)
scraps = st.lists(st.sampled_from(PIECES) | texts, max_size=12).map("".join)
lines = st.builds(
    lambda key, colon, value: f"{key}{colon}{value}\n",
    st.sampled_from(("a", "b", "key-1", "Key", "ключ", "1", "a b", "<<", "-", "  - a")),
    st.sampled_from((": ", ":", ":  ", " : ", "")),
    texts | st.sampled_from(("", "x", "\n  - x\n  - y", "\n- x", "'x'", '"x y"', "[]", "x: y")),
)
headers = st.lists(lines, max_size=5).map("".join) | scraps.map(lambda text: f"{text}\n")


def by_yaml(header: str) -> dict[str, Any] | None:
    """Return what the YAML parser reads, None where it refuses or a key is given twice."""
    try:
        fields, duplicates = read_yaml(header)
    except Unreadable:
        return None
    return None if duplicates else fields


def expect_same(header: str) -> bool:
    """Fail where both readers differ; return whether the flat one could read the header."""
    flat = read_flat(header)
    if flat is None:
        return False
    read = by_yaml(header)
    assert read is not None
    assert list(flat.items()) == list(read.items())
    return True


@settings(max_examples=1_000)
@given(headers)
@example("a: b # c\n")
@example("a: b: c\n")
@example("a: 'it''s'\n")
@example("a:\n- b\n  - c\n")
@example("a:\n  - b\n - c\n")
@example("a: b\n  c\n")
@example("a: b\n\n")
@example("a: <<<<<<< x\n")
@example("a: x:\n")
@example("a:  b\n")
@example("a: b \n")
@example("a: b")
def test_whatever_is_read_flat_is_read_so_by_yaml(header: str) -> None:
    expect_same(header)


@given(samples())
def test_samples_are_read_the_same(sample: Sample) -> None:
    expect_same(markdown.split(sample.data()).header.decode())


def test_headers_that_people_wrote_are_read_the_same() -> None:
    headers = []
    for _, data in real_files():
        header = markdown.split(data).header
        try:
            headers.append(header.decode())
        except UnicodeDecodeError:
            continue
    assert sum(map(expect_same, headers)) > len(headers) // 5


@pytest.mark.parametrize(
    "header, fields",
    [
        ("", {}),
        ("name: Acme\n", {"name": "Acme"}),
        ("country: NO\nzip: 02142\n", {"country": "NO", "zip": "02142"}),
        ("at: 2026-11-20T14:30:00\nurl: https://a.example/#x\n", None),
        ("phones:\n  - '+47 22'\n  - \"a b\"\n", {"phones": ["+47 22", "a b"]}),
        ("tags: []\nowner:\nlast: ''\n", {"tags": [], "owner": "", "last": ""}),
    ],
)
def test_what_we_write_is_flat(header: str, fields: dict[str, Any] | None) -> None:
    read = read_flat(header)
    assert read is not None
    assert fields is None or read == fields


def test_no_record_of_the_benchmark_needs_the_parser() -> None:
    for path, text in customer_files(1):
        if path.endswith(".md") and text.startswith("---\n"):
            assert expect_same(markdown.split(text.encode()).header.decode()), path
