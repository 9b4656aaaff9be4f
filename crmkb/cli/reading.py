"""Commands that read: each a module of `cli/commands` with a function `run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crmkb import plugins
from crmkb.cli.session import Session
from crmkb.cli.signature import command_of
from crmkb.errors import Exit


def build(name: str, module_name: str) -> Callable[..., Any]:
    """Return the command of a module of `cli/commands`."""
    module = plugins.load("cli.commands", module_name)

    def run(session: Session, values: dict[str, Any], _flags: dict[str, bool]) -> Exit | None:
        code: Exit | None = module.run(session, **values)
        return code

    return command_of(name, module.run, run)
