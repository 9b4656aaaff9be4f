"""Read tasks, which are Markdown checkboxes, and tick them.

`- [ ] Send the quote @ana due:2026-11-27`, ticked `- [x] … done:2026-11-26`.
The date marks of Obsidian Tasks are also read: `📅 2026-11-27` (due), `✅ 2026-11-26` (done).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crmkb.store.markdown.prose import prose_lines

_CHECKBOX = re.compile(r"^[ \t>]*(?:[-*+]|\d+[.)])[ \t]+\[([ xX])\][ \t]+(.*)$")
_OWNER = re.compile(r"(?<![\w@./])@([\w][\w.-]*\w|\w)")
_DUE = re.compile(r"(?:\bdue:|📅\ufe0f?[ \t]*)(\S+)")
_DONE = re.compile(r"(?:\bdone:|✅\ufe0f?[ \t]*)(\S+)")
_MARKS = re.compile(rf"{_OWNER.pattern}|{_DUE.pattern}|{_DONE.pattern}")


@dataclass(frozen=True, slots=True)
class Task:
    """A checkbox; `owner`, `due` and `done_on` are as written, empty if missing."""

    line: int
    text: str
    is_done: bool
    owner: str
    due: str
    done_on: str


def read_tasks(body: str, first_line: int = 1) -> Iterator[Task]:
    """Yield the tasks of a text in order, except those inside fenced code."""
    if "[" not in body:
        return
    for number, line in prose_lines(body, first_line):
        if match := _CHECKBOX.match(line):
            yield _task(number, match[2].rstrip(), is_done=match[1] != " ")


def checkbox(text: str) -> str:
    """Return the line of a new open task."""
    return f"- [ ] {' '.join(text.split())}"


def tick(line: str, on: str) -> str:
    """Return an open task's line, ticked on a day; keep its line end."""
    content = line.rstrip("\r\n")
    ticked = content.replace("[ ]", "[x]", 1).rstrip()
    return f"{ticked} done:{on}{line[len(content) :]}"


def _task(line: int, content: str, *, is_done: bool) -> Task:
    return Task(
        line=line,
        text=" ".join(_MARKS.sub("", content).split()),
        is_done=is_done,
        owner=_first(_OWNER, content),
        due=_first(_DUE, content),
        done_on=_first(_DONE, content),
    )


def _first(pattern: re.Pattern[str], content: str) -> str:
    match = pattern.search(content)
    return match[1] if match else ""
