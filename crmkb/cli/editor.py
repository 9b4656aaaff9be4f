"""Longer texts: written in the editor or read from a pipe."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from crmkb.cli.failed_acts import new_file
from crmkb.cli.session import DRAFTS, Session
from crmkb.errors import CrmError
from crmkb.interface.parameters import NotText
from crmkb.store.files import disk
from crmkb.store.files.locate import work_dir
from crmkb.workspace.lock import made


class NoEditor(CrmError):
    """The editor could not be run, or ended with an error."""

    def __init__(self, command: str) -> None:
        super().__init__(
            f"the editor {command!r} failed; nothing was written",
            hint="set EDITOR to one that runs",
        )


def piped() -> str:
    """Return the text from standard input; raise `NotText` if it is not UTF-8."""
    return _decoded(sys.stdin.buffer.read())


def edit(session: Session, text: str) -> str:
    """Return a text after the person edited it in `$VISUAL` or `$EDITOR`.

    The edited file is beside the index. Its content is kept in `session.typed` even when the editor
    fails.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    session.typed = text
    file = _file_with(session, text)
    try:
        subprocess.run([*shlex.split(command), str(file)], check=True)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise NoEditor(command) from error
    finally:
        session.typed = _taken(file)
    return session.typed


def _taken(file: Path) -> str:
    """Return the content of the file and delete it; keep the file if it is not UTF-8."""
    try:
        text = _decoded(disk.read(file) or b"")
    except NotText as error:
        raise NotText(f"what you wrote is kept in {file}") from error
    file.unlink(missing_ok=True)
    return text


def _file_with(session: Session, text: str) -> Path:
    """Write a text to a new file beside the index, or if that fails, in the temporary folder."""
    try:
        folder = made(work_dir(session.workspace.root)) / DRAFTS
        return new_file(folder, "edit", text.encode())
    except disk.CannotWrite:
        return new_file(None, "crm-edit", text.encode())


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotText from error
