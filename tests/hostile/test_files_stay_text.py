"""Front matter, settings and tables of others are read as text: nothing runs, nothing expands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmkb.cli.main import main
from crmkb.cli.terminal import for_terminal
from crmkb.config.settings import read_config
from crmkb.config.toml_values import BadConfig
from crmkb.store import markdown
from crmkb.store.markdown.prose import without_code
from crmkb.store.markdown.tasks import read_tasks
from tests.conftest import Crm, Tree


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system ['touch RAN']",
        "!!python/object/new:os.system ['touch RAN']",
        "!!python/name:os.system",
        "!!python/module:os",
        "!<tag:yaml.org,2002:python/object/apply:subprocess.call> [['touch', 'RAN']]",
        "!!js/function 'x'",
        "!!binary aGk=",
        "!include /etc/passwd",
        "!!timestamp 2026-01-01",
    ],
)
def test_no_tag_is_carried_out(tree: Tree, crm: Crm, value: str) -> None:
    root = tree({"customers/acme/profile.md": f"---\nname: Acme\nkey: {value}\n---\n"})

    for command in (("list", "customers"), ("show", "acme"), ("check",), ("set", "acme", "a=b")):
        ran = crm(*command)
        assert ran.code in (0, 1, 3)
        assert "root:" not in ran.out
    assert not list(root.rglob("RAN"))


def test_no_tag_makes_an_object() -> None:
    document = markdown.parse(b"---\na: !!python/name:os.system x\nb: !!int 5\n---\n")
    assert document.fields == {"a": "x", "b": "5"}


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "header",
    [
        LAUGHS,
        "a: &a [*a, *a]\n",
        "a: " + "[" * 100_000,
        "a: " + "{" * 100_000,
        "? " * 100_000,
        "a:\n" + "".join(f"{' ' * n}- \n" for n in range(2000)),
        "a: " + "x" * 300_000,
        "<<: &a {<<: *a}\n",
    ],
    ids=["laughs", "itself", "brackets", "braces", "marks", "indents", "large", "merge"],
)
def test_no_bomb_goes_off(header: str) -> None:
    with pytest.raises(markdown.Unreadable) as caught:
        markdown.parse(f"---\n{header}\n---\n".encode())
    assert re.search(
        "aliases|nested deeper|256 KB|simple key|no text|undefined", caught.value.reason
    )


@pytest.mark.parametrize(
    "text",
    [
        "[workspace]\nfiscal_year_start = " + "1" * 5000,
        "[rates]\nUSD = " + "9" * 5000,
        "[rates]\nUSD = 1e99999999999999999999999",
        "[rates]\nUSD = nan",
        "[stages.x]\nprobability = -inf",
        "a = " + "[" * 100_000,
        "[workspace]\ntimezone = '../../../../etc/passwd'",
        "[workspace]\ntimezone = '/etc/passwd'",
        "[workspace]\ntimezone = 'Europe'",
        '[workspace]\ntimezone = "a\\u0000b"',
        "[workspace]\nname = 1979-05-27",
        "team = 3",
        "[team]\nana = 3",
        "[secrets]\nallow = 'x'",
        "[secrets]\nallow = [3]",
    ],
)
def test_no_setting_does_more_than_being_wrong(text: str) -> None:
    with pytest.raises(BadConfig):
        read_config(text)


@pytest.mark.parametrize(
    "data",
    [
        b'name\n=HYPERLINK("http://x")\n',
        b"name\n" + b'"' + b"x" * 200_000,
        b"name\n\0\n",
        b"PK\x03\x04",
        b"\xff\xfe\x00\xd8",
        b"sep=,\n" * 3,
        b"," * 100_000 + b"\n" + b"x," * 100_000,
        b"name\n../../../etc/passwd\n.git\n\x1b[31m\n",
        b"name\n" + "\u202e\u2066evil\n".encode(),
    ],
    ids=range(9),
)
def test_no_table_breaks_the_import(root: Path, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "in.csv").write_bytes(data)

    code = main(["import", "customers", str(tmp_path / "in.csv"), "--map", "name=name"])

    assert code in (0, 1, 2, 3)
    assert {path.name for path in root.iterdir()} <= {
        ".git",
        "crm.toml",
        "customers",
        "in.rejects.csv",
    }


def test_no_line_is_read_for_hours() -> None:
    line = "[x](y) " + "".join("`" * n + " " for n in range(1, 2000))
    assert without_code(line) == line  # millions of backticks: from each, a search took minutes
    assert without_code("a `b` c ``d ` e`` f `g") == "a  c  f `g"


@pytest.mark.parametrize("blank", [" ", "\t", "\r", " \t"])
def test_no_blanks_within_a_task_take_hours(blank: str) -> None:
    (task,) = read_tasks(f"- [ ] one{blank * 300_000}two{blank * 300_000}")
    assert task.text == "one two"


@pytest.mark.parametrize("part", ["<!--", "<!-- -", "\n```mermaid\n", "[", "[a](b", "![](", "&#"])
def test_no_page_takes_hours_on_a_terminal(part: str) -> None:
    assert len(for_terminal(part * 100_000 + "the end")) > 7
