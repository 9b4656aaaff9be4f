from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git, Tree

NEW = "customers/acme-group/profile.md"


def test_the_folder_moves_with_everything_in_it(crm: Crm, tree: Tree, git: Git, root: Path) -> None:
    files: dict[str, str | bytes] = {
        "context/usage.csv": "day,seats\r\n2026-11-01,5\r\n",
        "context/photo.png": b"\x89PNG\x00\xff",
        "context/old.md": "caf\xe9".encode("cp1252"),
        "context/.keep": "",
        "deep/er/note.txt": "untracked",
    }
    tree({f"customers/acme/{path}": content for path, content in files.items()})
    assert crm("rename", "acme", "Acme Group").code == Exit.DONE
    assert not (root / "customers/acme").exists()
    for path, content in files.items():
        expected = content.encode() if isinstance(content, str) else content
        assert (root / "customers/acme-group" / path).read_bytes() == expected
    assert git("status", "--short") == ""
    assert crm("log-note", "acme", "By its old name").code == Exit.DONE


def test_a_link_may_spell_the_folder_in_percent_signs(crm: Crm, tree: Tree, root: Path) -> None:
    link = "[a](../%E6%97%A5%E6%9C%AC/profile.md)\n"
    tree({"customers/日本/profile.md": "---\nname: 日本\n---\n", "customers/bolt/x.md": link})
    crm("rename", "日本", "Nippon")
    assert (root / "customers/bolt/x.md").read_text() == "[a](../nippon/profile.md)\n"


def test_the_old_names_stay_as_aliases(crm: Crm, fields: Fields) -> None:
    crm("rename", "acme", "Acme Group")
    assert fields(NEW)["name"] == "Acme Group"
    assert fields(NEW)["aliases"] == ["Acme Inc", "acme", "Acme Corporation"]
    crm("rename", "acme-group", "Acme")
    aliases = fields("customers/acme/profile.md")["aliases"]
    assert aliases == ["Acme Inc", "Acme Corporation", "acme-group", "Acme Group"]


@pytest.mark.parametrize(
    "link, followed",
    [
        ("[a](../acme/profile.md)", "[a](../acme-group/profile.md)"),
        ("[a](<../acme/profile.md>)", "[a](<../acme-group/profile.md>)"),
        ("[a](/customers/acme/profile.md 'T')", "[a](/customers/acme-group/profile.md 'T')"),
        ("[a](../acme/deals/platform.md#risks)", "[a](../acme-group/deals/platform.md#risks)"),
        ("![a](../acme/context/x%20y.png)", "![a](../acme-group/context/x%20y.png)"),
        ("[a]: ../acme/profile.md", "[a]: ../acme-group/profile.md"),
        ('<a href="../acme/profile.md">', '<a href="../acme-group/profile.md">'),
        ("[[acme/profile]]", "[[acme-group/profile]]"),
        ("[[customers/acme/deals/platform|P]]", "[[customers/acme-group/deals/platform|P]]"),
        ("[[acme]]", "[[acme-group]]"),
        ("[a](../acme-old/profile.md)", "[a](../acme-old/profile.md)"),
        ("[a](https://acme.example/acme/)", "[a](https://acme.example/acme/)"),
        ("[a](acme/profile.md)", "[a](acme/profile.md)"),
        ("acme and ../acme/profile.md", "acme and ../acme/profile.md"),
    ],
)
def test_links_of_others_follow(crm: Crm, tree: Tree, root: Path, link: str, followed: str) -> None:
    text = "---\nname: Bolt\r\n# a comment\n---\n{}\r\n"
    tree({"customers/bolt/profile.md": text.format(link)})
    crm("rename", "acme", "Acme Group")
    found = (root / "customers/bolt/profile.md").read_bytes().decode()
    assert found == text.format(followed)


def test_links_within_the_folder_stay_right(crm: Crm, tree: Tree, root: Path) -> None:
    tree(
        {
            "customers/acme/context/a.md": "[own](../profile.md) [round](../../acme/profile.md)"
            " [out](../../bolt/profile.md)\n"
        }
    )
    crm("rename", "acme", "Acme Group")
    assert (root / "customers/acme-group/context/a.md").read_text() == (
        "[own](../profile.md) [round](../../acme-group/profile.md) [out](../../bolt/profile.md)\n"
    )


