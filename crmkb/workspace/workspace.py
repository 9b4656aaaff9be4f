"""The workspace: the only place that reads records for actions, and the only writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkb.config.settings import Config, load_config
from crmkb.errors import AlreadyExists, CrmError, NotFound
from crmkb.schema.layout import CUSTOMERS, matches
from crmkb.store.files import disk
from crmkb.store.files.locate import JOURNAL, find_workspace, work_dir
from crmkb.store.files.safe_paths import exists, inside
from crmkb.workspace import resolve
from crmkb.workspace.change import Applied, Change, Write
from crmkb.workspace.feedback import SILENT, Feedback
from crmkb.workspace.resolve import Lookup

if TYPE_CHECKING:  # loaded later, only by the commands that need them: reading must be fast
    from crmkb.store.git.repository import Git
    from crmkb.store.index.index import Index
    from crmkb.store.markdown import Value
    from crmkb.workspace.record import Record


class Workspace:
    """An open workspace, seen at the moment `now` and as of the day `today`.

    `now` is wall time in the workspace's time zone; `notes` are notes on opening, for the user.
    """

    def __init__(
        self,
        root: Path,
        config: Config,
        now: datetime,
        as_of: date | None = None,
        feedback: Feedback = SILENT,
    ) -> None:
        self.root, self.config, self.feedback = root.resolve(), config, feedback
        self.now = config.local(now)
        self.today = as_of or self.now.date()
        self.notes = self._recover()

    @classmethod
    def open(
        cls,
        start: Path,
        now: datetime,
        as_of: Callable[[date], date] | None = None,
        feedback: Feedback = SILENT,
    ) -> Workspace:
        """Open the workspace at or above a folder; `as_of` maps today to the day to show."""
        root = find_workspace(start)
        config = load_config(root)
        day = as_of(config.today(now)) if as_of else None
        return cls(root, config, now, day, feedback)

    @cached_property
    def index(self) -> Index:
        """Return the index, refreshed once."""
        from crmkb.store.index.computed import fill_by
        from crmkb.store.index.index import Index

        bar = self.feedback.progress("reading files")
        return Index(self.root, self.config, self.today, bar, fill_by("scores"))

    @cached_property
    def git(self) -> Git:
        """Return the git work tree around the workspace."""
        from crmkb.store.git.repository import Git

        return Git(self.root)

    @cached_property
    def me(self) -> str:
        """Return the handle of the team member with git's e-mail address; empty if unknown."""
        email = self.git.author().rpartition("<")[2].rstrip(">").lower()
        team = self.config.team.values()
        return next((member.handle for member in team if member.email.lower() == email), "")

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the ids of all stages in the order of the pipeline."""
        return tuple(self.config.stages)

    def customer(self, name: str) -> Record:
        """Return the one customer with this name."""
        return self.find(name, "customer")

    def customer_slug(self, name: str) -> str:
        """Return the slug of the one customer with this name, empty for an empty name."""
        return self.customer(name).slug if name else ""

    def contact(self, name: str, customer: str = "") -> Record:
        """Return the one contact with this name, of one customer if given."""
        return self.find(name, "contact", customer=customer)

    def contact_slugs(self, customer: str, names: Iterable[str]) -> list[str]:
        """Return the slugs of a customer's contacts, each once, in the order of the names."""
        return list(dict.fromkeys(self.contact(name, customer).slug for name in names))

    def deal(self, name: str, customer: str = "") -> Record:
        """Return the one deal with this name, of one customer if given."""
        return self.find(name, "deal", customer=customer)

    def find(self, name: str, *kinds: str, customer: str = "") -> Record:
        """Return the one record with this name, of any of `kinds` (all if none are given).

        Raise `NotFound` or `Ambiguous`.
        """
        lookup = Lookup(kinds, customer)
        path = resolve.direct(self.root, name, lookup)
        return self.read(path or resolve.find(self.index, name, lookup))

    def read_bytes(self, path: str) -> bytes:
        """Return the bytes of a file of the workspace; raise `NotFound` if it does not exist."""
        data = disk.read(inside(self.root, path))
        if data is None:
            raise NotFound("file", path)
        return data

    def read(self, path: str) -> Record:
        """Return the record at a path; raise `NotFound`, or `BrokenFile` if it cannot be parsed."""
        from crmkb.schema.kinds import kinds
        from crmkb.workspace.record import Record

        kind = next((each for each in kinds().values() if matches(path, each.pattern)), None)
        if kind is None:
            raise NotFound("record", path)
        return Record.read(path, self.read_bytes(path), kind, self.stages)

    def exists(self, path: str) -> bool:
        """Return whether a file or folder exists at a path."""
        return exists(inside(self.root, path))

    def create(
        self, noun: str, path: str, fields: Mapping[str, Value], template: str, **values: Any
    ) -> Write:
        """Return the file of a new record from its template; raise `AlreadyExists`."""
        from crmkb.workspace.new_record import new_file

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
        """Write a change and commit it, completely or not at all; see `apply.apply`."""
        from crmkb.workspace.apply import apply

        allowed = self.config.secrets_allowed_in
        return apply(self.root, change, commit=commit, secrets_allowed_in=allowed, again=again)

    def reopen(self, day: date | None = None) -> Workspace:
        """Return the workspace opened again, to see later changes or another day."""
        return Workspace(self.root, self.config, self.now, day or self.today, self.feedback)

    def customer_path(self, slug: str, *parts: str) -> str:
        """Return the path of a customer's folder, or of something in it."""
        return "/".join((CUSTOMERS, slug, *parts))

    def _recover(self) -> list[str]:
        """Recover from an interrupted command, unless another one is writing; return notes."""
        if not (work_dir(self.root) / JOURNAL).exists():
            return []
        from crmkb.workspace import journal
        from crmkb.workspace.lock import Locked, locked

        try:
            with locked(self.root, "recovery", wait=0) as state:
                return journal.recover(state, self.root)
        except Locked:
            return []
        except CrmError as error:  # reading can go on; writing raises it again
            return [f"a command was cut off, and cannot be mended: {error.message}"]
