"""Reads the header of a report as nearly every one is written: flat keys, then its queries.

`queries:` comes last, and each query is a block below its name, indented by four spaces. Of these
a YAML parser makes the same texts, but loading it takes longer than all else about a definition.
For anything else the answer is None, as in `flat`.
"""

from __future__ import annotations

import re
from typing import Any

from crmkb.store.flat import is_odd, read_flat

_MARK = "\nqueries:\n"
_BLOCK = re.compile(
    r" {2}(?P<name>[A-Za-z_][A-Za-z0-9_-]{0,99}): \|\n"
    r"(?P<text> {4}[^ \n][^\n]*\n(?: {4} *[^ \n][^\n]*\n|\n)*)"
)
_INDENT = re.compile(r"^ {4}", re.MULTILINE)


def read_queries(header: str) -> dict[str, Any] | None:
    """Return the fields of a report's header, or None where only a YAML parser can tell them."""
    head, mark, blocks = header.partition(_MARK)
    if not mark or is_odd(blocks):
        return None
    fields: dict[str, Any] | None = read_flat(f"{head}\n")
    if fields is None or "queries" in fields:
        return None
    queries = _blocks(blocks)
    return {**fields, "queries": queries} if queries else None


def _blocks(text: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    place, end = 0, len(text)
    while place < end:
        block = _BLOCK.match(text, place)
        if block is None or block["name"] in found:
            return None
        place = block.end()
        found[block["name"]] = _INDENT.sub("", block["text"]).rstrip("\n") + "\n"
    return found
