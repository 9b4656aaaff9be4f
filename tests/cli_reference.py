"""The reference of the command line, `docs/cli.md`, put together from the commands' own help."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from unittest import mock

from crmkb.cli.main import PANELS, all_commands, main
from tests.stage import ROOT

REFERENCE = ROOT / "docs" / "cli.md"

HEAD = """\
# The commands

What `crm --help` and each command's `--help` say; written by `python3 -m tests.write_documents`,
compared by a test.
"""


def reference() -> str:
    """Return the whole document."""
    return "\n".join([HEAD, _fenced(), *_panels()])


def _panels() -> Iterator[str]:
    found = all_commands()
    for panel in PANELS:
        of_panel = [name for name in sorted(found) if (found[name].panel or "More") == panel]
        if of_panel:
            yield f"## {panel}\n"
        for name in of_panel:
            yield f"### crm {name}\n\n{_fenced(name)}"


def _fenced(*command: str) -> str:
    return f"```text\n{help_of(*command)}\n```\n"


def help_of(*command: str) -> str:
    """Return what a command says of itself on a terminal of 80 columns."""
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with mock.patch.dict("os.environ", COLUMNS="80", NO_COLOR="1"), redirect_stdout(printed):
        main([*command, "--help"])
    printed.seek(0)
    return "\n".join(line.rstrip() for line in printed.read().rstrip().split("\n"))
