"""See the main job played in a sample workspace."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

from crmkb.cli.session import Session
from crmkb.errors import CrmError, Exit
from crmkb.params import Param

PANEL = "Start"
DEFAULT = "crm-demo"
DEAL = "customers/acme-corporation/deals/platform.md"

Scene = tuple[str, list[str]]
"""What happens, and the commands as they are typed."""

SCENES: tuple[Scene, ...] = (
    (
        "A rep meets a new customer, and writes down what happened.",
        [
            'crm new-customer "Acme Corporation" --tier enterprise --owner ana'
            " --website acme.example",
            'crm new-contact acme-corporation "Jane Roe" --email jane@acme.example'
            " --role champion --primary",
            "crm new-deal acme-corporation Platform --amount 48k --stage discovery"
            ' --close-date "in 6 weeks" --contacts jane-roe',
            'crm log-call acme-corporation "Pricing review" --them jane-roe --sentiment positive'
            ' --notes "Jane wants a quote for three sites." --stage business_case'
            ' --next "Send the quote @ana due:+3d"',
        ],
    ),
    (
        "What is open, and what happened lately.",
        ["crm tasks --owner ana", "crm timeline acme-corporation"],
    ),
)
CHECKED: Scene = (
    "A reviewer edits the deal by hand, and mistypes the stage. `crm check` tells where.",
    [f"crm check {DEAL}"],
)
REPORTED: Scene = (
    "Mended. Leadership gets its report: a Markdown file, committed like everything else.",
    ["crm check", "crm report --all", "crm report pipeline_dashboard --stdout"],
)


class FolderTaken(CrmError):
    """The folder for the demo is not empty."""

    exit_code = Exit.CONFLICT

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the folder {str(folder)!r} is not empty", "name another: crm demo DIR")


def run(
    session: Session,
    folder: Annotated[str, Param("A new folder; crm-demo here unless said.", metavar="DIR")] = "",
) -> Exit:
    """Make a sample workspace and play the main job in it, command by command."""
    root = _free(folder)
    _make(session, root)
    os.environ.pop("CRM_WORKSPACE", None)
    os.chdir(root)
    for scene in SCENES:
        _play(scene)
    before = Path(DEAL).read_bytes()
    Path(DEAL).write_bytes(before.replace(b"stage: business_case", b"stage: busines_case"))
    _play(CHECKED)
    Path(DEAL).write_bytes(before)
    _play(REPORTED)
    _farewell(session, folder or root.name)
    return Exit.DONE


def _free(folder: str) -> Path:
    """Return the folder to use: the one named, or the first free default."""
    if folder:
        root = Path(folder)
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise FolderTaken(root)
        return root.absolute()
    root, number = Path(DEFAULT), 1
    while root.exists():
        number += 1
        root = Path(f"{DEFAULT}-{number}")
    return root.absolute()


def _make(session: Session, root: Path) -> None:
    """Make the sample workspace; where git does not know who one is, the demo says."""
    from crmkb.actions._sample import plan
    from crmkb.cli.commands.init import made
    from crmkb.config import Config
    from crmkb.store.git import initialised
    from crmkb.workspace import Workspace

    made(root)
    with initialised(root):
        workspace = Workspace(root.resolve(), Config(), session.now)
        if not workspace.git.author():
            workspace.git.run("config", "user.name", "Ana Ruiz")
            workspace.git.run("config", "user.email", "ana@northbeam.example")
        workspace.apply(plan(workspace).signed("demo", session.options.actor))
    session.out.line(f"A sample workspace is in {root}: 8 customers as Markdown files in git.")


def _play(scene: Scene) -> None:
    """Show and run the commands of a scene, one after the other."""
    from crmkb.cli.main import main

    words, commands = scene
    print(f"\n# {words}")
    for command in commands:
        print(f"\n$ {command}", flush=True)
        main(["--no-input", *shlex.split(command)[1:]])
        sys.stderr.flush()


def _farewell(session: Session, folder: str) -> None:
    crm = "crm" if shutil.which("crm") else sys.argv[0]
    session.out.text(
        f"\nThree things to try next:\n"
        f"  cd {shlex.quote(folder)} && {crm} log-call fjordlok-freight\n"
        f"  {crm} search renewal, then open a file it names in your editor\n"
        f"  git log --stat: every change is one commit to read, review and revert"
    )
