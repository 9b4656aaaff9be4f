"""Let a person write a text in their editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from crmkb.errors import CrmError


class NoEditor(CrmError):
    """The editor could not be run, or ended with an error; the text is kept."""

    def __init__(self, command: str, kept: Path) -> None:
        super().__init__(
            f"the editor {command!r} failed; nothing was written",
            hint=f"set EDITOR; what you wrote is kept in {kept}",
        )


def edit(text: str) -> str:
    """Return a text as the person left it in `$VISUAL` or `$EDITOR`."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    handle, name = tempfile.mkstemp(prefix="crm-", suffix=".md", text=True)
    draft = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        subprocess.run([*shlex.split(command), name], check=True)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise NoEditor(command, draft) from error
    written = draft.read_text(encoding="utf-8")
    draft.unlink()
    return written
