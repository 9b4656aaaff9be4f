"""Files that are folders, folders that are files, links to nowhere, pipes: in every place."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from types import FrameType

from tests.conftest import Ran
from tests.faults.acts import ACTS, crm, state
from tests.faults.promises import Attempt, Broken, expect, expect_clear

READS: dict[str, tuple[str, ...]] = {
    "list": ("list", "customers"),
    "show": ("show", "acme"),
    "timeline": ("timeline", "acme"),
    "tasks": ("tasks",),
    "search": ("search", "ring"),
    "query": ("query", "SELECT count(*) FROM customers"),
    "report --stdout": ("report", "--all", "--stdout"),
    "check --json": ("check", "--json"),
    "again --list": ("again", "--list"),
}
TRIED = (
    *("log-call", "new-customer", "set", "rename", "report", "check", "import"),
    *("list", "show", "search", "report --stdout", "check --json"),
)
PATIENCE_SECONDS = 8


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "inner.txt").write_text("x\n")


def _file(path: Path) -> None:
    path.write_text("not what you think\n")


def _nowhere(path: Path) -> None:
    path.symlink_to("no/such/target")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _circle(path: Path) -> None:
    """Make what not even root may read."""
    path.symlink_to(path.name)


FILES = (
    "crm.toml",
    "customers/acme/profile.md",
    "customers/acme/relationships/bob-smith.md",
    "templates/interaction_log_template.md",
    "templates/reports/pipeline_status.md",
    "reporting/pipeline_dashboard.md",
    "knowledge_base/wins/acme.md",
    ".git/crmkb/index.sqlite",
    ".git/crmkb/journal.json",
    ".git/crmkb/lock",
    ".git/crmkb/lock-holder",
    ".git/crmkb/drafts/untold",
    ".git/HEAD",
    ".git/index",
    ".git/config",
    "customers.csv",
)
FOLDERS = (
    "customers",
    "customers/acme",
    "customers/acme/deals",
    "customers/acme/interactions",
    "customers/zenith",
    "knowledge_base",
    "templates",
    "templates/reports",
    "reporting",
    ".git",
    ".git/crmkb",
    ".git/crmkb/drafts",
    ".git/objects",
)
WAITING = (".git/HEAD", ".git/index", ".git/config", ".git/objects", "customers.csv")
"""Where git itself would wait for ever at a pipe, and where to wait is right."""


def attempts() -> Iterator[Attempt]:
    """Yield every command with every place taken by something else."""
    kinds: dict[str, tuple[Callable[[Path], None], Sequence[str]]] = {
        "folder instead of a file": (_folder, FILES),
        "file instead of a folder": (_file, FOLDERS),
        "link to nowhere": (_nowhere, (*FILES, *FOLDERS)),
        "link in circles": (_circle, FILES),
        "pipe": (_pipe, [path for path in (*FILES, *FOLDERS) if path not in WAITING]),
    }
    for kind, (make, paths) in kinds.items():
        for path, command in product(paths, TRIED):
            do = partial(_try, path=path, make=make, command=command)
            yield Attempt(kind, f"{command} with a {kind}: {path}", do)


def _try(root: Path, path: str, make: Callable[[Path], None], command: str) -> bool:
    full = root / path
    full.parent.mkdir(parents=True, exist_ok=True)
    if full.is_dir():
        shutil.rmtree(full)
    full.unlink(missing_ok=True)
    make(full)
    before = state(root)
    with patience():
        ran = crm(root, *(ACTS.get(command) or READS[command]))
    is_refused = expect_clear(ran)
    if is_refused or command in READS:
        different = before.foreign_differences(state(root), ())
        expect(not different, f"{_ended(ran)}, and these differ: {different}")
    return is_refused


def _ended(ran: Ran) -> str:
    return f"ends with {ran.code} ({ran.err.strip()})"


@contextmanager
def patience() -> Iterator[None]:
    """Break off what takes too long: reading a pipe lasts for ever."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Broken("waits for ever")

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)
