"""Create a workspace in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.action_command import carry_out
from crmkb.cli.session import Session
from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import AlreadyExists, BadValue, CrmError, Exit, did_you_mean
from crmkb.interface.params import Param
from crmkb.values.names import close_matches

if TYPE_CHECKING:
    from crmkb.config.settings import Member

PANEL = "Start"

Currency = Annotated[str, Param("The currency of totals (default: EUR).", metavar="CODE")]
Zone = Annotated[
    str, Param("The time zone, such as Europe/Oslo (default: this machine's).", metavar="ZONE")
]


def run(
    session: Session,
    folder: Annotated[str, Param("The folder; it is created if it does not exist.", metavar="DIR")],
    *,
    name: Annotated[str, Param("The name of your company, as shown in reports.")],
    currency: Currency = "EUR",
    timezone: Zone = "",
    with_templates: Annotated[bool, Param("Copy the templates too, for you to edit.")] = False,
    dry_run: Annotated[bool, Param("Print the change as a diff, but write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, but do not commit them.")] = False,
    json: Annotated[bool, Param("Print the result as JSON.")] = False,
) -> Exit:
    """Create a workspace: settings, folders, and a first commit.

    In an existing git repository, it adds files and leaves the existing ones unchanged.

    crm init sales --name "Northbeam Software"
    """
    from crmkb.config.settings import Config
    from crmkb.setup.new_workspace import plan
    from crmkb.store.git.repository import initialised
    from crmkb.values.money import currency_code
    from crmkb.workspace import Workspace

    workspace = Workspace(Path(folder), Config(), session.now)
    for note in workspace.notes:  # of an interrupted init, which is rolled back first
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
    """The folder cannot be created."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"cannot make the folder {str(folder)!r}: {error.strerror}")


class WithinWorkspace(CrmError):
    """The folder is inside another workspace."""

    exit_code = Exit.CONFLICT

    def __init__(self, folder: Path, workspace: Path) -> None:
        super().__init__(
            f"{str(folder)!r} is inside the workspace {str(workspace)!r}",
            "name a folder outside of it",
        )


class BadZone(BadValue):
    """The time zone is unknown."""

    def __init__(self, name: str, known: set[str]) -> None:
        close = did_you_mean(close_matches(name, known))
        super().__init__(f"--timezone: no time zone {name!r}", close or "write it as Europe/Oslo")


def free_place(folder: Path) -> Path:
    """Return the absolute path of a folder; raise an error if it is in a workspace."""
    root = folder.resolve()
    if (root / FILE_NAME).exists():
        raise AlreadyExists("a workspace", str(root / FILE_NAME))
    for above in root.parents:
        if (above / FILE_NAME).exists():
            raise WithinWorkspace(root, above)
    return root


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Create a folder for a block; afterwards remove the new folders that are still empty."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        _make(folder)
        yield
    finally:
        for each in new:
            with suppress(OSError):  # it is not empty
                each.rmdir()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoFolder(folder, error) from error


def zone(name: str) -> str:
    """Return the given time zone, or else this machine's, or UTC if that is unknown."""
    from zoneinfo import available_timezones

    known = available_timezones()
    if name and name not in known:
        raise BadZone(name, known)
    named = os.environ.get("TZ", "").removeprefix(":")
    of_machine = named or str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    return name or (of_machine if of_machine in known else "UTC")


def _me(root: Path) -> tuple[Member, ...]:
    """Return the git author as the first team member; without a git identity, an empty team."""
    from crmkb.config.settings import Member
    from crmkb.store.git.repository import Git
    from crmkb.values.names import slugify

    nearest = next(folder for folder in (root, *root.parents) if folder.is_dir())
    name, _, email = Git(nearest).author().rpartition(" <")
    if not name:
        return ()
    return (Member(slugify(name.split()[0]), name, email.rstrip(">")),)
