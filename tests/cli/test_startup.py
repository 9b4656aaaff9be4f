"""What a command does not need, it does not load: seconds are felt at a prompt."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Git, Tree

PROJECT = Path(__file__).parents[2]
HEAVY = ("filelock", "frontmatter", "git", "jinja2", "pydantic", "rich", "yaml")
SCRIPT = f"""
import sys
from crmkb.cli.main import main
try:
    code = main(sys.argv[1:])
finally:
    loaded = [name for name in {HEAVY!r} if name in sys.modules]
    print(loaded, file=sys.stderr)
sys.exit(code)
"""
FILES = {
    "customers/acme/profile.md": "---\nname: Acme\nstatus: active\nowner: ana\n---\n",
    "customers/acme/deals/platform.md": (
        "---\nname: Platform\nstage: discovery\namount: 5\n---\n- [ ] Send the quote @ana\n"
    ),
}


def run(*arguments: str, **environment: str) -> tuple[str, str]:
    """Run `crm` in a process of its own; return what it printed, and what of `HEAVY` it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["list", "--help"]])
def test_what_needs_no_workspace_loads_nothing(arguments: list[str]) -> None:
    out, loaded = run(*arguments)

    assert out
    assert loaded == "[]"


@pytest.mark.parametrize(
    "words, offered",
    [
        ("crm log-c", "log-call"),
        ("crm show ac", "acme"),
        ("crm list de", "deals"),
        ("crm log-call ac", "acme"),
        ("crm new-deal acme Platform --stage neg", "negotiation"),
    ],
)
def test_completion_loads_nothing(tree: Tree, words: str, offered: str) -> None:
    tree(FILES)
    run("list", "deals")

    out, loaded = run(
        _CRM_COMPLETE="complete_bash",
        COMP_WORDS=words,
        COMP_CWORD=str(words.count(" ")),
    )

    assert offered in out.split()
    assert loaded == "[]"


@pytest.mark.parametrize(
    "arguments, shown",
    [
        (["list", "deals"], "Platform"),
        (["list", "deals", "--json"], '"Platform"'),
        (["list", "customers", "--where", "status = 'active'"], "Acme"),
        (["tasks"], "Send the quote"),
        (["search", "quote"], "platform"),
        (["query", "SELECT name FROM deals"], "Platform"),
        (["check"], ""),
    ],
)
def test_reading_an_index_that_is_up_to_date_loads_nothing(
    tree: Tree, arguments: list[str], shown: str
) -> None:
    tree(FILES)
    run(*arguments)

    out, loaded = run(*arguments)

    assert shown in out
    assert loaded == "[]"


def test_new_files_load_nothing_unless_something_is_odd_in_one(tree: Tree) -> None:
    tree(FILES)
    assert run("list", "deals")[1] == "[]"

    tree({"customers/acme/deals/more.md": "---\nname: More\nstage: discovery\namount: 5k\n---\n"})
    assert run("list", "deals")[1] == "['pydantic', 'yaml']"


@pytest.mark.parametrize("what", ["call", "note", "meeting"])
def test_logging_loads_only_what_locks(tree: Tree, git: Git, what: str) -> None:
    tree(FILES)
    git("add", ".")

    out, loaded = run(f"log-{what}", "acme", "Pricing review", "--next", "Send the quote @ana")

    assert "commit" in out
    assert loaded == "['filelock']"
