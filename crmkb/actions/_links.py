"""Make links follow when a customer's folder gets another name."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote

from crmkb.store.paths import CUSTOMERS
from crmkb.workspace import Workspace

_TARGET = re.compile(
    r"(\]\(\s*<?"  # [text](target), [text](<target>)
    r"|^ {0,3}\[[^\]\n]+\]:\s*<?"  # [name]: target
    r"|\b(?:href|src)=[\"'])"
    r"([^)<>\s\"']+)",
    re.MULTILINE,
)
_WIKI = re.compile(r"(\[\[)([^\]|#\n]+)")


def linking_files(workspace: Workspace, slug: str) -> list[str]:
    """Return the paths of the files that may link into a customer's folder."""
    rows = workspace.index.rows(
        "SELECT path FROM texts WHERE instr(body, ?) OR instr(body, ?) ORDER BY path",
        slug,
        quote(slug),
    )
    return [str(path) for (path,) in rows]


def followed(data: bytes, path: str, old: str, new: str) -> bytes:
    """Return a file's bytes with its links into `customers/<old>/` leading to `<new>`."""
    text = data.decode("utf-8", "surrogateescape")
    folder = posixpath.dirname(path)

    def relative(match: re.Match[str]) -> str:
        plain = unquote(re.split(r"[#?]", match[2])[0])
        # A target that begins with / is meant from the top, as GitHub and Obsidian have it.
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
    """Replace the path segment that is the old slug; a link within the folder has none."""
    segments = target.split("/")
    place = next((n for n, part in enumerate(segments) if unquote(part.strip()) == old), None)
    if place is not None:
        segments[place] = segments[place].replace(segments[place].strip(), new)
    return "/".join(segments)
