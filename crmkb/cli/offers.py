"""What completion and pickers offer for a parameter: customers, deals, stages, team.

Completion must be instant and silent: it reads the index as it is, and offers nothing where
anything is wrong.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from crmkb import plugins
from crmkb.config import FILE_NAME, Config, read_config
from crmkb.errors import CrmError
from crmkb.store.paths import CUSTOMERS, find_workspace, state_dir

Offer = tuple[str, str]
"""A value, and what it is for a person to see beside it."""


def completions(offers: str, incomplete: str, workspace: str) -> list[Offer]:
    """Return what may follow what was typed, for the shell."""
    start = Path(workspace or os.environ.get("CRM_WORKSPACE") or ".")
    try:
        root = find_workspace(start)
        config = read_config((root / FILE_NAME).read_text(encoding="utf-8-sig"))
        found = offered(offers, root, config)
    except (CrmError, OSError, sqlite3.Error):
        return []
    return [offer for offer in found if offer[0].startswith(incomplete)]


def offered(offers: str, root: Path, config: Config) -> list[Offer]:
    """Return everything on offer under a name, in the order to show it."""
    known: dict[str, Callable[[], list[Offer]]] = {
        "stages": lambda: [(stage.id, stage.name) for stage in config.stages.values()],
        "team": lambda: [(member.handle, member.name) for member in config.team.values()],
        "days": lambda: [(word, "") for word in ("today", "tomorrow", "fri", "eom")],
        "customers": lambda: _customers(root),
        "deals": lambda: _records(root, "deal"),
        "contacts": lambda: _records(root, "contact"),
        "records": lambda: [*_customers(root), *_records(root, "deal"), *_records(root, "contact")],
        "kinds": lambda: [(f"{noun}s", "") for noun in (*plugins.names("entities"), "task")],
        "reports": lambda: _reports(root),
    }
    return known[offers]() if offers in known else []


def _customers(root: Path) -> list[Offer]:
    titles = dict(_indexed(root, "customer"))
    folders = sorted(entry.name for entry in (root / CUSTOMERS).iterdir() if entry.is_dir())
    return [(slug, titles.get(f"{CUSTOMERS}/{slug}/profile.md", "")) for slug in folders]


def _records(root: Path, kind: str) -> list[Offer]:
    shown = []
    for path, title in _indexed(root, kind):
        _, customer, folder, name = path.split("/")
        shown.append((f"{customer}/{folder}/{name.removesuffix('.md')}", title))
    return shown


def _indexed(root: Path, kind: str) -> list[tuple[str, str]]:
    state = state_dir(root)
    if state is None or not (state / "index.sqlite").exists():
        return []
    db = sqlite3.connect(f"{(state / 'index.sqlite').as_uri()}?mode=ro", uri=True, timeout=0.1)
    try:
        return db.execute(
            "SELECT path, title FROM files WHERE kind = ? ORDER BY path", (kind,)
        ).fetchall()
    finally:
        db.close()


def _reports(root: Path) -> list[Offer]:
    from crmkb.shipped import shipped

    folders = (root / "templates" / "reports", shipped("templates") / "reports")
    return [
        (name, "") for name in sorted({f.stem for folder in folders for f in folder.glob("*.md")})
    ]
