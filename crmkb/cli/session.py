"""One run of `crm`: the global options, and the workspace opened when it is first needed.

The border: here the clock and the environment are read, and nowhere below.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crmkb.cli.output import Output
from crmkb.dates import read_day

if TYPE_CHECKING:
    from crmkb.workspace import Change, Workspace

DRAFTS, UNTOLD = "drafts", "untold"
"""Beside lock and journal: the folder of `cli/drafts.py`, and in it a mark while it has news."""


@dataclass(slots=True)
class Options:
    """The options that every command takes."""

    workspace: str = ""
    as_of: str = ""
    actor: str = ""
    quiet: bool = False
    no_input: bool = False
    allow_secret: bool = False


class Session:
    """What a command gets to work with."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.now = datetime.now(UTC)
        self.typed = ""  # the longer text that a person wrote in this run, not to be lost
        self.has_asked = False

    @cached_property
    def out(self) -> Output:
        """Return where to print."""
        return Output(is_quiet=self.options.quiet)

    @property
    def start(self) -> Path:
        """Return the folder from which the workspace is looked for."""
        return Path(self.options.workspace or os.environ.get("CRM_WORKSPACE") or ".")

    @property
    def can_ask(self) -> bool:
        """Return whether a person is there to answer."""
        return not self.options.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    @cached_property
    def workspace(self) -> Workspace:
        """Return the workspace, opened; what opening has to tell is said."""
        from crmkb.cli.progress import progress
        from crmkb.workspace import Workspace

        words = self.options.as_of
        as_of = (lambda today: read_day(words, today)) if words else None
        workspace = Workspace.open(self.start, self.now, as_of, progress("reading files"))
        for note in workspace.notes:
            self.out.say(f"note: {note}")
        return workspace

    def takes_news(self) -> bool:
        """Return whether the workspace is open and has drafts to tell of; once told, none."""
        if "workspace" not in self.__dict__ or self.options.quiet:
            return False
        from crmkb.store.paths import exists, work_dir  # loaded with the workspace

        mark = work_dir(self.workspace.root) / DRAFTS / UNTOLD
        is_there = exists(mark)
        if is_there:
            with suppress(OSError):
                mark.unlink()
        return is_there

    def signed(self, change: Change, action: str) -> Change:
        """Return a change as the person at this command line signs for it."""
        options = self.options
        return change.signed(action, options.actor, allows_secrets=options.allow_secret)

    def use(self, workspace: Workspace) -> None:
        """Work in this workspace, which was just made."""
        self.__dict__["workspace"] = workspace

    def day(self, words: str) -> date:
        """Return the day meant by a day word."""
        config = self.workspace.config
        return read_day(words, self.workspace.today, config.fiscal_year_start)
