"""A page for a terminal: without front matter, pictures and targets of links."""

from __future__ import annotations

import re

from crmkb.store import markdown

_PICTURE = re.compile(r"^```mermaid\n.*?^```\n+", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_ALERT = re.compile(r"^> \[!(\w+)\]$", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\([^()\s]*\)")
_LINE_BREAK = re.compile(r"<br ?/?>")


def for_terminal(text: str) -> str:
    """Return the Markdown of a page that makes sense without a browser."""
    body = markdown.parse(text.encode()).body
    body = _COMMENT.sub("", _PICTURE.sub("", body))
    body = _LINK.sub(r"\1", body)
    body = _ALERT.sub(lambda match: f"> **{match[1].capitalize()}:**", body)
    return _LINE_BREAK.sub(" · ", body).strip()
