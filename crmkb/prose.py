"""The lines of a Markdown text that are prose, not code: where links and checkboxes count."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")


def prose_lines(text: str, first_line: int = 1) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a text without its fenced code, which only shows examples."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=first_line):
        if mark := _FENCE.match(line):
            fence = _next_fence(fence, mark[1])
        elif not fence:
            yield number, line


def _next_fence(fence: str, mark: str) -> str:
    if not fence:
        return mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence)
    return "" if closes else fence
