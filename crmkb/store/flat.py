"""Reads the small language that nearly every header is written in, and tells when one is not.

`key: value` lines and lists of one item a line, plain or in quotes that hide nothing. Of these a
YAML parser makes the same texts, in four times the time. For anything else the answer is None, and
`front_matter` asks the parser: what is right or wrong, and how it is said, is decided there alone.
"""

from __future__ import annotations

import re

# What YAML takes for no text, or for the end of a line.
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_PLAIN = r"[^\n \-?:,\[\]{}#&*!|>'\"%@`](?:[^\n:#]++|:(?=[^\n ])|(?<! )#)*+(?<! )"
_SCALAR = rf"""{_PLAIN}|'[^\n']*'|"[^\n"\\]*\""""
_KEY = "[A-Za-z_][A-Za-z0-9_-]{0,99}"
_ITEM = rf"-[ ](?:{_SCALAR})"
_ITEMS = rf"(?:\n(?P<indent>[ ]*){_ITEM}(?:\n(?P=indent){_ITEM})*)?"
_ENTRY = re.compile(rf"(?P<key>{_KEY}):(?:[ ](?P<value>{_SCALAR}|\[\])|(?P<items>{_ITEMS}))\n")
_BEFORE_ITEM = re.compile(r"\n *- ")


def read_flat(header: str) -> dict[str, str | list[str]] | None:
    """Return the fields of a header, or None where only a YAML parser can tell them."""
    if _ODD.search(header):
        return None
    fields: dict[str, str | list[str]] = {}
    place, end = 0, len(header)
    while place < end:
        found = _ENTRY.match(header, place)
        if found is None:
            return None
        place = found.end()
        key, value, items, _ = found.groups()
        if key in fields:
            return None
        if value:
            fields[key] = [] if value == "[]" else _text(value)
        elif items:
            fields[key] = [_text(item) for item in _BEFORE_ITEM.split(items)[1:]]
        else:
            fields[key] = ""
    return fields


def _text(scalar: str) -> str:
    return scalar[1:-1] if scalar[0] in "'\"" else scalar