def test_keys_that_name_the_customer_follow(crm: Crm, tree: Tree, fields: Fields) -> None:
    win = "knowledge_base/wins/acme.md"
    tree(
        {
            "customers/bolt/profile.md": "---\nname: Bolt\nparent: acme\n---\n",
            win: "---\ntitle: Won\ncustomer: acme\n---\n[Acme](../../customers/acme/profile.md)\n",
        }
    )
    crm("rename", "acme", "Acme Group")
    assert fields("customers/bolt/profile.md")["parent"] == "acme-group"
    assert fields(win)["customer"] == "acme-group"


def test_another_spelling_keeps_the_folder(crm: Crm, git: Git, fields: Fields) -> None:
    crm("rename", "acme", "ACME")
    assert git("show", "--name-only", "--format=").split() == ["customers/acme/profile.md"]
    found = fields("customers/acme/profile.md")
    assert (found["name"], found["aliases"]) == ("ACME", ["Acme Inc", "Acme Corporation"])


def test_the_same_name_changes_nothing(crm: Crm) -> None:
    assert crm("rename", "acme", "Acme Corporation").code == Exit.DONE
    assert crm("rename", "acme-corporation", "Acme Corporation").err == "nothing to change\n"


def test_changes_not_yet_committed_go_along_and_others_stay(
    crm: Crm, tree: Tree, git: Git, root: Path
) -> None:
    tree({"customers/acme/relationships/bob-smith.md": "---\nname: Bob Smith\ntitle: CTO\n---\n"})
    tree({"customers/bolt/profile.md": "---\nname: Bolt\ntier: growth\n---\n"})
    crm("rename", "acme", "Acme Group")
    moved = root / "customers/acme-group/relationships/bob-smith.md"
    assert "title: CTO" in moved.read_text()
    assert git("status", "--short") == " M customers/bolt/profile.md\n"


def test_what_git_ignores_stays_and_is_told(crm: Crm, tree: Tree, root: Path) -> None:
    tree({".gitignore": ".DS_Store\n", "customers/acme/.DS_Store": "x"})
    ran = crm("rename", "acme", "Acme Group")
    assert ran.code == Exit.DONE
    assert ran.err == "note: git ignores customers/acme/.DS_Store, which stays where it is\n"
    assert (root / "customers/acme/.DS_Store").exists()


def test_a_move_is_told_as_a_move(crm: Crm) -> None:
    dry = crm("rename", "acme", "Acme Group", "--dry-run").out
    assert "rename from customers/acme/deals/platform.md\n" in dry
    assert "-name: Acme Corporation\n+name: Acme Group\n" in dry
    data = json.loads(crm("rename", "acme", "Acme Group", "--json").out)["data"]
    assert {"path": NEW, "change": "moved", "from": "customers/acme/profile.md"} in data["files"]


def test_reports_are_told_to_be_renewed(crm: Crm, tree: Tree) -> None:
    tree({"reporting/pipeline.md": "x\n"})
    told = crm("rename", "acme", "Acme Group").err
    assert told == "note: reports still link to the old folder; renew them: crm report --all\n"


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["acme", "Bolt"], Exit.CONFLICT, "exists already: customers/bolt/profile.md"),
        (["bolt", "Falcon"], Exit.CONFLICT, "exists already: customers/acme/profile.md"),
        (["nobody", "X"], Exit.NOT_FOUND, "no customer named 'nobody'"),
        (["acme", " "], Exit.USAGE, "NAME is missing"),
        (["acme", "Stray"], Exit.CONFLICT, "customers/stray/profile.md.bak"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    crm: Crm, tree: Tree, git: Git, arguments: list[str], code: Exit, said: str
) -> None:
    tree({f"customers/{name}/profile.md.bak": "x" for name in ("acme", "stray")})
    before = git("status", "--short")
    ran = crm("rename", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert git("status", "--short") == before
