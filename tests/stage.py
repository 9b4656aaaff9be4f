"""Where documents are played: a folder, a clock that stands still, `crm` and a shell.

A plain `crm …` runs in this process, which is fast; anything a shell must understand runs in one,
with a `crm` of this interpreter on its PATH. Both print results and talk to the same place, as a
terminal shows them.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from crmkb.cli.main import main
from tests.transcripts import Printed

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-11-20T14:30:00+01:00"
"""A Friday afternoon, on which everything in the documents happens."""

SETTINGS = {
    "COLUMNS": "80",
    "GIT_AUTHOR_DATE": NOW,
    "GIT_COMMITTER_DATE": NOW,
    "GIT_PAGER": "cat",
    "LC_ALL": "C.UTF-8",
    "PERL_BADLANG": "0",  # not every system knows that locale
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
    "TZ": "Europe/Oslo",
}

_FOR_A_SHELL = re.compile(r"[|&;<>$`*?~#(){}]")

_LAUNCHER = """\
import sys
from datetime import datetime

sys.path.insert(0, {home!r})
from crmkb.cli import main, session


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.fromisoformat({now!r}).astimezone(tz)


session.datetime = Clock
main.entry()
"""


class Clock(datetime):
    """A clock that shows `NOW`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """Return the moment at which documents are played."""
        return datetime.fromisoformat(NOW).astimezone(tz)


class Stage:
    """A folder in which the commands of one document run, one after the other.

    `home` holds the code to run, when it is not the one at hand: a copy that the document changes.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, home: Path | None = None) -> None:
        self.folder = self.start = folder
        self._home = home
        self._patch = patch
        self._bin = folder.with_name("bin")
        self._reached = folder.with_name("reached")
        self._make_launcher()
        path = f"{self._bin}{os.pathsep}{os.environ['PATH']}"
        for name, value in {**SETTINGS, "PATH": path}.items():
            patch.setenv(name, value)
        patch.setattr("crmkb.cli.session.datetime", Clock)
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
        patch.chdir(folder)

    def run(self, command: str) -> Printed:
        """Run one command line where the one before it ended."""
        command = command.replace("\\\n", "")
        is_plain = command.startswith("crm ") and not _FOR_A_SHELL.search(_unquoted(command))
        if is_plain and self._home is None:
            return self._run_here(shlex.split(command.replace("\\\n", ""))[1:])
        return self._run_in_shell(command)

    def write(self, path: str, text: str) -> None:
        """Write a file that the document shows."""
        full = self.folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")

    def _run_here(self, words: list[str]) -> Printed:
        os.chdir(self.folder)
        printed = io.BytesIO()
        ends = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
        with redirect_stdout(ends), redirect_stderr(ends):
            code = main(words)
        return self._as_shown(printed.getvalue(), code)

    def _run_in_shell(self, command: str) -> Printed:
        script = f'{command}\ncode=$?; pwd > "{self._reached}"; exit $code'
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if self._reached.exists():
            self.folder = Path(self._reached.read_text().strip())
        return self._as_shown(done.stdout, done.returncode)

    def _as_shown(self, printed: bytes, code: int) -> Printed:
        """Return what was printed, without the place of the stage."""
        text = printed.decode("utf-8", "replace").replace(f"{self.start}/", "")
        return Printed(text.replace(str(self.start.parent), ""), code)

    def _make_launcher(self) -> None:
        self._bin.mkdir()
        launcher = self._bin / "launcher.py"
        launcher.write_text(_LAUNCHER.format(home=str(self._home or ROOT), now=NOW))
        script = self._bin / "crm"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{launcher}" "$@"\n')
        script.chmod(0o755)


def _unquoted(command: str) -> str:
    """Return a command without what stands in quotes, where signs mean nothing to a shell."""
    return re.sub(r"'[^']*'|\"[^\"$`]*\"", "", command)
