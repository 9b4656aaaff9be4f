"""What is printed steers no terminal, runs in no spreadsheet, and commands no workflow."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import pytest

from crmkb.cli.output import Output
from crmkb.cli.terminal import for_terminal, harmless
from tests.conftest import Crm, Tree

ESCAPES = "\x1b]0;title\x07\x1b[31m\x1b[2J\x9b31m\x90q\x9c\u202eevil\u2066\x08\r"
QUOTED = json.dumps(ESCAPES)
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

FILES = {
    "customers/acme/profile.md": (
        f"---\nname: {QUOTED}\nstatus: {QUOTED}\nowner: {QUOTED}\nregion: {QUOTED}\n"
        f'"key {QUOTED[1:-1]}": x\n"key {QUOTED[1:-1]}": y\n---\n'
        f"# Title {ESCAPES}\n\n&#x202e;evil &#8238; &#X202E; `code {ESCAPES}`\n\n"
        f"- [ ] task {ESCAPES} @ana due:2020-01-01\n- [x] done {ESCAPES} done:2020-01-01\n\n"
        f"[link {ESCAPES}](nowhere{ESCAPES}.md)\n"
    ),
    "customers/acme/interactions/2026-01-01-call-x.md": (
        f"---\ndate: 2026-01-01\ntype: call\nsubject: {QUOTED}\n---\nthe word {ESCAPES}\n"
    ),
    "customers/acme/deals/big.md": f"---\nname: {QUOTED}\nstage: {QUOTED}\n---\n",
    "customers/e\x1b[31m\u202evil/profile.md": "---\nname: Evil\n---\n",
    "templates/reports/own.md": (
        f"---\ntitle: {QUOTED}\ndescription: {QUOTED}\nqueries:\n"
        f"  q: SELECT name, owner FROM customers\n---\n"
        f"raw {ESCAPES} &#x202e; {{{{ q|table }}}} {{{{ q[0].name|safe }}}}\n"
    ),
    "in.csv": f'name,"col {ESCAPES.replace(chr(13), "")}"\n"x {ESCAPES}",y\n"z",y,z\n',
    "templates/reports/broken.md": f"---\ntitle: x\nqueries:\n  q: SELECT {QUOTED[1:-1]}\n---\n",
}

COMMANDS = [
    ("list", "customers"),
    ("list", "customers", "--columns", "name,region,owner"),
    ("list", "customers", "--json"),
    ("list", "customers", "--format", "ids"),
    ("list", "deals"),
    ("list", "tasks"),
    ("show", "acme"),
    ("show", "acme", "--json"),
    ("show", "acme/deals/big"),
    ("timeline", "acme"),
    ("timeline", "acme", "--json"),
    ("tasks",),
    ("tasks", "--done"),
    ("tasks", "--json"),
    ("search", "evil"),
    ("search", "word"),
    ("search", "word", "--json"),
    ("check",),
    ("check", "--json"),
    ("check", "--format", "gcc"),
    ("check", "--format", "github"),
    ("check", "--fix", "--dry-run"),
    ("report",),
    ("report", "own", "--stdout"),
    ("report", "own", "--json"),
    ("report", "own", "--dry-run"),
    ("report", "broken", "--stdout"),
    ("query", "SELECT name, owner FROM customers"),
    ("query", f'SELECT 1 AS "{ESCAPES}"'),
    ("query", f"SELECT {ESCAPES}"),
    ("show", ESCAPES),
    ("show", "e[31mvil"),
    ("import", "customers", "in.csv", "--map", "name=name"),
    ("import", "customers", "in.csv", "--map", "name=nothing"),
    ("import", "customers", "in.csv", "--map", "name=name", "--dry-run"),
    (ESCAPES,),
    ("list", ESCAPES),
    ("list", "customers", f"--{ESCAPES}"),
    ("set", "acme", f"name={ESCAPES}", "--dry-run"),
    ("new-customer", f"Other {ESCAPES}", "--dry-run"),
    ("log-note", "acme", f"Note {ESCAPES}"),
]


@pytest.fixture(params=[False, True], ids=["pipe", "terminal"])
def seen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Print into a pipe, then for a person; Rich and our colours add nothing of their own."""
    monkeypatch.setattr(Output, "is_terminal", property(lambda _: request.param))
    monkeypatch.setenv("TERM", "dumb")
    return bool(request.param)


