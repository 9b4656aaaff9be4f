"""What is wrong in a single file: its bytes, its front matter, its values."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.checks.conftest import Found
from tests.conftest import Crm, Tree

PATH = "customers/acme/profile.md"
ALIASES = "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

UNREADABLE = {
    "broken YAML": (b"---\nname: [Acme\n---\n", ":2: a '[' list that is not closed"),
    "a colon in a value": (b"---\nname: Acme: Ltd\n---\n", ":2: an unquoted ': ' inside a value"),
    "cp1252": (b"---\nname: M\xfcller\n---\n", ":2: byte 0xfc is not UTF-8"),
    "cp1252 in the body": (b"---\nname: A\n---\n\nM\xfcller\n", ":5: byte 0xfc is not UTF-8"),
    "UTF-16": ("---\nname: A\n---\n".encode("utf-16"), ":1: the file is UTF-16"),
    "a NUL byte": (b"---\nname: A\x00\n---\n", ":2: a NUL byte"),
    "no closing fence": (b"---\nname: Acme\n", ":1: the front matter is never closed"),
    "1 MB of front matter": (
        b'---\nname: A\nx: "' + b"a" * 1_000_000 + b'"\n---\n',
        ":1: the front matter is larger than 256 KB",
    ),
    "an alias bomb": (
        f"---\na: &a [x, x, x, x, x, x, x, x, x]\n{ALIASES}---\n".encode(),
        ": too many aliases ('*')",
    ),
    "a conflict in the front matter": (
        b"---\nname: A\n<<<<<<< HEAD\nstatus: pilot\n=======\nstatus: active\n>>>>>>> b\n---\n",
        ":3: an unresolved git conflict",
    ),
    "a conflict in the body": (
        b"---\nname: Acme\n---\n\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> b\n",
        ":5: an unresolved git conflict",
    ),
    "two blocks": (
        b"---\nname: Acme\n---\n\n---\nstatus: pilot\ntags:\n  - a\n---\n",
        ":5: a second block of front matter, which is not read",
    ),
    "a list": (b"---\n- name\n---\n", "front matter is not 'key: value' lines"),
}


@pytest.mark.parametrize("data, message", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_broken_file_is_named_with_its_line(found: Found, data: bytes, message: str) -> None:
    first, *hint = found({PATH: data, "customers/b/profile.md": "---\nname: B\nstatus: x\n---\n"})
    assert first.startswith(PATH)
    assert message in first
    assert hint[-1].startswith("customers/b/profile.md:3: status: 'x' is not one of prospect")


def test_a_tab_in_the_front_matter_is_named_with_its_line(found: Found) -> None:
    line, *_ = found({PATH: "---\nname: A\nneed:\n\tbudget: 5\n---\n"})
    assert line.startswith(f"{PATH}:4: ")
    assert "tab" in line


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf---\r\nname: Acme\r\nstatus: pilot\r\n---\r\n\r\nbody",
        b"---\nname: Acme\n---\n\n---\n\nA rule above, a rule below.\n\n---\n",
        b"---\nname: Acme\n---\n\n```\n<<<<<<< HEAD\n=======\n>>>>>>> b\n```\n",
        b"---\nname: Acme\n---\n\n<<<<<<< and nothing else\n",
    ],
)
def test_what_is_only_unusual_is_no_finding(found: Found, data: bytes) -> None:
    assert found({PATH: data}) == []


def test_the_line_of_a_bom_file_with_crlf_is_right(found: Found) -> None:
    assert found({PATH: b"\xef\xbb\xbf---\r\nname: Acme\r\nemployees: few\r\n---\r\n"}) == [
        f"{PATH}:3: employees: 'few' is not a plain number",
        "write digits only, such as 50000 or 1250.50",
    ]


@pytest.mark.parametrize(
    "line, message, hint",
    [
        ("status: Active", "'Active' is not one of prospect, pilot, active", "write active"),
        ("tier: enterprize", "'enterprize' is not one of", "did you mean enterprise?"),
        ("annual_revenue: 50,000", "'50,000' is not a plain number", "write 50000"),
        ("annual_revenue: 1.2M", "'1.2M' is not a plain number", "write 1200000"),
        ("annual_revenue: $50k", "is not a plain number", "write 50000, and USD as the currency"),
        ("onboarded: 24.12.2025", "'24.12.2025' is not a day", "write 2025-12-24"),
        ("onboarded: 03/04/2026", "'03/04/2026' is not a day", "write 2026-03-04 or 2026-04-03"),
        ("employees: 1.5", "1.5 is not a whole number", ""),
        ("owner: [ana, ben]", "must be a single text", ""),
        ("tags: {a: b}", "must be a list, one item a line", ""),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(
    found: Found, line: str, message: str, hint: str
) -> None:
    said, *hints = found({PATH: f"---\nname: Acme\n{line}\n---\n"})
    assert said.startswith(f"{PATH}:3: {line.partition(':')[0]}: ")
    assert message in said
    assert "".join(hints).startswith(hint)


def test_a_long_value_is_cut_in_the_message(found: Found) -> None:
    said, *_ = found({PATH: f"---\nname: Acme\nstatus: {'x' * 5000}\n---\n"})
    assert len(said) < 250


def test_what_is_missing_is_told_with_the_line_to_add(found: Found) -> None:
    assert found({PATH: "---\nstatus: pilot\n---\n"}) == [
        f"{PATH}:1: name: is missing",
        "add a line 'name: …'",
    ]


def test_a_key_given_twice_is_told_at_the_second_line(found: Found) -> None:
    assert found({PATH: "---\nname: Acme\nstatus: pilot\nstatus: active\n---\n"}) == [
        f"{PATH}:4: status: is given twice",
        "keep one of the two lines",
    ]


def test_a_percentage_as_probability_is_told_with_the_fraction(found: Found) -> None:
    deal = "---\nname: X\nstage: discovery\nprobability: 80\n---\n"
    assert found({PATH: "---\nname: Acme\n---\n", "customers/acme/deals/x.md": deal}) == [
        "customers/acme/deals/x.md:4: probability: 80 is not between 0 and 1",
        "write 0.8",
    ]


def test_a_link_that_leads_out_is_told_and_not_followed(
    tmp_path: Path, tree: Tree, found: Found
) -> None:
    (tmp_path / "secret.md").write_text("---\nname: Secret\nstatus: wrong\n---\n")
    root = tree({PATH: "---\nname: Acme\n---\n"})
    (root / "customers/acme/deals").mkdir()
    (root / "customers/acme/deals/x.md").symlink_to(tmp_path / "secret.md")
    first, *_ = found({})
    assert first == "customers/acme/deals/x.md:1: is a link that leads out of the workspace"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_that_may_not_be_read_is_told(tree: Tree, crm: Crm) -> None:
    root = tree({PATH: "---\nname: Acme\n---\n"})
    (root / PATH).chmod(0)
    ran = crm("check")
    assert ran.code == 3
    assert f"{PATH}:1: cannot" in ran.out


def test_a_folder_named_like_a_file_stops_nothing(found: Found) -> None:
    files = {
        "customers/acme/profile.md/x.md": "text",
        "customers/b/profile.md": "---\nname: B\nstatus: wrong\n---\n",
    }
    lines = found(files)
    assert any(line.startswith(f"{PATH}:1: ") for line in lines)
    assert any(line.startswith("customers/b/profile.md:3: status: ") for line in lines)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_not_utf_8_is_told(tree: Tree, found: Found) -> None:
    root = tree({PATH: "---\nname: Acme\n---\n"})
    try:
        Path(os.fsdecode(os.fsencode(root / "customers/acme") + b"/m\xfcller.md")).write_bytes(b"")
    except OSError:
        pytest.skip("this disk takes only UTF-8 names")
    first, *_ = found({})
    assert first.startswith("customers/acme/m\\xfcller.md:1: ")
    assert "not UTF-8" in first
