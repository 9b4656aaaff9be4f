"""The workspace: the one place that reads records for actions, and the only writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from crmkb.config import FILE_NAME, Config, read_config
from crmkb.entities import Entity, entities
from crmkb.errors import AlreadyExists, NotFound
from crmkb.store import files, markdown, templates
from crmkb.store.git import Git
from crmkb.store.index import Index, Progress
from crmkb.store.markdown import Value
from crmkb.store.paths import CUSTOMERS, find_workspace, inside, matches, state_dir
from crmkb.workspace import journal, resolve
from crmkb.workspace.apply import Applied, Locked, apply, locked
from crmkb.workspace.change import Change, Record, Write, check_values
from crmkb.workspace.resolve import Sought


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
        self.root, self.config, self.progress = root, config, progress
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
        config = read_config((root / FILE_NAME).read_text(encoding="utf-8-sig"))
        day = as_of(config.today(now)) if as_of else None
        return cls(root, config, now, day, progress)

    @cached_property
    def index(self) -> Index:
        """Return the index, refreshed once."""
        return Index(self.root, self.config, self.today, self.progress)

    @cached_property
    def git(self) -> Git:
        """Return the git work tree around the workspace."""
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
        data = self.read_bytes(path)
        model = next(e for e in entities().values() if matches(path, e.pattern))
        return Record.read(path, data, model, self.stages)

    def exists(self, path: str) -> bool:
        """Return whether there is a file or folder at a path."""
        return inside(self.root, path).exists()

    def create(
        self, noun: str, path: str, fields: Mapping[str, Value], template: str, **values: Any
    ) -> Write:
        """Return a new record's file, rendered from its template; raise when the path is taken."""
        model = entities()[noun]
        if self.exists(path):
            raise AlreadyExists(f"the {noun}", path, f"choose another name, or: crm show {path}")
        check_values(model, fields, self.stages)
        ordered = {key: fields[key] for key in _in_order(model, fields)}
        context = {
            "front_matter": markdown.dump(ordered).rstrip("\n"),
            "name": fields[model.heading_key],
            "fields": ordered,
            "today": self.today.isoformat(),
            **values,
        }
        source, text = templates.source(self.root, template)
        return Write(path, None, templates.render(source, text, context).encode())

    def apply(self, change: Change, *, commit: bool = True) -> Applied:
        """Write a change and commit it, whole or not at all."""
        return apply(self.root, change, commit=commit)

    def customer_path(self, slug: str, *parts: str) -> str:
        """Return the path of something in a customer's folder."""
        return "/".join((CUSTOMERS, slug, *parts))

    def _recover(self) -> list[str]:
        """Mend what a command that died left behind, unless one is writing just now."""
        state = state_dir(self.root)
        if state is None or not journal.exists(state):
            return []
        try:
            with locked(state, "recovery", wait=0):
                return journal.recover(state, self.root)
        except Locked:
            return []


def _in_order(model: type[Entity], fields: Mapping[str, Value]) -> list[str]:
    own = [key for key in fields if key not in model.model_fields]
    known = [key for key in model.model_fields if key in fields]
    late = ("tags", "aliases", "source")
    return [*(k for k in known if k not in late), *(k for k in late if k in known), *own]
