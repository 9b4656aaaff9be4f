"""Find the lines of a Markdown text outside code, where links and checkboxes count."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
_TICKS = re.compile("`+")


def prose_lines(text: str, first_line: int = 1) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text outside fenced code, with their numbers."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=first_line):
        if mark := _FENCE.match(line):
            fence = _next_fence(fence, mark[1])
        elif not fence:
            yield number, line


def without_code(line: str) -> str:
    """Return a line without its code spans, which are enclosed in backtick runs of equal length.

    Work in one pass: a search for the end from each backtick is quadratic and could take hours.
    """
    runs = list(_TICKS.finditer(line))
    closing: list[int | None] = [None] * len(runs)
    last: dict[int, int] = {}
    for number in reversed(range(len(runs))):
        size = len(runs[number][0])
        closing[number], last[size] = last.get(size), number
    kept, reached, number = [], 0, 0
    while number < len(runs):
        end = closing[number]
        if end is not None:
            kept.append(line[reached : runs[number].start()])
            reached, number = runs[end].end(), end
        number += 1
    return "".join([*kept, line[reached:]])


def _next_fence(fence: str, mark: str) -> str:
    if not fence:
        return mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence)
    return "" if closes else fence
