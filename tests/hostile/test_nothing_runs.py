"""Nothing of a workspace of others is run: no program, no module, no hook, no option."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmkb.cli.completion import completions
from crmkb.store.files.locate import find_git
from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git as OurGit
from tests.conftest import Crm, Git, Tree

HOME = Path(__file__).parents[2]
ACME = {"customers/acme/profile.md": "---\nname: Acme\nowner: ana\n---\n"}
EVERYTHING = (
    ("list", "customers"),
    ("show", "acme"),
    ("timeline", "acme"),
    ("check",),
    ("report", "--all"),
    ("log-note", "acme", "Hello", "--notes", "Text"),
    ("set", "acme", "region=nordics"),
    ("rename", "acme", "Apex"),
    ("new-customer", "Other"),
)


def spring(root: Path) -> tuple[Path, str]:
    """Return a mark that must not appear, and a program that would make it."""
    mark = root.parent / "RAN"
    program = root.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 1\n")
    program.chmod(0o755)
    return mark, str(program)


def test_a_folder_that_looks_like_a_bare_repository_configures_nothing(
    tree: Tree, crm: Crm, git: Git
) -> None:
    root = tree({f"sales/{path}": text for path, text in {**ACME, "crm.toml": ""}.items()})
    mark, program = spring(root)
    tree(
        {
            "sales/HEAD": "ref: refs/heads/main\n",
            "sales/objects/.keep": "",
            "sales/refs/heads/.keep": "",
            "sales/hooks/pre-commit": f"#!/bin/sh\n{program}\n",
            "sales/hooks/post-index-change": f"#!/bin/sh\n{program}\n",
            "sales/config": (
                "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
                f'\tworktree = "{root / "sales"}"\n\tfsmonitor = "{program}"\n'
                f'\thooksPath = "{root / "sales/hooks"}"\n'
                f'[gpg]\n\tprogram = "{program}"\n[log]\n\tshowSignature = true\n'
                f'[user]\n\tname = x\n\temail = x@x.example\n[diff]\n\texternal = "{program}"\n'
            ),
        }
    )
    for hook in (root / "sales/hooks").iterdir():
        hook.chmod(0o755)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Bait")

    for command in EVERYTHING:
        ran = crm("-C", root / "sales", *command)
        assert ran.code != 70

    assert not mark.exists()
    assert "this is a bare repository" in crm("-C", root / "sales", "log-note", "acme", "Hi").err
    assert find_git(root / "sales") is None  # an old git does not know how to leave it alone


def test_git_takes_no_bare_repository_that_it_only_came_across(tmp_path: Path, crm: Crm) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "bare")], check=True)
    mark, program = spring(tmp_path / "bare")
    for name, value in (("core.fsmonitor", program), ("gpg.program", program)):
        subprocess.run(["git", "-C", str(tmp_path / "bare"), "config", name, value], check=True)

    with pytest.raises(GitRefused, match="bare repository"):
        OurGit(tmp_path / "bare").run("log")
    assert not mark.exists()


def test_attributes_of_a_workspace_name_filters_but_bring_none(
    tree: Tree, crm: Crm, git: Git
) -> None:
    root = tree(
        {
            **ACME,
            ".gitattributes": "* filter=evil diff=evil merge=evil\n",
            ".gitconfig": '[core]\n\tfsmonitor = touch RAN\n[filter "evil"]\n\tclean = touch RAN\n',
            ".gitmodules": (
                '[submodule "x"]\n\tpath = x\n\turl = -u./touch RAN\n\tupdate = !touch RAN\n'
            ),
            ".githooks/pre-commit": "#!/bin/sh\ntouch RAN\n",
            ".husky/pre-commit": "#!/bin/sh\ntouch RAN\n",
            "hooks/pre-commit": "#!/bin/sh\ntouch RAN\n",
        }
    )
    for hook in root.rglob("pre-commit"):
        hook.chmod(0o755)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Bait")

    for command in EVERYTHING:
        assert crm(*command).code in (0, 3)

    assert not list(root.rglob("RAN"))


def test_no_setting_of_a_workspace_names_a_program(
    tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(ACME)
    mark, program = spring(root)
    names = ("editor", "EDITOR", "VISUAL", "pager", "hooks", "plugins", "command", "git")
    settings = "".join(f'{name} = "{program}"\n' for name in names)
    tree(
        {
            "crm.toml": f"{settings}[workspace]\n{settings}[env]\n{settings}",
            ".env": f"EDITOR={program}\nVISUAL={program}\nPAGER={program}\nGIT_EDITOR={program}\n",
            ".editor": program,
        }
    )
    used = root.parent / "used"
    own = root.parent / "own"
    own.write_text(f"#!/bin/sh\ntouch '{used}'\necho Text >> \"$1\"\n")
    own.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(own))

    for command in (*EVERYTHING, ("log-note", "apex", "Edited", "-e")):
        assert crm(*command).code in (0, 3), command

    assert used.exists()
    assert not mark.exists()


PROGRAMS = ("git", "vi", "less", "pager", "crm")


def test_no_module_or_program_of_a_workspace_is_taken_for_ours(tree: Tree) -> None:
    bait = "open('RAN', 'w')\nraise SystemExit('bait')\n"
    modules = (
        *("crmkb", "yaml", "jinja2", "git", "typer", "rich", "pydantic", "frontmatter", "filelock"),
        *("sitecustomize", "usercustomize", "conftest", "setup", "json", "secrets", "sqlite3"),
    )
    plugins = ("actions", "checks", "alerts", "connectors", "reports", "entities", "plugins")
    root = tree(
        {
            **ACME,
            **{f"{name}.py": bait for name in modules},
            **{f"{folder}/own.py": bait for folder in plugins},
            **{f"crmkb/{folder}/own.py": bait for folder in plugins},
            **{f"{name}/own.py": bait for name in ("templates", "customers/acme")},
            **dict.fromkeys(PROGRAMS, "#!/bin/sh\ntouch RAN\n"),
        }
    )
    for name in PROGRAMS:
        (root / name).chmod(0o755)
    launcher = root.parent / "launcher.py"  # as pip makes one: its folder is on the path
    launcher.write_text(
        f"import sys\nsys.path.insert(0, {str(HOME)!r})\n"
        "from crmkb.cli.main import entry\nentry()\n"
    )
    for command in (("list", "customers"), ("check",), ("log-note", "acme", "Hello"), ("--help",)):
        done = subprocess.run(
            [sys.executable, str(launcher), *command],
            cwd=root,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode in (0, 3), done.stderr
    assert not list(root.rglob("RAN"))


DASHES = ("-rf", "--upload-pack=touch RAN", "--exec=touch RAN", "-c", "--output=RAN", "--help")


@pytest.mark.parametrize("name", DASHES)
def test_no_name_is_taken_for_an_option_of_git(tree: Tree, crm: Crm, git: Git, name: str) -> None:
    root = tree(
        {
            f"customers/{name}/profile.md": "---\nname: Dash\n---\n",
            f"customers/{name}/deals/{name}.md": f"---\nname: '{name}'\nstage: discovery\n---\n",
            f"customers/{name}/{name}": "",
        }
    )
    git("add", "--all")
    git("commit", "--quiet", "-m", "Bait")

    for command in (
        ("show", "--", name),
        ("timeline", "--", name),
        ("log-note", "--", name, name),
        ("log-note", "--notes", name, "--", name, "-m"),
        ("move-deal", "--", f"{name}/{name}", "negotiation"),
        ("set", "--", name, f"region={name}"),
        ("new-contact", "--", name, name),
        ("check", "--fix"),
        ("rename", "--", name, f"{name} {name}"),
        ("new-customer", "--", f"{name} more"),
    ):
        ran = crm(*command)
        assert ran.code in (0, 3), (command, ran.err)

    assert not list(root.rglob("RAN"))
    assert git("status", "--porcelain") == ""
    assert "usage: git" not in git("log", "--format=%B")


def test_no_path_in_the_log_is_taken_for_an_option(tree: Tree, git: Git) -> None:
    root = tree(ACME)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Acme")

    assert list(OurGit(root).log("--output=RAN")) == []
    assert not (root / "RAN").exists()


def test_no_signature_of_a_stranger_starts_a_program_for_a_timeline(
    tree: Tree, crm: Crm, git: Git
) -> None:
    root = tree(ACME)
    mark, program = spring(root)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Acme")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n"
    commit = git("cat-file", "commit", "HEAD").replace("\n\n", f"\n{signature}\n", 1)
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=root,
        input=commit,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    git("update-ref", "HEAD", made.stdout.strip())
    git("config", "gpg.program", program)
    git("config", "log.showSignature", "true")

    assert "Acme" in crm("timeline", "acme").out
    assert not mark.exists()


@pytest.mark.parametrize("name", ["--upload-pack=x", "-rf"])
def test_no_branch_is_taken_for_an_option(tree: Tree, crm: Crm, git: Git, name: str) -> None:
    root = tree(ACME)
    git("update-ref", f"refs/heads/{name}", "HEAD")
    git("symbolic-ref", "HEAD", f"refs/heads/{name}")

    assert crm("log-note", "acme", "Hello").code == 0
    assert crm("timeline", "acme").code == 0
    assert crm("check", "--fix").code in (0, 3)
    assert git("log", "--format=%s", "-1").startswith("Log note")
    assert not list(root.rglob("RAN"))


FOLDERS = (
    *("\\$(touch RAN)", "$(touch RAN)", "`touch RAN`", "a;touch RAN", "a&touch RAN", "a|touch RAN"),
    *("a'b", 'a"b', "a>RAN", "*", "~", "-rf", "--help", "a\nb", "a\x1b[31m", "\u202eb", "!!"),
)


def test_no_folder_runs_when_the_shell_completes_it(tree: Tree, crm: Crm) -> None:
    root = tree(
        {f"customers/{name}/profile.md": "---\nname: x\n---\n" for name in (*FOLDERS, "fine-1")}
    )
    assert crm("list", "customers").code == 0

    assert [value for value, _ in completions("customers", "", root)] == ["fine-1"]


def test_no_title_runs_when_the_shell_shows_it(tree: Tree, crm: Crm) -> None:
    root = tree(
        {"customers/fine/profile.md": "---\nname: \"\\\\$(touch RAN)`x`'y'\\e[31m\"\n---\n"}
    )
    crm("list", "customers")

    ((_, words),) = completions("customers", "", root)

    assert not set(words) & set("\\$`'\"()\x1b")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh here")
def test_zsh_completes_without_running_anything(tree: Tree) -> None:
    root = tree({f"customers/{name}/profile.md": "---\nname: x\n---\n" for name in FOLDERS})
    done = subprocess.run(
        [sys.executable, "-m", "crmkb.cli.main"],
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": str(HOME),
            "_CRM_COMPLETE": "complete_zsh",
            "_TYPER_COMPLETE_ARGS": "crm show ",
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    subprocess.run(["zsh", "-fc", f'_arguments() {{ eval "x=$1" }}; {done.stdout}'], cwd=root)
    assert not list(root.rglob("RAN"))
