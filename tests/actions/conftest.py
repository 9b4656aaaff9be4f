"""A small committed workspace to act in, on Friday 2026-11-20 at 14:30."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmkb.store import markdown
from tests.conftest import Git, Tree
from tests.stage import Clock

Fields = Callable[[str], dict[str, Any]]

ACME = {
    "customers/acme/profile.md": (
        "---\n"
        "name: Acme Corporation\n"
        "status: active   # since spring\n"
        "owner: ana\n"
        "website: https://www.acme.example\n"
        "codename: Falcon\n"
        "aliases:\n"
        "  - Acme Inc\n"
        "---\n"
        "# Acme Corporation\n"
    ),
    "customers/acme/relationships/jane-roe.md": (
        "---\nname: Jane Roe\nemails:\n  - jane@acme.example\nprimary: true\n---\n"
    ),
    "customers/acme/relationships/bob-smith.md": "---\nname: Bob Smith\n---\n",
    "customers/acme/deals/platform.md": (
        "---\n"
        "name: Platform\n"
        "stage: discovery\n"
        "amount: 48000\n"
        "stage_history:\n"
        "  - 2026-11-10 discovery\n"
        "---\n"
    ),
    "customers/bolt/profile.md": "---\nname: Bolt\n---\n",
    "customers/bolt/relationships/kim-lee.md": "---\nname: Kim Lee\n---\n",
}


@pytest.fixture(autouse=True)
def friday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every command run on that Friday."""
    monkeypatch.setattr("crmkb.cli.session.datetime", Clock)


@pytest.fixture(autouse=True)
def acme(tree: Tree, git: Git) -> None:
    """Have a customer with contacts and a deal, and another customer."""
    tree(ACME)
    git("add", ".")
    git("commit", "--quiet", "-m", "Add Acme")


@pytest.fixture
def fields(root: Path) -> Fields:
    """Read the front matter of a file."""

    def read(path: str) -> dict[str, Any]:
        return dict(markdown.parse((root / path).read_bytes()).fields)

    return read
