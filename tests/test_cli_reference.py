"""`docs/cli.md` says what the commands say, and the examples in their help work."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest

from crmkb.cli.main import all_commands
from crmkb.errors import Exit
from tests.cli_reference import REFERENCE, reference
from tests.conftest import Crm, Tree

JANE, DEAL = "customers/acme/relationships/jane-roe.md", "customers/acme/deals/platform.md"
THERE = {
    "customers/acme/profile.md": (
        "---\nname: Acme\nstatus: active\nowner: ana\nregion: nordics\n---\n"
    ),
    "customers/acme/relationships/bob-smith.md": "---\nname: Bob Smith\n---\n",
    JANE: "---\nname: Jane Roe\n---\n",
    DEAL: "---\nname: Platform\nstage: discovery\n---\n- [ ] Send the quote\n",
    "accounts.csv": "account,sector\nGlobex,retail\n",
    "weekly.csv": "account,week,n\nAcme,2026-11-16,12\n",
    "events.csv": "account,time,user_id\nAcme,2026-11-16T10:00:00Z,U1\n",
    "pipeline.csv": "opportunity_id,product,account,deal_stage\nO1,Relay,Acme,Won\n",
}
"""What the examples speak of."""

MADE = {"new-contact": JANE, "new-deal": DEAL}
"""What the example of a command makes itself."""


# Taken from the reference, so that collecting tests loads no commands.
SAID = re.sub(r"\\\n +", "", REFERENCE.read_text(encoding="utf-8"))
EXAMPLES: list[str] = re.findall(r"^  (crm .+)$", SAID, re.MULTILINE)


def test_the_reference_is_what_the_commands_say() -> None:
    # When it differs: python3 -m tests.write_documents docs/cli.md
    assert REFERENCE.read_text(encoding="utf-8") == reference()


def test_most_commands_show_an_example() -> None:
    assert len({example.split()[1] for example in EXAMPLES}) > 0.8 * len(all_commands())


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_help_works(
    example: str, tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = example.split()[1]
    root = tree({path: text for path, text in THERE.items() if path != MADE.get(command)})
    if command in ("init", "demo"):
        monkeypatch.chdir(root.parent)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Dear Ana,")))
    monkeypatch.setenv("EDITOR", "true")
    if command == "again":
        refuse_once(root, crm)
    ran = crm(*shlex.split(example.removesuffix(" < mail.txt"))[1:])
    assert ran.code in (Exit.DONE, Exit.FINDINGS), ran.err


def refuse_once(root: Path, crm: Crm) -> None:
    """Have git refuse an act, which is kept."""
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert crm("log-note", "acme", "They hire a new CIO").code == Exit.FAILED
    hook.unlink()
