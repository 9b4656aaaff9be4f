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
_ENTRY = re.compile(
    rf"^((?P<key>{_KEY}):(?:[ ](?P<value>{_SCALAR}|\[\])|(?P<items>{_ITEMS}))\n)", re.MULTILINE
)
_BEFORE_ITEM = re.compile(r"\n *- ")


def read_flat(header: str) -> dict[str, str | list[str]] | None:
    """Return the fields of a header, or None where only a YAML parser can tell them."""
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
    """Return whether a text holds characters of which YAML makes something else."""
    return bool(_ODD.search(text))


def _text(scalar: str) -> str:
    return scalar[1:-1] if scalar[0] in "'\"" else scalar
