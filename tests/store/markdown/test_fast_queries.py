"""What `flat_queries` reads is what a YAML parser reads; all else is left to the parser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.bundled import shipped
from crmkb.store.markdown import yaml_header
from crmkb.store.markdown.document import split
from crmkb.store.markdown.fast_header import read_queries

HEAD = "title: Pipeline\nparameters:\n  - owner\n"
SHIPPED = sorted((shipped("templates") / "reports").glob("*.md"))

PIECES: tuple[str, ...] = (
    "SELECT 1",
    "    ",
    "  ",
    " ",
    "\n",
    "\n\n",
    "    x: |\n",
    "  b: |\n",
    "#",
    "-- é",
    ": ",
    "'",
)
PIECES += (
    "\t",
    "queries:\n",
    "|",
    "---",
    "\u2028",
    "\x85",
    "  a: |\n",
    "  a: |2\n",
    "\n    FROM x\n",
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_report_is_read_without_the_parser(path: Path) -> None:
    header = split(path.read_bytes()).header.decode()

    assert read_queries(header) == yaml_header.read_yaml(header)[0]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_what_is_read_is_what_the_parser_reads(pieces: Sequence[str]) -> None:
    header = f"{HEAD}queries:\n  a: |\n    {''.join(pieces)}\n"
    fields = read_queries(header)

    assert fields is None or yaml_header.read_yaml(header) == (fields, {})


@pytest.mark.parametrize(
    "queries",
    [
        "  a: SELECT 1\n",
        "  a: |-\n    SELECT 1\n",
        "  a: |\n      SELECT 1\n    FROM x\n",
        "  a: |\n    SELECT 1\n  a: |\n    SELECT 2\n",
        "  a: |\n    SELECT 1\n# a comment\n",
        "  a: |\n    SELECT 1\ntitle: again\n",
        "",
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(queries: str) -> None:
    assert read_queries(f"{HEAD}queries:\n{queries}") is None
