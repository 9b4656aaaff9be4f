"""Create a sample workspace and run the main commands in it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.session import Session
from crmkb.errors import CrmError, Exit
from crmkb.interface.params import Param

if TYPE_CHECKING:
    from crmkb.store.git.repository import Git

PANEL = "Start"
DEFAULT = "crm-demo"
DEAL = "customers/acme-corporation/deals/platform.md"


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of the demo: its caption, its commands, and their expected exit code."""

    words: str
    commands: tuple[str, ...]
    ends: Exit = Exit.DONE


SCENES = (
    Scene(
        "A rep meets a new customer, and writes down what happened.",
        (
            'crm new-customer "Acme Corporation" --tier enterprise --owner ana'
            " --website acme.example",
            'crm new-contact acme-corporation "Jane Roe" --email jane@acme.example'
            " --role champion --primary",
            "crm new-deal acme-corporation Platform --amount 48k --stage discovery"
            ' --close-date "in 6 weeks" --contacts jane-roe',
            'crm log-call acme-corporation "Pricing review" --them jane-roe --sentiment positive'
            ' --notes "Jane wants a quote for three sites." --stage business_case'
            ' --next "Send the quote @ana due:+3d"',
        ),
    ),
    Scene(
        "What is open, and what happened lately.",
        ("crm tasks --owner ana", "crm timeline acme-corporation"),
    ),
)
CHECKED = Scene(
    "A reviewer edits the deal by hand, and mistypes the stage. `crm check` tells where.",
    (f"crm check {DEAL}",),
    ends=Exit.FINDINGS,
)
REPORTED = Scene(
    "Mended. Leadership gets its report: a Markdown file, committed like everything else.",
    ("crm check", "crm report --all", "crm report pipeline_dashboard --stdout"),
)


class FolderTaken(CrmError):
    """The folder for the demo is not empty."""

    exit_code = Exit.CONFLICT

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the folder {str(folder)!r} is not empty", "name another: crm demo DIR")


def run(
    session: Session,
    folder: Annotated[
        str, Param("The new folder (default: crm-demo in the current folder).", metavar="DIR")
    ] = "",
) -> Exit:
    """Create a sample workspace and run the main commands in it, one by one."""
    root = _free(folder)
    _make(session, root)
    os.environ.pop("CRM_WORKSPACE", None)
    os.chdir(root)
    right = [_play(scene) for scene in SCENES]
    before = Path(DEAL).read_bytes()
    Path(DEAL).write_bytes(before.replace(b"stage: business_case", b"stage: busines_case"))
    right.append(_play(CHECKED))
    Path(DEAL).write_bytes(before)
    right.append(_play(REPORTED))
    _farewell(session, folder or root.name)
    return Exit.DONE if all(right) else Exit.FAILED


def _free(folder: str) -> Path:
    """Return the folder to use: the given one, or the first free default name."""
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
    """Create the sample workspace in its own git repository, even inside another one."""
    from crmkb.cli.commands.init import made
    from crmkb.config.settings import Config
    from crmkb.setup.sample import plan
    from crmkb.workspace import Workspace

    with made(root):
        workspace = Workspace(root.resolve(), Config(), session.now)
        _begin_repository(workspace.git)
        workspace.apply(plan(workspace).signed("demo", session.options.actor))
    session.out.line(f"A sample workspace is in {root}: 8 customers as Markdown files in git.")


def _begin_repository(git: Git) -> None:
    """Create a repository that uses no hook, key or identity of this machine."""
    git.run("init", "--quiet")
    settings = {"commit.gpgSign": "false", "core.hooksPath": os.devnull}
    if not git.author():
        settings |= {"user.name": "Ana Ruiz", "user.email": "ana@northbeam.example"}
    for key, value in settings.items():
        git.run("config", key, value)


def _play(scene: Scene) -> bool:
    """Print and run the commands of a scene; return whether all exit codes were as expected."""
    from crmkb.cli.main import main

    print(f"\n# {scene.words}")
    codes = []
    for command in scene.commands:
        print(f"\n$ {command}", flush=True)
        codes.append(main(["--no-input", *shlex.split(command)[1:]]))
        sys.stderr.flush()
    return all(code == scene.ends for code in codes)


def _farewell(session: Session, folder: str) -> None:
    crm = "crm" if shutil.which("crm") else str(Path(sys.argv[0]).absolute())
    session.out.text(
        f"\nThree things to try next:\n"
        f"  cd {shlex.quote(folder)} && {crm} log-call fjordlok-freight\n"
        f"  {crm} search renewal, then open a file it names in your editor\n"
        f"  git log --stat: every change is one commit to read, review and revert"
    )
