from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from crmkb.cli.main import main
from crmkb.config.settings import load_config
from crmkb.errors import Exit
from crmkb.store.files.disk import digest
from crmkb.workspace.journal import Entry, Journal
from crmkb.workspace.lock import locked
from tests.conftest import Crm, Ran

SHELVES = "competitor_analysis icp objection_handling playbooks pricing segments wins workflows"


@pytest.fixture
def crm(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Crm:
    """Run `crm` in an empty folder that is no workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Europe/Oslo")
    return lambda *words: _ran(capsys, words)


def _ran(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> Ran:
    capsys.readouterr()
    code = main(words)
    printed = capsys.readouterr()
    return Ran(code, printed.out, printed.err)


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


def test_a_workspace_is_settings_folders_and_a_commit(crm: Crm, tmp_path: Path) -> None:
    ran = crm("init", "sales", "--name", "Northbeam Software")
    assert (ran.code, ran.err) == (
        Exit.DONE,
        "next: cd sales, then: crm new-customer 'Acme Corporation'\n",
    )
    root = tmp_path / "sales"
    assert git(root, "status", "--short") == ""
    assert git(root, "log", "--format=%s").splitlines() == [
        "Make a workspace for Northbeam Software"
    ]
    assert sorted(path.name for path in (root / "knowledge_base").iterdir()) == SHELVES.split()
    assert git(root, "check-attr", "linguist-generated", "reporting/x.md").endswith(": set\n")
    config = load_config(root)
    assert (config.name, config.currency, config.timezone) == (
        "Northbeam Software",
        "EUR",
        "Europe/Oslo",
    )
    assert config.team["ana"].email == "ana@northbeam.example"
    assert "# " in (root / "crm.toml").read_text()
    assert crm("-C", "sales", "new-customer", "Acme").code == Exit.DONE
    assert crm("-C", "sales", "check").code == Exit.DONE


def test_options_go_into_the_settings(crm: Crm, tmp_path: Path) -> None:
    options = ["--currency", "nok", "--timezone", "America/New_York", "--with-templates"]
    crm("init", "sales", "--name", "X", *options)
    config = load_config(tmp_path / "sales")
    assert (config.currency, config.timezone) == ("NOK", "America/New_York")
    assert (tmp_path / "sales/templates/customer_profile_template.md").exists()
    assert (tmp_path / "sales/templates/reports/pipeline_dashboard.md").exists()


@pytest.mark.parametrize(
    "name", ['O"Neil \\ Söns', "{{ 7 * 7 }}", "'''", "日本", "a # b", "[x]", "= 3", "x\ty"]
)
def test_any_name_is_kept(crm: Crm, tmp_path: Path, name: str) -> None:
    assert crm("init", "sales", "--name", name).code == Exit.DONE
    assert load_config(tmp_path / "sales").name == name


def test_any_identity_is_kept(crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", '山田 "T" 太郎')
    assert crm("init", "sales", "--name", "X").code == Exit.DONE
    (member,) = load_config(tmp_path / "sales").team.values()
    assert (member.handle, member.name) == ("山田", '山田 "T" 太郎')


def test_a_repository_that_is_there_is_added_to(crm: Crm, tmp_path: Path) -> None:
    root = tmp_path / "there"
    root.mkdir()
    git(root, "init", "--quiet")
    (root / ".gitattributes").write_text("*.png binary\n")
    (root / "README.md").write_text("Ours\n")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Ours")
    (root / "README.md").write_text("Ours, changed\n")
    (root / "staged.txt").write_text("staged\n")
    git(root, "add", "staged.txt")
    assert crm("init", "there", "--name", "X").code == Exit.DONE
    assert git(root, "status", "--short") == " M README.md\nA  staged.txt\n"
    assert (root / ".gitattributes").read_text() == "*.png binary\n"
    assert git(root, "check-attr", "linguist-generated", "reporting/x.md").endswith(": set\n")
    assert git(root, "check-attr", "linguist-generated", "customers/a/context/summary.md").endswith(
        ": set\n"
    )


def test_a_folder_of_a_repository_becomes_a_workspace(crm: Crm, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert crm("init", "deep/sales", "--name", "X").code == Exit.DONE
    assert not (tmp_path / "deep/sales/.git").exists()
    assert git(tmp_path, "status", "--short") == ""


def test_a_second_time_is_refused(crm: Crm, tmp_path: Path) -> None:
    crm("init", "sales", "--name", "X")
    ran = crm("init", "sales", "--name", "Y")
    place = tmp_path / "sales/crm.toml"
    assert (ran.code, ran.err) == (
        Exit.CONFLICT,
        f"error: a workspace exists already: {place}\n",
    )


def test_a_workspace_in_a_workspace_is_refused(crm: Crm, tmp_path: Path) -> None:
    crm("init", "sales", "--name", "X")
    ran = crm("init", "sales/customers/acme", "--name", "Y")
    assert ran.code == Exit.CONFLICT
    assert f"is inside the workspace '{tmp_path / 'sales'}'" in ran.err
    assert not (tmp_path / "sales/customers/acme").exists()


def test_a_dry_run_and_json(crm: Crm, tmp_path: Path) -> None:
    dry = crm("init", "sales", "--name", "X", "--dry-run")
    assert '+name = "X"\n' in dry.out.replace("    # your company, as reports show it", "")
    assert list(tmp_path.iterdir()) == []
    data = json.loads(crm("init", "sales", "--name", "X", "--json").out)["data"]
    assert data["files"][0] == {"path": "crm.toml", "change": "created"}


def test_without_a_commit(crm: Crm, tmp_path: Path) -> None:
    assert crm("init", "sales", "--name", "X", "--no-commit").code == Exit.DONE
    assert "?? crm.toml\n" in git(tmp_path / "sales", "status", "--short")


@pytest.mark.parametrize(
    "options, code, said",
    [
        (["--name", " "], Exit.USAGE, "error: --name is missing\nhint: usage: crm init DIR --name"),
        (["--name", "X", "--currency", "euro"], Exit.USAGE, "'euro' is not a currency code"),
        (
            ["--name", "X", "--timezone", "Europe/Olso"],
            Exit.USAGE,
            "error: --timezone: no time zone 'Europe/Olso'\nhint: did you mean Europe/Oslo",
        ),
    ],
)
def test_what_does_not_fit_leaves_nothing_behind(
    crm: Crm, tmp_path: Path, options: list[str], code: Exit, said: str
) -> None:
    ran = crm("init", "new/sales", *options)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert list(tmp_path.iterdir()) == []


def test_without_an_identity_nothing_is_left_behind(
    crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"COUNT": "1", "KEY_0": "user.useConfigOnly", "VALUE_0": "true"}
    for name, value in settings.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    monkeypatch.setenv("HOME", "/nowhere")
    ran = crm("init", "new/sales", "--name", "X")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith("error: git commit refused: it does not know who you are\nhint: ")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_and_a_bare_repository(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = crm("init", "file/sales", "--name", "X")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith("error: cannot make the folder ")
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    ran = crm("init", "bare.git", "--name", "X")
    assert (ran.code, "this is a bare repository" in ran.err) == (Exit.FAILED, True)
    assert not (tmp_path / "bare.git/crm.toml").exists()


def test_an_init_that_was_cut_off_is_taken_back_by_the_next_one(crm: Crm, tmp_path: Path) -> None:
    root = tmp_path / "sales"
    subprocess.run(["git", "init", "--quiet", root], check=True)
    with locked(root, "test") as state:
        Journal("Make a workspace for Half", True, [Entry("crm.toml", None, digest(b"half"))]).save(
            state
        )
    (root / "crm.toml").write_bytes(b"half")

    ran = crm("init", "sales", "--name", "Northbeam")

    assert (ran.code, "took back what was cut off half-way" in ran.err) == (0, True)
    assert git(root, "log", "--format=%s") == "Make a workspace for Northbeam\n"
