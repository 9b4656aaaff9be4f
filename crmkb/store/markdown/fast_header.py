"""Read the simple subset of YAML used by nearly all headers, and detect all others.

The subset is `key: value` lines and lists with one item per line, either plain or in quotes without
escapes. A YAML parser reads the same text from them, but takes four times as long. For any other
header the functions return None, and `document.py` uses the YAML parser, which also reports errors.
"""

from __future__ import annotations

import re
from typing import Any

# Characters that YAML forbids, or reads as a line end.
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_PLAIN = r"[^\n \-?:,\[\]{}#&*!|>'\"%@`](?:[^\n:#]++|:(?=[^\n ])|(?<! )#)*+(?<! )"
_SCALAR = rf"""{_PLAIN}|'[^\n']*'|"[^\n"\\]*\""""
_KEY = "[A-Za-z_][A-Za-z0-9_-]{0,99}"
_ITEM = rf"-[ ](?:{_SCALAR})"
_ITEMS = rf"(?:\n(?P<indent>[ ]*){_ITEM}(?:\n(?P=indent){_ITEM})*)?"
_ENTRY = re.compile(
    rf"^((?P<key>{_KEY}):(?:[ ](?P<value>{_SCALAR}|\[\])|(?P<items>{_ITEMS}))\n)", re.MULTILINE
)
_BEFORE_ITEM = re.compile(r"\n *- ")


def read_flat(header: str) -> dict[str, str | list[str]] | None:
    """Return the fields of a header, or None if it needs a YAML parser."""
    if is_odd(header):
        return None
    fields: dict[str, str | list[str]] = {}
    entries = _ENTRY.findall(header)
    for _, key, value, items, _ in entries:
        if value:
            fields[key] = [] if value == "[]" else _text(value)
        elif items:
            fields[key] = [_text(item) for item in _BEFORE_ITEM.split(items)[1:]]
        else:
            fields[key] = ""
    is_all = sum(len(entry[0]) for entry in entries) == len(header)
    return fields if is_all and len(fields) == len(entries) else None


def is_odd(text: str) -> bool:
    """Return whether a text contains characters that YAML does not read as themselves."""
    return bool(_ODD.search(text))


def _text(scalar: str) -> str:
    return scalar[1:-1] if scalar[0] in "'\"" else scalar


_MARK = "\nqueries:\n"


_BLOCK = re.compile(
    r" {2}(?P<name>[A-Za-z_][A-Za-z0-9_-]{0,99}): \|\n"
    r"(?P<text> {4}[^ \n][^\n]*\n(?: {4} *[^ \n][^\n]*\n|\n)*)"
)


_INDENT = re.compile(r"^ {4}", re.MULTILINE)


def read_queries(header: str) -> dict[str, Any] | None:
    """Return the fields of a report's header with `queries`, or None if it needs a YAML parser."""
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
