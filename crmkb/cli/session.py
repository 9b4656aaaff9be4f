"""One run of `crm`: the global options, and the workspace, which is opened on first use.

The clock and the environment are read here and in no lower layer.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from crmkb.cli.output import Output
from crmkb.errors import NotFound
from crmkb.store.files.safe_paths import OutsideWorkspace
from crmkb.values.dates import read_day, read_moment

if TYPE_CHECKING:
    from crmkb.workspace import Change, Workspace

DRAFTS, UNTOLD = "drafts", "untold"
"""The folder of drafts, beside the lock and the journal, and its marker file for new drafts."""


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
    """The state of one run: options, clock, output and workspace."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.now = datetime.now(UTC)
        self.typed = ""  # the longer text typed in this run, saved if the command fails
        self.has_asked = False

    @cached_property
    def out(self) -> Output:
        """Return the output to print to."""
        return Output(is_quiet=self.options.quiet)

    @property
    def start(self) -> Path:
        """Return the folder where the search for the workspace starts."""
        return Path(self.options.workspace or os.environ.get("CRM_WORKSPACE") or ".")

    @property
    def can_ask(self) -> bool:
        """Return whether prompts are allowed, and both stdin and stderr are terminals."""
        return not self.options.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    @cached_property
    def workspace(self) -> Workspace:
        """Open and return the workspace, and print its notes."""
        from crmkb.cli.progress import TerminalFeedback
        from crmkb.workspace import Workspace

        words = self.options.as_of
        as_of = (lambda today: read_day(words, today)) if words else None
        workspace = Workspace.open(self.start, self.now, as_of, TerminalFeedback())
        for note in workspace.notes:
            self.out.say(f"note: {note}")
        return workspace

    def takes_news(self) -> bool:
        """Return whether the workspace is open and has new drafts, and mark these as mentioned."""
        if "workspace" not in self.__dict__ or self.options.quiet:
            return False
        from crmkb.store.files.locate import work_dir
        from crmkb.store.files.safe_paths import exists  # already loaded with the workspace

        mark = work_dir(self.workspace.root) / DRAFTS / UNTOLD
        is_there = exists(mark)
        if is_there:
            with suppress(OSError):
                mark.unlink()
        return is_there

    def signed(self, change: Change, action: str) -> Change:
        """Return a change signed with the action and the actor of this run."""
        options = self.options
        return change.signed(action, options.actor, allows_secrets=options.allow_secret)

    def use(self, workspace: Workspace) -> None:
        """Use this workspace from now on."""
        self.__dict__["workspace"] = workspace

    def day(self, words: str) -> date:
        """Return the day that a text names, such as `fri`."""
        config = self.workspace.config
        return read_day(words, self.workspace.today, config.fiscal_year_start)

    def moment(self, words: str) -> datetime | date:
        """Return the moment or the day that a text names."""
        workspace = self.workspace
        return read_moment(words, workspace.now, workspace.config.fiscal_year_start)

    def path(self, words: str) -> PurePosixPath:
        """Return the path within the workspace of a file or folder.

        `words` is relative to the current folder or to the workspace. Raise `NoSuchPath` if it does
        not exist, `OutsideWorkspace` if it is outside the workspace.
        """
        root = self.workspace.root
        # The last part is not resolved: a link to the outside is itself a finding.
        places = [Path(os.path.normpath(base / words)) for base in (Path.cwd(), root)]
        found = [place.parent.resolve() / place.name for place in places if os.path.lexists(place)]
        ours = [place for place in found if place.is_relative_to(root)]
        if ours:
            return PurePosixPath(ours[0].relative_to(root).as_posix())
        if found or not places[1].is_relative_to(root):
            raise OutsideWorkspace(words)
        raise NoSuchPath(words)


class NoSuchPath(NotFound):
    """A given path does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__("file or folder", path)
        self.hint = "name it as seen from here or from the workspace: customers/acme"
