"""What completion and pickers offer for a parameter: customers, deals, stages, team.

Completion must be instant and silent: it reads the index as it is, and offers nothing where
anything is wrong.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from crmkb.config import Config, load_config
from crmkb.errors import CrmError
from crmkb.kinds import kinds
from crmkb.store import peek
from crmkb.store.paths import CUSTOMERS, find_workspace
from crmkb.text import printable

# A folder may be called `\$(…)`: shells run, or expand, a part of what is completed.
_UNSAFE = re.compile(r"[\\$`\"'!;|&<>(){}\[\]*?~#\x00-\x1f\x7f]")

Offer = tuple[str, str]
"""A value, and what it is for a person to see beside it."""


def completions(offers: str, incomplete: str, workspace: str, customer: str = "") -> list[Offer]:
    """Return what may follow what was typed, for the shell; a customer may stand before it."""
    start = Path(workspace or os.environ.get("CRM_WORKSPACE") or ".")
    try:
        root = find_workspace(start)
        folder = f"{CUSTOMERS}/{customer}/" if customer else ""
        within = folder if (root / folder / "profile.md").is_file() else ""
        found = offered(offers, root, load_config(root), within)
    except (CrmError, OSError):
        return []
    harmless = ((value, _UNSAFE.sub(" ", words)) for value, words in found)
    return [each for each in harmless if each[0].startswith(incomplete) and not _is_unsafe(each[0])]


def _is_unsafe(value: str) -> bool:
    return bool(_UNSAFE.search(value)) or value.startswith("-") or printable(value) != value


def offered(offers: str, root: Path, config: Config, within: str = "") -> list[Offer]:
    """Return everything on offer under a name, in the order to show it.

    `within` may be the path of a record, or of a customer's folder with a last `/`. There, deals
    and contacts go by their own names: `platform`, not `acme/deals/platform`.
    """
    known: dict[str, Callable[[], list[Offer]]] = {
        "stages": lambda: [(stage.id, stage.name) for stage in config.stages.values()],
        "team": lambda: [(member.handle, member.name) for member in config.team.values()],
        "days": lambda: [(word, "") for word in ("today", "tomorrow", "fri", "eom")],
        "customers": lambda: _customers(root),
        "deals": lambda: _records(root, "deal", within),
        "contacts": lambda: _records(root, "contact", within),
        "records": lambda: [*_customers(root), *_records(root, "deal"), *_records(root, "contact")],
        "tasks": lambda: _tasks(root, within),
        "kinds": lambda: [(word, "") for word in (*(k.plural for k in kinds().values()), "tasks")],
        "reports": lambda: _reports(root),
    }
    return known[offers]() if offers in known else []


def _customers(root: Path) -> list[Offer]:
    titles = dict(_indexed(root, "customer"))
    if not (root / CUSTOMERS).is_dir():
        return []
    folders = sorted(e.name for e in (root / CUSTOMERS).iterdir() if (e / "profile.md").is_file())
    return [(slug, titles.get(f"{CUSTOMERS}/{slug}/profile.md", "")) for slug in folders]


def _records(root: Path, kind: str, within: str = "") -> list[Offer]:
    shown = []
    for path, title in _indexed(root, kind):
        _, customer, folder, name = path.removesuffix(".md").split("/")
        if path.startswith(within):
            shown.append((name if within else f"{customer}/{folder}/{name}", title))
    return shown


def _tasks(root: Path, within: str) -> list[Offer]:
    rows = peek.rows(root, "SELECT path, text, due FROM tasks WHERE is_done = 0 ORDER BY due, path")
    return [(text, f"due {due}" if due else "") for path, text, due in rows if _is_in(path, within)]


def _is_in(path: str, within: str) -> bool:
    return path.startswith(within) if within.endswith("/") else path == within


def _indexed(root: Path, kind: str) -> list[tuple[str, str]]:
    return peek.rows(root, "SELECT path, title FROM files WHERE kind = ? ORDER BY path", kind)


def _reports(root: Path) -> list[Offer]:
    from crmkb.shipped import shipped

    folders = (root / "templates" / "reports", shipped("templates") / "reports")
    return [
        (name, "") for name in sorted({f.stem for folder in folders for f in folder.glob("*.md")})
    ]
