"""Files, folders and names across the workspace, and crm.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.conftest import Found


def customer(name: str, lines: str = "") -> str:
    return f"---\nname: {name}\n{lines}---\n"


@pytest.mark.parametrize(
    "mine, theirs, key, written",
    [
        ("", "aliases:\n  - acme\n", "name", "Acme"),
        ("domains:\n  - acme.example\n", "website: https://www.acme.example/x\n", "domains", ""),
        ("aliases:\n  - AC\n", "codename: ac\n", "aliases", "AC"),
    ],
)
def test_a_name_of_two_customers_is_told_in_both_files(
    found: Found, mine: str, theirs: str, key: str, written: str
) -> None:
    files = {
        "customers/acme-ltd/profile.md": customer("Acme", mine),
        "customers/other/profile.md": customer("Other", theirs),
    }
    first, _, second, _ = found(files)
    assert first.startswith(f"customers/acme-ltd/profile.md:{4 if mine else 2}: {key}: '{written}")
    assert first.endswith("also names customers/other/profile.md")
    assert second.startswith(f"customers/other/profile.md:{4 if 'alias' in theirs else 3}: ")


def test_an_email_of_two_contacts_is_told(found: Found) -> None:
    contact = "---\nname: {}\nemails:\n  - x@acme.example\n  - {}@acme.example\n---\n"
    files = {
        "customers/acme/profile.md": customer("Acme"),
        "customers/other/profile.md": customer("Other"),
        "customers/acme/relationships/a.md": contact.format("A", "Joint"),
        "customers/other/relationships/b.md": contact.format("B", "joint"),
    }
    lines = found(files)
    assert [line for line in lines if ":5: " in line] == [
        "customers/acme/relationships/a.md:5: emails: 'Joint@acme.example' is also in"
        " customers/other/relationships/b.md",
        "customers/other/relationships/b.md:5: emails: 'joint@acme.example' is also in"
        " customers/acme/relationships/a.md",
    ]


def test_two_primary_contacts_are_told(found: Found) -> None:
    files = {
        "customers/acme/profile.md": customer("Acme"),
        "customers/acme/relationships/a.md": customer("A", "primary: true\n"),
        "customers/acme/relationships/b.md": customer("B", "primary: true\n"),
        "customers/acme/relationships/c.md": customer("C", "primary: false\n"),
    }
    lines = found(files)
    hint = "keep the line 'primary: true' in one of the two files"
    assert lines == [
        "customers/acme/relationships/a.md:3: primary: 'b' is a primary contact of acme as well",
        hint,
        "customers/acme/relationships/b.md:3: primary: 'a' is a primary contact of acme as well",
        hint,
    ]


def test_a_folder_without_profile_is_told(found: Found) -> None:
    said, _ = found({"customers/acme/context/notes.md": "Notes\n"})
    assert said == "customers/acme/profile.md:1: is missing, so the folder is no customer"


@pytest.mark.parametrize(
    "path", ["deal/x.md", "Deals/x.md", "deals/2026/x.md", "contacts/x.md", "interaction/x.md"]
)
def test_a_file_in_a_folder_where_no_record_is_found_is_told(found: Found, path: str) -> None:
    files = {"customers/acme/profile.md": customer("Acme"), f"customers/acme/{path}": "text"}
    said, hint = found(files)
    assert said.startswith(f"customers/acme/{path}:1: is not read as a")
    assert hint.startswith("move it to customers/acme/")


def test_pages_of_ones_own_are_no_findings(found: Found) -> None:
    files = {
        "customers/acme/profile.md": customer("Acme"),
        "customers/acme/notes/2026/x.md": "text",
        "customers/acme/README.md": "text",
        "customers/acme/context/deep/er.md": "text",
        "customers/README.md": "text",
    }
    assert found(files) == []


def is_case_sensitive(folder: Path) -> bool:
    (folder / "Case").touch()
    return not (folder / "case").exists()


@pytest.mark.parametrize(
    "one, two",
    [
        ("customers/acme/deals/x.md", "customers/acme/deals/X.md"),
        ("customers/caf\u00e9/profile.md", "customers/cafe\u0301/profile.md"),
        ("customers/straße/profile.md", "customers/STRASSE/profile.md"),
    ],
)
def test_paths_that_collide_on_other_disks_are_told(
    tmp_path: Path, found: Found, one: str, two: str
) -> None:
    if not is_case_sensitive(tmp_path):
        pytest.skip("they collide on this disk")
    files = {
        "customers/acme/profile.md": customer("Acme"),
        one: customer("One", "stage: discovery\n"),
        two: customer("Two", "stage: discovery\n"),
    }
    told = [line for line in found(files) if "on disks that ignore case" in line]
    assert len(told) == 2
    assert {line.partition(":")[0] for line in told} == {
        path.removesuffix("/profile.md") for path in (one, two)
    }


def test_an_interaction_whose_name_is_of_another_day_is_told(found: Found) -> None:
    path = "customers/acme/interactions/2026-11-18-1000-call-x.md"
    files = {
        "customers/acme/profile.md": customer("Acme"),
        path: "---\ndate: 2026-11-19T10:00:00\ntype: call\nsubject: X\n---\n",
        "customers/acme/interactions/x.md": "---\ndate: 2026-11-19\ntype: call\nsubject: X\n---\n",
    }
    said, _ = found(files)
    assert said == f"{path}:2: date: is 2026-11-19, but the file is named for 2026-11-18"


def test_settings_there_are_not_are_told_with_their_line(found: Found) -> None:
    config = '[workspace]\ncurency = "EUR"\n\n[team.ana]\nname = "Ana"\nx = 1\n\n[rate]\nUSD = 1\n'
    assert found({"crm.toml": config}) == [
        "crm.toml:2: workspace.curency: there is no such setting",
        "did you mean currency?",
        "crm.toml:6: team.ana.x: there is no such setting",
        "there are email, manager, name, role",
        "crm.toml:8: rate: there is no such setting",
        "did you mean rates?",
    ]
