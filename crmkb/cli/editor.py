"""Longer texts: written in the editor or read from a pipe, and kept until they are safely saved."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmkb.cli.session import Session
from crmkb.cli.values import NotText
from crmkb.errors import CrmError
from crmkb.store.paths import work_dir


class NoEditor(CrmError):
    """The editor could not be run, or ended with an error; the text is kept."""

    def __init__(self, command: str, draft: Path) -> None:
        super().__init__(
            f"the editor {command!r} failed; nothing was written",
            hint=f"set EDITOR; what you wrote is kept in {draft}",
        )


def piped() -> str:
    """Return the text that stands on standard input."""
    return _decoded(sys.stdin.buffer.read())


def edit(session: Session, text: str) -> str:
    """Return a text as the person left it in `$VISUAL` or `$EDITOR`."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    draft = _draft(session, "edit", text)
    try:
        subprocess.run([*shlex.split(command), str(draft)], check=True)
        session.typed = _decoded(draft.read_bytes())
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise NoEditor(command, draft) from error
    except NotText as error:
        raise NotText(f"what you wrote is kept in {draft}") from error
    draft.unlink()
    return session.typed


@contextmanager
def kept(session: Session, name: str) -> Iterator[None]:
    """Keep what a person typed as a draft when the act fails; the hint says where."""
    try:
        yield
    except CrmError as error:
        if session.typed.strip():
            words = f"your text is kept in {_draft(session, name, session.typed)}"
            error.hint = f"{error.hint}; {words}" if error.hint else words
        raise


def _draft(session: Session, name: str, text: str) -> Path:
    """Write a text to a new file beside the index, or elsewhere where that cannot be."""
    folder = work_dir(session.workspace.root) / "drafts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix=f"{name}-", suffix=".md", dir=folder)
    except OSError:
        handle, path = tempfile.mkstemp(prefix=f"crm-{name}-", suffix=".md")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return Path(path)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotText from error
