"""The choices for a parameter: customers, deals, stages, team members and others.

The index is read without a refresh, so that completion and pickers are instant.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crmkb.config.settings import Config
from crmkb.schema.kinds import kinds
from crmkb.schema.layout import CUSTOMERS
from crmkb.store.index import database

Choice = tuple[str, str]
"""A value, and the description shown beside it."""


def choices_of(choices: str, root: Path, config: Config, within: str = "") -> list[Choice]:
    """Return the choices in the list of that name, in the order to show them.

    `within` is the path of a record, or of a customer's folder with a trailing `/`; only its deals,
    contacts and tasks are returned. Deals and contacts then have their short names: `platform`, not
    `acme/deals/platform`.
    """
    known: dict[str, Callable[[], list[Choice]]] = {
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
    return known[choices]() if choices in known else []


def _customers(root: Path) -> list[Choice]:
    titles = dict(_indexed(root, "customer"))
    if not (root / CUSTOMERS).is_dir():
        return []
    folders = sorted(e.name for e in (root / CUSTOMERS).iterdir() if (e / "profile.md").is_file())
    return [(slug, titles.get(f"{CUSTOMERS}/{slug}/profile.md", "")) for slug in folders]


def _records(root: Path, kind: str, within: str = "") -> list[Choice]:
    shown = []
    for path, title in _indexed(root, kind):
        _, customer, folder, name = path.removesuffix(".md").split("/")
        if path.startswith(within):
            shown.append((name if within else f"{customer}/{folder}/{name}", title))
    return shown


def _tasks(root: Path, within: str) -> list[Choice]:
    rows = database.peek(
        root, "SELECT path, text, due FROM tasks WHERE is_done = 0 ORDER BY due, path"
    )
    return [(text, f"due {due}" if due else "") for path, text, due in rows if _is_in(path, within)]


def _is_in(path: str, within: str) -> bool:
    return path.startswith(within) if within.endswith("/") else path == within


def _indexed(root: Path, kind: str) -> list[tuple[str, str]]:
    return database.peek(root, "SELECT path, title FROM files WHERE kind = ? ORDER BY path", kind)


def _reports(root: Path) -> list[Choice]:
    from crmkb.bundled import shipped

    folders = (root / "templates" / "reports", shipped("templates") / "reports")
    return [
        (name, "") for name in sorted({f.stem for folder in folders for f in folder.glob("*.md")})
    ]
