"""Turn modules of `cli/commands` with a `run(session, …)`, such as `init`, into commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crmkb.cli.session import Session
from crmkb.cli.signature import command_of
from crmkb.errors import Exit
from crmkb.interface.registry import Entry


def build(entry: Entry) -> Callable[..., Any]:
    """Return the command for a module of `cli/commands`."""
    run = entry.module.run

    def command(session: Session, values: dict[str, Any], _options: dict[str, Any]) -> Exit | None:
        code: Exit | None = run(session, **values)
        return code

    return command_of(entry.name, run, command)
