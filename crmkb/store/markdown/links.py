"""Find the relative links of a Markdown file, and rewrite links after a customer is renamed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from crmkb.schema.layout import CUSTOMERS
from crmkb.store.markdown.prose import prose_lines, without_code

_TARGET = re.compile(
    r"(\]\(\s*<?"  # [text](target), [text](<target>)
    r"|^ {0,3}\[[^\]\n]+\]:\s*<?"  # [name]: target
    r"|\b(?:href|src)=[\"'])"
    r"([^)<>\s\"']+)",
    re.MULTILINE,
)


_WIKI = re.compile(r"(\[\[)([^\]|#\n]+)")


def followed(data: bytes, path: str, old: str, new: str) -> bytes:
    """Return a file's bytes with its links into `customers/<old>/` changed to `<new>`."""
    text = data.decode("utf-8", "surrogateescape")
    folder = posixpath.dirname(path)

    def relative(match: re.Match[str]) -> str:
        plain = unquote(re.split(r"[#?]", match[2])[0])
        # As in GitHub and Obsidian, a target that begins with / is relative to the top folder.
        target = plain[1:] if plain.startswith("/") else posixpath.join(folder, plain)
        if not f"{posixpath.normpath(target)}/".startswith(f"{CUSTOMERS}/{old}/"):
            return match[0]
        return match[1] + _renamed(match[2], old, new)

    def wiki(match: re.Match[str]) -> str:
        target = match[2].strip().removeprefix(f"{CUSTOMERS}/")
        if not f"{target}/".startswith(f"{old}/"):
            return match[0]
        return match[1] + _renamed(match[2], old, new)

    return _WIKI.sub(wiki, _TARGET.sub(relative, text)).encode("utf-8", "surrogateescape")


def _renamed(target: str, old: str, new: str) -> str:
    """Replace the path segment that is the old slug; a link inside the folder has none."""
    segments = target.split("/")
    place = next((n for n, part in enumerate(segments) if unquote(part.strip()) == old), None)
    if place is not None:
        segments[place] = segments[place].replace(segments[place].strip(), new)
    return "/".join(segments)


_LINK = re.compile(
    r"\]\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>(?:[^()<>\s]|\([^()\s]*\))+))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)


_ELSEWHERE = re.compile(r"[a-zA-Z][\w+.-]*:|[#/]")


def relative_links(body: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Yield the line and target of each relative link outside code."""
    if "](" not in body:
        return
    for number, line in prose_lines(body, first_line):
        if "](" in line:
            for match in _LINK.finditer(without_code(line)):
                target = match["angled"] or match["plain"] or ""
                if target and not _ELSEWHERE.match(target):
                    yield number, target
