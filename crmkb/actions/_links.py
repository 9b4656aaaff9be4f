"""Make links follow when a customer's folder gets another name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from crmkb.store.paths import CUSTOMERS
from crmkb.workspace import Workspace

_TARGET = re.compile(r"(\]\(\s*<?)([^)<>\s]+)")
_WIKI = re.compile(r"(\[\[)([^\]|#\n]+)")


def linking_files(workspace: Workspace, slug: str) -> list[str]:
    """Return the paths of the files that may link into a customer's folder."""
    rows = workspace.index.rows(
        "SELECT path FROM links WHERE instr(target, ?) OR instr(target, ?)"
        " UNION SELECT path FROM texts WHERE body LIKE '%[[%' AND instr(body, ?)",
        slug,
        quote(slug),
        slug,
    )
    return sorted({str(path) for (path,) in rows})


def followed(data: bytes, path: str, old: str, new: str) -> bytes:
    """Return a file's bytes with its links into `customers/<old>/` leading to `<new>`."""
    text = data.decode("utf-8")
    folder = posixpath.dirname(path)

    def relative(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, unquote(match[2].partition("#")[0])))
        if not f"{target}/".startswith(f"{CUSTOMERS}/{old}/"):
            return match[0]
        return match[1] + _renamed(match[2], (old, quote(old)), new)

    def wiki(match: re.Match[str]) -> str:
        target = match[2].strip().removeprefix(f"{CUSTOMERS}/")
        if not f"{target}/".startswith(f"{old}/"):
            return match[0]
        return match[1] + _renamed(match[2], (old,), new)

    return _WIKI.sub(wiki, _TARGET.sub(relative, text)).encode("utf-8")


def _renamed(target: str, old: Iterable[str], new: str) -> str:
    """Replace the path segment that is the old slug; a link within the folder has none."""
    segments = [new if part.strip() in old else part for part in target.split("/")]
    return "/".join(segments)
