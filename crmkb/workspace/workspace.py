"""The workspace: the one place that reads records for actions, and the only writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkb.config import Config, load_config
from crmkb.errors import AlreadyExists, CrmError, NotFound
from crmkb.store import files
from crmkb.store.paths import CUSTOMERS, JOURNAL, exists, find_workspace, inside, matches, work_dir
from crmkb.workspace import resolve
from crmkb.workspace.change import Applied, Change, Write
from crmkb.workspace.resolve import Sought

if TYPE_CHECKING:  # what only some commands need is loaded when they do: reading must be quick
    from crmkb.store.git import Git
    from crmkb.store.index import Index
    from crmkb.store.markdown import Value
    from crmkb.store.refresh import Progress
    from crmkb.workspace.record import Record


class Workspace:
    """An open workspace, with the moment and the day it is looked at.

    `now` is wall time in the workspace's zone; `notes` is what a person should hear of opening.
    """

    def __init__(
        self,
        root: Path,
        config: Config,
        now: datetime,
        as_of: date | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.root, self.config, self.progress = root.resolve(), config, progress
        self.now = config.local(now)
        self.today = as_of or self.now.date()
        self.notes = self._recover()

    @classmethod
    def open(
        cls,
        start: Path,
        now: datetime,
        as_of: Callable[[date], date] | None = None,
        progress: Progress | None = None,
    ) -> Workspace:
        """Open the workspace at or above a folder; `as_of` gets today and gives the day meant."""
        root = find_workspace(start)
        config = load_config(root)
        day = as_of(config.today(now)) if as_of else None
        return cls(root, config, now, day, progress)

    @cached_property
    def index(self) -> Index:
        """Return the index, refreshed once."""
        from crmkb.store.index import Index
        from crmkb.workspace import scores

        return Index(self.root, self.config, self.today, self.progress, scores.fill)

    @cached_property
    def git(self) -> Git:
        """Return the git work tree around the workspace."""
        from crmkb.store.git import Git

        return Git(self.root)

    @cached_property
    def me(self) -> str:
        """Return the handle of who runs the command, by git's e-mail address; empty if unknown."""
        email = self.git.author().rpartition("<")[2].rstrip(">").lower()
        team = self.config.team.values()
        return next((member.handle for member in team if member.email.lower() == email), "")

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the ids of all stages in the order of the pipeline."""
        return tuple(self.config.stages)

    def customer(self, name: str) -> Record:
        """Return the one customer of that name."""
        return self.find(name, "customer")

    def contact(self, name: str, customer: str = "") -> Record:
        """Return the one contact of that name, of one customer if given."""
        return self.find(name, "contact", customer=customer)

    def deal(self, name: str, customer: str = "") -> Record:
        """Return the one deal of that name, of one customer if given."""
        return self.find(name, "deal", customer=customer)

    def find(self, name: str, *kinds: str, customer: str = "") -> Record:
        """Return the one record of that name among kinds; raise `NotFound` or `Ambiguous`."""
        sought = Sought(kinds, customer)
        path = resolve.direct(self.root, name, sought)
        return self.read(path or resolve.find(self.index, name, sought))

    def read_bytes(self, path: str) -> bytes:
        """Return the bytes of a file of the workspace."""
        data = files.read(inside(self.root, path))
        if data is None:
            raise NotFound("file", path)
        return data

    def read(self, path: str) -> Record:
        """Return the record at a path; raise `BrokenFile` when it cannot be read."""
        from crmkb.kinds import kinds
        from crmkb.workspace.record import Record

        kind = next((each for each in kinds().values() if matches(path, each.pattern)), None)
        if kind is None:
            raise NotFound("record", path)
        return Record.read(path, self.read_bytes(path), kind, self.stages)

    def exists(self, path: str) -> bool:
        """Return whether there is a file or folder at a path."""
        return exists(inside(self.root, path))

    def create(
        self, noun: str, path: str, fields: Mapping[str, Value], template: str, **values: Any
    ) -> Write:
        """Return a new record's file, rendered from its template; raise when the path is taken."""
        from crmkb.workspace.creation import new_file

        if self.exists(path):
            raise AlreadyExists(f"the {noun}", path, f"choose another name, or: crm show {path}")
        return new_file(
            self.root,
            noun,
            path,
            fields,
            template,
            stages=self.stages,
            today=self.today,
            values=values,
        )

    def apply(
        self, change: Change, *, commit: bool = True, again: Callable[[], Change] | None = None
    ) -> Applied:
        """Write a change and commit it, whole or not at all; `again` as for `apply.apply`."""
        from crmkb.workspace.apply import apply

        allowed = self.config.secrets_allowed_in
        return apply(self.root, change, commit=commit, secrets_allowed_in=allowed, again=again)

    def as_it_is_now(self) -> Workspace:
        """Return the workspace opened anew, for what others have written since."""
        return Workspace(self.root, self.config, self.now, self.today, self.progress)

    def customer_path(self, slug: str, *parts: str) -> str:
        """Return the path of something in a customer's folder."""
        return "/".join((CUSTOMERS, slug, *parts))

    def _recover(self) -> list[str]:
        """Mend what a command that died left behind, unless one is writing just now."""
        if not (work_dir(self.root) / JOURNAL).exists():
            return []
        from crmkb.workspace import journal
        from crmkb.workspace.lock import Locked, locked

        try:
            with locked(self.root, "recovery", wait=0) as state:
                return journal.recover(state, self.root)
        except Locked:
            return []
        except CrmError as error:  # who only reads can go on; whoever writes will hear it again
            return [f"a command was cut off, and cannot be mended: {error.message}"]
