"""Make a workspace in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.actions import carry_out
from crmkb.cli.session import Session
from crmkb.config import FILE_NAME
from crmkb.errors import AlreadyExists, BadValue, CrmError, Exit, did_you_mean
from crmkb.params import Param
from crmkb.text import close_matches

if TYPE_CHECKING:
    from crmkb.config import Member

PANEL = "Start"

Currency = Annotated[str, Param("The currency of totals; EUR unless said.", metavar="CODE")]
Zone = Annotated[str, Param("Such as Europe/Oslo; this machine's unless said.", metavar="ZONE")]


def run(
    session: Session,
    folder: Annotated[str, Param("The folder; it is made when it is not there.", metavar="DIR")],
    *,
    name: Annotated[str, Param("Your company, as reports show it.")],
    currency: Currency = "EUR",
    timezone: Zone = "",
    with_templates: Annotated[bool, Param("Copy the templates too, to make them yours.")] = False,
    dry_run: Annotated[bool, Param("Show what would be written, and write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, leave the commit to you.")] = False,
    json: Annotated[bool, Param("Print the result for programs.")] = False,
) -> Exit:
    """Make a workspace: settings, folders, and a first commit.

    In a folder that is a git repository already, it adds without touching what is there.

    crm init sales --name "Northbeam Software"
    """
    from crmkb.actions._references import currency_code
    from crmkb.actions._scaffold import plan
    from crmkb.config import Config
    from crmkb.store.git import initialised
    from crmkb.workspace import Workspace

    workspace = Workspace(Path(folder), Config(), session.now)
    for note in workspace.notes:  # of an init that was cut off, and is taken back before this one
        session.out.say(f"note: {note}")
    root = free_place(workspace.root)
    change = plan(
        workspace,
        name.strip(),
        timezone=zone(timezone),
        currency=currency_code(currency),
        team=_me(root),
        with_templates=with_templates,
    )
    session.use(workspace)
    flags = {"dry_run": dry_run, "no_commit": no_commit, "json": json}
    if dry_run:
        return carry_out(session, change, "init", flags)
    with made(root), initialised(root):
        carry_out(session, change, "init", flags)
    session.out.say(f"next: cd {folder}, then: crm new-customer 'Acme Corporation'")
    return Exit.DONE


class NoFolder(CrmError):
    """The folder cannot be made."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"cannot make the folder {str(folder)!r}: {error.strerror}")


class WithinWorkspace(CrmError):
    """The folder is a part of another workspace."""

    exit_code = Exit.CONFLICT

    def __init__(self, folder: Path, workspace: Path) -> None:
        super().__init__(
            f"{str(folder)!r} is inside the workspace {str(workspace)!r}",
            "name a folder outside of it",
        )


class BadZone(BadValue):
    """There is no such time zone."""

    def __init__(self, name: str, known: set[str]) -> None:
        close = did_you_mean(close_matches(name, known))
        super().__init__(f"--timezone: no time zone {name!r}", close or "write it as Europe/Oslo")


def free_place(folder: Path) -> Path:
    """Return the full path of a folder that neither is nor lies in a workspace."""
    root = folder.resolve()
    if (root / FILE_NAME).exists():
        raise AlreadyExists("a workspace", str(root / FILE_NAME))
    for above in root.parents:
        if (above / FILE_NAME).exists():
            raise WithinWorkspace(root, above)
    return root


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Have a folder; what had to be made for it is taken back, where empty, on failure."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        _make(folder)
        yield
    finally:
        for each in new:
            with suppress(OSError):  # holds what was asked for
                each.rmdir()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoFolder(folder, error) from error


def zone(name: str) -> str:
    """Return a time zone's name as given, else this machine's, UTC where it does not tell."""
    from zoneinfo import available_timezones

    known = available_timezones()
    if name and name not in known:
        raise BadZone(name, known)
    named = os.environ.get("TZ", "").removeprefix(":")
    of_machine = named or str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    return name or (of_machine if of_machine in known else "UTC")


def _me(root: Path) -> tuple[Member, ...]:
    """Return who makes the workspace as the first of the team, by the git identity."""
    from crmkb.config import Member
    from crmkb.store.git import Git
    from crmkb.text import slugify

    nearest = next(folder for folder in (root, *root.parents) if folder.is_dir())
    name, _, email = Git(nearest).author().rpartition(" <")
    if not name:
        return ()
    return (Member(slugify(name.split()[0]), name, email.rstrip(">")),)
