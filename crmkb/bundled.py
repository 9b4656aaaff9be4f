"""Find the files shipped with the program: templates, knowledge base and the sample workspace.

A wheel has them beside this module in `_shipped`; a checkout has them at its root. Callers prefer
a workspace's own copies.
"""

from __future__ import annotations

from pathlib import Path

from crmkb.errors import CrmError

PACKAGE = Path(__file__).resolve().parent


class NotShipped(CrmError):
    """The installation lacks a part of the program."""

    def __init__(self, name: str, where: Path) -> None:
        super().__init__(
            f"this installation has no {name!r} in {where}",
            hint="install crmkb again",
        )


def shipped(name: str) -> Path:
    """Return the shipped file or folder with that name, such as `templates` or `crm.toml`."""
    carried = PACKAGE / "_shipped"
    home = carried if carried.is_dir() else PACKAGE.parent
    found = home / name
    if not found.exists():
        raise NotShipped(name, home)
    return found
