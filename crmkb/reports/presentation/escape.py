"""Escape text for Markdown and Mermaid, so that it is shown literally, never read as markup."""

from __future__ import annotations

import re
from posixpath import commonprefix
from urllib.parse import quote

from crmkb.values.display import one_line

_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9,.'-]| (?=[^ ]))*")
"""Texts with nothing to escape, which most are."""
_ENTITY = re.compile(r"&(?=#|\w+;)")
_LINE_START = re.compile(r"^(?:[#+=-]|\d+(?=[.)]))")
_LOOKALIKES = str.maketrans(
    {'"': "”", "%": "％", "#": "＃", ";": ",", "<": "‹", ">": "›", "`": "'", "\\": "/"}
    | {"{": "(", "}": ")", "|": "/"}
)


class Ready(str):
    """A text that is already Markdown, and so is not escaped again."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the text unchanged, as Jinja need not escape it."""
        return self


def text(value: object) -> Ready:
    """Return a text on one line that Markdown shows literally, also within a table cell."""
    words = str(value)
    if _PLAIN.fullmatch(words):
        return Ready(words)
    escaped = _MARKUP.sub(r"\\\g<0>", _ENTITY.sub("&amp;", one_line(words)))
    escaped = escaped.replace("<", "&lt;").replace(">", "&gt;")
    return Ready(_LINE_START.sub(_harmless_start, escaped))


def code(words: str) -> Ready:
    """Return a text such as a command as inline code, for use outside of tables."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", words)), default=0))
    return Ready(f"{fence} {words} {fence}" if "`" in words else f"`{words}`")


def target(path: str, folder: str, line: int | None = None) -> str:
    """Return the relative link from a page in `folder` to a file, or to a line of its text."""
    place = f"?plain=1#L{line}" if line else ""  # otherwise GitHub renders the Markdown
    here, there = folder.split("/"), path.split("/")
    shared = len(commonprefix((here, there)))
    return quote("../" * (len(here) - shared) + "/".join(there[shared:]), safe="/") + place


def label(value: object) -> str:
    """Return a text as a quoted Mermaid label; unsupported characters become lookalikes."""
    return f'"{lookalike(value)}"'


def lookalike(value: object) -> str:
    """Return a text with lookalikes for the characters that a Mermaid label cannot contain."""
    return one_line(str(value)).translate(_LOOKALIKES) or "–"


def _harmless_start(match: re.Match[str]) -> str:
    start = match[0]
    return f"{start}\\" if start.isdecimal() else f"\\{start}"
