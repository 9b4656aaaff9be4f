"""Make a workspace in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.actions import carry_out
from crmkb.cli.session import Session
from crmkb.errors import AlreadyExists, CrmError, Exit
from crmkb.params import Param

if TYPE_CHECKING:
    from crmkb.config import Member
    from crmkb.workspace import Workspace

PANEL = "Start"


def run(
    session: Session,
    folder: Annotated[str, Param("The folder; it is made when it is not there.", metavar="DIR")],
    *,
    name: Annotated[str, Param("Your company, as reports show it.")],
    currency: Annotated[str, Param("The currency of totals; EUR unless said.")] = "EUR",
    timezone: Annotated[str, Param("Such as Europe/Oslo; this machine's unless said.")] = "",
    with_templates: Annotated[
        bool, Param("Copy the templates too, to make them your own.")
    ] = False,
    no_commit: Annotated[bool, Param("Write the files, leave the commit to you.")] = False,
    json: Annotated[bool, Param("Print the result for programs.")] = False,
) -> Exit:
    """Make a workspace: settings, folders, and a first commit.

    In a folder that is a git repository already, it adds without touching what is there.

    crm init sales --name "Northbeam Software"
    """
    from crmkb.actions._references import currency_code
    from crmkb.actions._scaffold import plan
    from crmkb.config import FILE_NAME, Config
    from crmkb.store.git import initialised
    from crmkb.workspace import Workspace

    root = made(Path(folder))
    if (root / FILE_NAME).exists():
        raise AlreadyExists("a workspace", str(root / FILE_NAME))
    with initialised(root):
        workspace = Workspace(root, Config(), session.now)
        change = plan(
            workspace,
            name,
            timezone=timezone or machine_zone(),
            currency=currency_code(currency),
            team=_me(workspace),
            with_templates=with_templates,
        )
        session.use(workspace)
        flags = {"dry_run": False, "no_commit": no_commit, "json": json}
        code = carry_out(session, change, "init", flags)
    session.out.say(f"next: cd {folder}, then: crm new-customer 'Acme Corporation'")
    return code


class NoFolder(CrmError):
    """The folder cannot be made."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"cannot make the folder {str(folder)!r}: {error.strerror}")


def made(folder: Path) -> Path:
    """Return a folder, made when it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoFolder(folder, error) from error
    return folder.resolve()


def machine_zone() -> str:
    """Return the name of this machine's time zone, UTC where it does not tell."""
    named = os.environ.get("TZ", "").removeprefix(":")
    target = str(Path("/etc/localtime").resolve())
    found = named or target.partition("/zoneinfo/")[2]
    from zoneinfo import available_timezones

    return found if found in available_timezones() else "UTC"


def _me(workspace: Workspace) -> tuple[Member, ...]:
    """Return who makes the workspace as the first of the team, by the git identity."""
    from crmkb.config import Member
    from crmkb.text import slugify

    name, _, email = workspace.git.author().rpartition(" <")
    if not name:
        return ()
    return (Member(slugify(name.split()[0]), name, email.rstrip(">")),)