def steering(text: str) -> set[str]:
    """Return the characters of a text that steer a terminal."""
    return {
        char
        for char in text
        if (unicodedata.category(char) == "Cc" and char not in "\n\t") or char in OVERRIDES
    }


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: ascii(" ".join(each))[:60])
def test_nothing_printed_steers_a_terminal(tree: Tree, crm: Crm, command: tuple[str, ...]) -> None:
    tree(FILES)

    ran = crm(*command)

    assert ran.code != 70
    assert ran.out + ran.err
    assert steering(ran.out) | steering(ran.err) == set()


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_tables_for_programs_are_exact_but_harmless_on_a_terminal(
    tree: Tree, crm: Crm, seen: bool, form: str
) -> None:
    tree(FILES)

    ran = crm("list", "customers", "--columns", "name,region", "--format", form)

    assert bool(steering(ran.out)) is not seen


def test_entities_of_markdown_do_not_become_what_steers() -> None:
    text = "&#x202e; &#8238; &#X202E; &#x1b; &#27; &#0000155; &#x9b; &amp; &#65; &#x41; &#9999999;"
    assert harmless(text).split() == ["&amp;", "&#65;", "&#x41;", "&#9999999;"]
    assert "\u202e" not in for_terminal("a \u202e b &#x202e;\n")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "x\r=", "x\r\n@", " =", "\n="])
def test_no_cell_runs_in_a_spreadsheet(tree: Tree, crm: Crm, start: str) -> None:
    formula = f"{start}HYPERLINK(1)"
    value = json.dumps(formula)
    tree({"customers/acme/profile.md": f"---\nname: Acme\nregion: {value}\nowner: {value}\n---\n"})

    for command in (
        ("list", "customers", "--columns", "name,region", "--format", "csv"),
        ("query", "SELECT owner, owner FROM customers", "--format", "csv"),
        ("list", "customers", "--format", "csv"),
    ):
        cells = [cell for row in csv.reader(io.StringIO(crm(*command).out)) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_no_rejected_row_runs_in_a_spreadsheet(tree: Tree, crm: Crm) -> None:
    root = tree({"in.csv": "name,when\n=cmd|' /C calc'!A0,nothing\n"})

    crm("import", "contacts", "in.csv", "--map", "name=name", "--map", "customer=when")

    rows = list(csv.reader(io.StringIO((root / "in.rejects.csv").read_text())))
    assert rows[1][2].startswith("'=cmd")


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"])
def test_no_file_commands_a_workflow(tree: Tree, crm: Crm, end: str) -> None:
    key = json.dumps(f"k{end}::stop-commands::x")
    folder = f"b{end}::add-mask::x"
    tree(
        {
            "customers/acme/profile.md": f"---\nname: A\n{key}: 1\n{key}: 2\nstatus: {key}\n---\n",
            f"customers/{folder}/profile.md": "---\nname: A\nname: B\n---\n",
        }
    )

    ran = crm("check", "--format", "github")

    lines = ran.out.split("\n")
    assert len(lines) > 3
    told = re.compile(r"::error file=customers/[^:,]*,line=\d+::.+")
    assert [line for line in lines if line and not told.match(line)] == []


@pytest.mark.parametrize("end", ["\n", "\r", "\x85", "\u2028"])
@pytest.mark.parametrize("form", ["text", "gcc"])
def test_no_file_forges_a_finding(tree: Tree, crm: Crm, form: str, end: str) -> None:
    key = json.dumps(f"k{end}customers/other/profile.md:1: forged")
    tree({"customers/acme/profile.md": f"---\nname: A\n{key}: 1\n{key}: 2\n---\n"})

    out = crm("check", "--format", form).out

    assert "is given twice" in out
    assert not [line for line in out.split("\n") if line.startswith("customers/other")]
