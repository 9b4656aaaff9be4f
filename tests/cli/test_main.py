from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from crmkb.cli.main import PANELS, all_commands, main
from crmkb.errors import Exit
from tests.conftest import Crm, Git, Tree

HOME = Path(__file__).parents[2]
Program = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def program(root: Path) -> Program:
    """Run `crm` as a program of its own in the workspace."""

    def run(
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path = root,
        code: str = "from crmkb.cli.main import entry; entry()",
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(HOME), **(env or {})},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


def test_help_has_every_command_under_its_heading(crm: Crm) -> None:
    ran = crm("--help")
    assert ran.code == Exit.DONE
    headings = [line[:-1] for line in ran.out.splitlines() if line[:-1] in PANELS]
    assert headings == [panel for panel in PANELS if panel in headings]
    for name in all_commands():
        assert f"\n  {name} " in ran.out


@pytest.mark.parametrize("name", sorted(all_commands()))
def test_every_command_has_help_that_fits(crm: Crm, name: str) -> None:
    ran = crm(name, "--help")
    assert ran.code == Exit.DONE
    assert ran.out.startswith(f"Usage: crm {name}")
    assert "Repeat for more. Repeat" not in ran.out
    assert ".." not in ran.out.replace("...", "")


def test_crm_alone_shows_the_help(crm: Crm) -> None:
    ran = crm()
    assert (ran.code, ran.out, ran.err) == (Exit.USAGE, crm("--help").out, "")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["log-cal"], "error: no command 'log-cal'\nhint: did you mean crm log-call"),
        (["help"], "error: no command 'help'\nhint: see crm --help\n"),
        (
            ["archive", "Big", "Co"],
            "error: got unexpected extra argument(s) (Co)\n"
            "hint: put a text of several words in quotes; see crm archive --help\n",
        ),
        (["log-note", "a", "--stage"], "error: option '--stage' requires an argument"),
        (["archive", "--frce"], "error: no option '--frce'\nhint: see crm archive --help; a text"),
        (["--quite", "list"], "error: no option '--quite'\nhint: did you mean --quiet?\n"),
        (["--as-of", "never", "archive", "a"], "error: 'never' is not a day\nhint: write 2026-"),
        (["archive", "\udcff"], "error: CUSTOMER: this is not UTF-8 text\nhint: save or send"),
    ],
)
def test_a_slip_gets_a_line_and_a_hint(crm: Crm, arguments: list[str], said: str) -> None:
    ran = crm(*arguments)
    assert (ran.code, ran.out, ran.err[: len(said)]) == (Exit.USAGE, "", said)


