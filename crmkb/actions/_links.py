"""Find the links to update when a customer's folder is renamed."""

from __future__ import annotations

from urllib.parse import quote

from crmkb.workspace import Workspace


def linking_files(workspace: Workspace, slug: str) -> list[str]:
    """Return the paths of the files that may link into a customer's folder."""
    rows = workspace.index.rows(
        "SELECT path FROM texts WHERE instr(body, ?) OR instr(body, ?) ORDER BY path",
        slug,
        quote(slug),
    )
    return [str(path) for (path,) in rows]
