"""Markdown for a terminal: a page without front matter, charts and link targets."""

from __future__ import annotations

import re
import sys

from crmkb.store import markdown
from crmkb.values.display import printable

_ALERT = re.compile(r"^> \[!(\w+)\]$", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\]){0,500})\]\([^()\s]{0,2000}\)")
# Rich would decode these character references.
_CHARACTER = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br ?/?>")


def harmless(text: str) -> str:
    """Return Markdown without control characters, not even as character references."""
    return _CHARACTER.sub(_unless_steering, printable(text))


def for_terminal(text: str) -> str:
    """Return the Markdown of a page without the parts that need a browser."""
    body = harmless(markdown.parse(text.encode()).body)
    body = _without(f"\n{body}", "\n```mermaid\n", "\n```")
    body = _without(body, "<!--", "-->")
    body = _LINK.sub(r"\1", body)
    body = _ALERT.sub(lambda match: f"> **{match[1].capitalize()}:**", body)
    return _LINE_BREAK.sub(" · ", body).strip()


def _without(text: str, opening: str, closing: str) -> str:
    """Return a text without the parts from `opening` to `closing`, in one pass over the text."""
    kept, reached = [], 0
    while (start := text.find(opening, reached)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(text[reached:start])
        reached = end + len(closing)
    return "".join([*kept, text[reached:]])


def _unless_steering(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code > sys.maxunicode or printable(chr(code)) else ""