def test_global_options_stand_before_or_after_the_command(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert crm("-C", root, "new-customer", "Before").code == Exit.DONE
    assert crm("new-customer", "After", "-C", root).code == Exit.DONE
    monkeypatch.setenv("CRM_WORKSPACE", str(root))
    assert crm("new-customer", "Around", "--quiet").code == Exit.DONE
    monkeypatch.chdir(root / "customers" / "around")
    monkeypatch.delenv("CRM_WORKSPACE")
    assert crm("new-customer", "Above").code == Exit.DONE
    assert sorted(path.name for path in (root / "customers").iterdir()) == [
        "above",
        "after",
        "around",
        "before",
    ]


def test_an_option_wins_over_the_environment(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRM_WORKSPACE", str(tmp_path))
    assert crm("new-customer", "X").code == Exit.NOT_FOUND
    assert crm("-C", ".", "new-customer", "X").code == Exit.DONE


def test_as_of_is_the_day_of_a_change(crm: Crm, root: Path) -> None:
    crm("new-customer", "Acme")
    crm("archive", "acme", "--as-of", "2026-01-05")
    assert "archived: 2026-01-05\n" in (root / "customers/acme/profile.md").read_text()


def test_an_actor_is_a_trailer(crm: Crm, git: Git) -> None:
    crm("new-customer", "Acme", "--actor", "Import robot")
    assert "\nCrm-Actor: Import robot\n" in git("log", "-1", "--format=%B")


def test_quiet_leaves_only_results(crm: Crm) -> None:
    crm("new-customer", "Acme")
    assert crm("log-note", "acme", "X", "--date", "tomorrow", "-q").err == ""


def test_a_folder_that_is_no_workspace(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = crm("new-customer", "Acme")
    assert ran.code == Exit.NOT_FOUND
    assert ran.err == (
        f"error: no workspace here: no crm.toml in {str(tmp_path)!r} or above\n"
        "hint: make one with: crm init DIR --name 'Your Company', or name one with: crm -C DIR\n"
    )


@pytest.mark.parametrize(
    "content, said",
    [
        (b'[workspace]\nname = "x\n', "crm.toml: not valid TOML: "),
        (b'[workspace]\nname = "x\n', "at line 2"),
        (b"[workspace]\n\nname = '\xff'\n", "crm.toml: line 3 is not UTF-8 text"),
        (b"[workspace]\nname = 5\n", "crm.toml: workspace.name: 5 must be a text in quotes"),
        (b'[workspace]\ntimezone = "Mars"\n', "workspace.timezone: 'Mars' is no time zone"),
        (b"[stages.x]\nprobability = 3\n", "stages.x.probability: 3 is not between 0 and 1"),
        (b"team = 3\n", "team: must be a table, such as [team]"),
    ],
)
def test_broken_settings_are_named(crm: Crm, tree: Tree, content: bytes, said: str) -> None:
    tree({"crm.toml": content})
    ran = crm("new-customer", "Acme")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith("error: crm.toml: ")
    assert said in ran.err
    assert ran.err.endswith("hint: mend crm.toml and try again\n")


def test_without_git_files_can_be_written_and_commits_cannot(
    program: Program, root: Path, tmp_path: Path
) -> None:
    nowhere = {"PATH": str(tmp_path)}
    refused = program("new-customer", "Acme", env=nowhere)
    assert refused.returncode == Exit.FAILED
    assert refused.stderr.decode() == (
        "error: git is not installed or not on PATH\n"
        "hint: install git from git-scm.com; what you typed is kept: crm again\n"
    )
    assert not (root / "customers").exists()
    assert program("new-customer", "Acme", "--no-commit", env=nowhere).returncode == Exit.DONE


def test_without_an_identity_nothing_is_written(
    crm: Crm, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    git("config", "user.useConfigOnly", "true")
    ran = crm("new-customer", "Acme")
    assert ran.code == Exit.FAILED
    assert ran.err == (
        "error: git commit refused: it does not know who you are\n"
        "hint: tell it: git config --global user.name 'Your Name'"
        " and git config --global user.email you@company.example;"
        " what you typed is kept: crm again\n"
    )
    assert git("status", "--short") == ""


def test_a_workspace_without_a_repository(crm: Crm, root: Path) -> None:
    (root / ".git").rename(root.parent / "away")
    ran = crm("new-customer", "Acme")
    assert ran.code == Exit.FAILED
    assert "hint: make one with: git init, or write without a commit with: --no-commit" in ran.err
    assert not (root / "customers").exists()
    assert crm("new-customer", "Acme", "--no-commit").code == Exit.DONE


def test_a_bare_repository_is_said_to_be_one(
    crm: Crm, git: Git, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "bare.git"
    git("clone", "--quiet", "--bare", ".", str(bare))
    (bare / "crm.toml").write_bytes((root / "crm.toml").read_bytes())
    monkeypatch.chdir(bare)
    ran = crm("new-customer", "Acme")
    assert ran.code == Exit.FAILED
    assert "hint: this is a bare repository, which holds no files; work in a clone" in ran.err
    assert not (bare / "customers").exists()


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock"])
def test_another_git_at_work_is_waited_for_by_people(
    crm: Crm, git: Git, root: Path, lock: str
) -> None:
    (root / ".git" / lock).touch()
    ran = crm("new-customer", "Acme")
    (root / ".git" / lock).unlink()
    assert ran.code in (Exit.FAILED, Exit.CONFLICT)
    assert git("status", "--short") == ""


def test_a_console_that_is_not_utf_8(program: Program) -> None:
    program("new-customer", "日本 Mühle")
    ran = program("archive", "日本-muhle", env={"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"})
    assert ran.returncode == Exit.DONE
    assert ran.stdout.decode("cp1252").startswith("Archive ?? Mühle")


def test_a_pipe_that_is_closed_early(program: Program, root: Path) -> None:
    program("new-customer", "Acme")
    command = f'"{sys.executable}" -m crmkb.cli.main log-note acme X --dry-run | head -n 1'
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        check=False,
    )
    assert done.stdout.decode() == "Log note with Acme: X (dry run: nothing is written)\n"
    assert done.stderr == b""


def test_a_bug_of_ours_is_one_line_and_a_file(program: Program, tmp_path: Path) -> None:
    broken = "from crmkb.cli import main\nmain.main = lambda: 1 // 0\nmain.entry()"
    ran = program(code=broken, env={"TMPDIR": str(tmp_path)})
    assert ran.returncode == Exit.BUG
    (report,) = tmp_path.glob("crm-bug-*.txt")
    assert ran.stderr.decode() == (
        "error: this is a bug of crm: ZeroDivisionError: integer division or modulo by zero\n"
        f"hint: please report it with the file {report}\n"
    )
    assert "Traceback (most recent call last)" in report.read_text()


def test_main_returns_its_code(root: Path) -> None:
    assert main(["-C", str(root), "archive", "nobody"]) == Exit.NOT_FOUND
