"""Render simple templates without Jinja, which takes as long to load as logging a call.

A simple template uses only `{{ name }}`, `{{ name | trim }}`, `{{ names | join("…") }}` and
`{% if name %} … {% endif %}`. Jinja renders all other templates, and those that would fail, so that
all error messages come from Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_NAME = r"(?P<{}>[A-Za-z][A-Za-z0-9_]*)"
_JOIN = r"join\(\"(?P<by>(?:[^\"\\\n]|\\n)*)\"\)"
_MARK = re.compile(
    rf"\{{\{{(?P<before>-?)\s*{_NAME.format('put')}\s*(?:\|\s*(?P<how>trim|{_JOIN})\s*)?"
    rf"(?P<after>-?)\}}\}}|\{{%(?P<before_word>-?)\s*(?:if\s+{_NAME.format('condition')}|endif)\s*"
    r"(?P<after_word>-?)%\}"
)
_BEGINS = re.compile(r"\{(?:[{%#]|\Z)|\r")
_WORDS = frozenset(("if", "endif", "not", "and", "or", "in", "is", "true", "false", "none"))


MOST = 1_000_000
"""The largest page to render without a budget, in characters; see `budget.py`."""


class _LeftToJinja(Exception):
    """The template needs Jinja."""


def render_simple(text: str, values: Mapping[str, Any]) -> str | None:
    """Return the rendered template, or None if it needs Jinja."""
    pieces: list[str] = []
    left = MOST - len(text)
    try:
        for piece in _pieces(text, values):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                return None
    except _LeftToJinja:
        return None
    return "".join(pieces)


def _pieces(text: str, values: Mapping[str, Any]) -> Iterator[str]:
    shown = [True]  # whether the current text is shown, one entry for each enclosing condition
    place, is_trimmed = 0, False
    for mark in _MARK.finditer(text):
        yield from _between(text[place : mark.start()], is_trimmed, _is_set(mark, "before"), shown)
        place, is_trimmed = mark.end(), _is_set(mark, "after")
        if mark["put"]:
            put = _put(mark, values)
            yield put if shown[-1] else ""
        elif mark["condition"]:
            shown.append(bool(_value(mark["condition"], values)) and shown[-1])
        elif len(shown) == 1:
            raise _LeftToJinja
        else:
            shown.pop()
    yield from _between(text[place:], is_trimmed, False, shown)
    if len(shown) > 1:
        raise _LeftToJinja


def _is_set(mark: re.Match[str], side: str) -> bool:
    return bool(mark[side] or mark[f"{side}_word"])


def _between(text: str, trim_start: bool, trim_end: bool, shown: list[bool]) -> Iterator[str]:
    if _BEGINS.search(text):
        raise _LeftToJinja
    text = text.lstrip() if trim_start else text
    yield (text.rstrip() if trim_end else text) if shown[-1] else ""


def _put(mark: re.Match[str], values: Mapping[str, Any]) -> str:
    value = _value(mark["put"], values)
    if mark["by"] is not None and isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return mark["by"].replace("\\n", "\n").join(value)
    elif isinstance(value, str) and mark["by"] is None:
        return value.strip() if mark["how"] else value
    raise _LeftToJinja


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name in _WORDS or name not in values:
        raise _LeftToJinja
    return values[name]
