from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crmkb.errors import Exit

HOME = Path(__file__).parents[2]
ENTRY = "from crmkb.cli.main import entry; entry()"
SHOWN = [
    "A sample workspace is in ",
    "# A rep meets a new customer, and writes down what happened.",
    '$ crm new-customer "Acme Corporation"',
    "Add customer Acme Corporation",
    "$ crm new-contact acme-corporation",
    "$ crm new-deal acme-corporation Platform",
    '$ crm log-call acme-corporation "Pricing review"',
    "changed  customers/acme-corporation/deals/platform.md",
    "$ crm tasks --owner ana",
    "Send the quote",
    "$ crm timeline acme-corporation",
    "$ crm check customers/acme-corporation/deals/platform.md",
    "customers/acme-corporation/deals/platform.md:3: stage: 'busines_case' is not one of",
    "did you mean business_case?",
    "$ crm check",
    "no findings",
    "$ crm report --all",
    "$ crm report pipeline_dashboard --stdout",
    "```mermaid",
    "Three things to try next:",
]


def demo(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Play the demo as a program of its own, with an empty home and without an identity."""
    nobody = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    outside = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(HOME), **env}
    return subprocess.run(
        [sys.executable, "-c", ENTRY, "demo", *arguments],
        cwd=folder,
        env=nobody | outside,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    made = tmp_path / "work"
    made.mkdir()
    return made


def test_the_main_job_is_played_in_order_with_an_empty_home(folder: Path) -> None:
    ran = demo(folder)
    assert ran.returncode == Exit.DONE, ran.stdout
    place = 0
    for words in SHOWN:
        place = ran.stdout.find(words, place)
        assert place >= 0, f"{words!r} is missing in:\n{ran.stdout}"
    assert "error" not in ran.stdout
    workspace = folder / "crm-demo"
    assert git(workspace, "status", "--short") == ""
    assert len(git(workspace, "log", "--format=%s").splitlines()) == 6
    assert "Ana Ruiz" in git(workspace, "log", "-1", "--format=%an")


def test_what_it_proposes_works(folder: Path) -> None:
    shown = demo(folder).stdout
    proposed = re.search(r"cd (\S+) && \S+ log-call (\S+)", shown)
    assert proposed
    assert (folder / proposed[1] / "customers" / proposed[2] / "profile.md").exists()


def test_it_never_fails_for_the_machine_it_is_on(folder: Path) -> None:
    """A repository around it, hooks that refuse, keys that are not there, another workspace."""
    git(folder, "init", "--quiet")
    hooks = folder / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    settings = {
        "core.hooksPath": str(hooks),
        "commit.gpgSign": "true",
        "user.signingKey": "none",
        "user.useConfigOnly": "true",
    }
    home = folder.parent / "home"
    home.mkdir()
    for key, value in settings.items():
        git(folder, "config", "--file", str(home / ".gitconfig"), key, value)
    ran = demo(folder, CRM_WORKSPACE="/nowhere", CRM_ACTOR="x", LC_ALL="C", TERM="dumb")
    assert ran.returncode == Exit.DONE, ran.stdout
    assert git(folder, "status", "--short") == "?? crm-demo/\n?? hooks/\n"


def test_a_second_time_and_a_folder_of_ones_own(folder: Path) -> None:
    assert demo(folder, "mine").returncode == Exit.DONE
    again = demo(folder, "mine")
    assert (again.returncode, again.stdout) == (
        Exit.CONFLICT,
        "error: the folder 'mine' is not empty\nhint: name another: crm demo DIR\n",
    )
    (folder / "crm-demo").mkdir()
    assert "crm-demo-2: 8 customers" in demo(folder).stdout
