from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.errors import Exit
from crmkb.store.files.safe_paths import OutsideWorkspace
from crmkb.store.templating.templates import NoTemplate, TemplateFailed, render, source
from tests.conftest import Tree


def failure(text: str, **values: object) -> str:
    with pytest.raises(TemplateFailed) as caught:
        render("templates/x.md", text, values)
    return caught.value.message


def test_values_are_put_in_and_the_last_line_end_stays() -> None:
    assert render("x.md", "# {{ name }}\n", {"name": "Acme"}) == "# Acme\n"


def test_the_workspaces_own_copy_counts(root: Path, tree: Tree) -> None:
    path, shipped = source(root, "deal_review_template.md")
    tree({"templates/deal_review_template.md": "ours"})

    assert (path, shipped[:3]) == ("templates/deal_review_template.md", "---")
    assert source(root, "deal_review_template.md")[1] == "ours"


def test_an_unknown_template_is_told_with_where_to_make_it(root: Path) -> None:
    with pytest.raises(NoTemplate) as caught:
        source(root, "none.md")

    assert caught.value.exit_code == Exit.NOT_FOUND
    assert caught.value.hint == "make it: templates/none.md"


@pytest.mark.parametrize("name", ["../crm.toml", "../../secret.md", "/etc/passwd"])
def test_no_template_is_taken_from_outside(root: Path, name: str) -> None:
    (root.parent / "secret.md").write_text("secret")

    with pytest.raises((OutsideWorkspace, NoTemplate)):
        source(root, name)


def test_no_template_is_read_through_a_link_that_leads_out(root: Path) -> None:
    (root.parent / "secret.md").write_text("secret")
    (root / "templates").mkdir()
    (root / "templates/x.md").symlink_to(root.parent / "secret.md")

    with pytest.raises(OutsideWorkspace):
        source(root, "x.md")


def test_a_template_that_is_no_text_is_told_with_its_line(root: Path, tree: Tree) -> None:
    tree({"templates/x.md": b"one\nZ\xfcrich\n"})

    with pytest.raises(TemplateFailed, match=r"templates/x\.md:2: is not UTF-8 text"):
        source(root, "x.md")


def test_a_byte_order_mark_is_no_part_of_the_text(root: Path, tree: Tree) -> None:
    tree({"templates/x.md": b"\xef\xbb\xbftext"})

    assert source(root, "x.md")[1] == "text"


@pytest.mark.parametrize(
    "text, words",
    [
        ("a\nb {{ nme }}\n", "templates/x.md:2: 'nme' is undefined"),
        ("a\n\n{% if x %}\n", "templates/x.md:3: Unexpected end of template"),
        ("{{ name | upcase }}", "templates/x.md:1: No filter named 'upcase'"),
        ("a\n{{ name + 1 }}", "templates/x.md:2: can only concatenate str"),
        ("a\n{{ 1 / 0 }}", "templates/x.md:2: division by zero"),
        ("a\n{{ name.nothing }}", "templates/x.md:2: 'str object' has no attribute 'nothing'"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "templates/x.md:1: a macro calls"),
    ],
)
def test_a_fault_is_told_with_file_and_line(text: str, words: str) -> None:
    assert failure(text, name="Acme").startswith(words)


def test_lines_count_from_where_the_text_begins_in_its_file() -> None:
    with pytest.raises(TemplateFailed, match=r"x\.md:11: 'nothing' is undefined"):
        render("x.md", "\n{{ nothing }}", {}, first_line=10)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ name.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ lipsum.__globals__['os'] }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ '{x.__class__}'.format_map({'x': name}) }}",
        "{{ ('{0.__cla' ~ 'ss__}').format(name) }}",
        "{{ '%s'.__class__ }}",
        "{% set f = ''.format %}{{ f.__self__.__class__ }}",
        "{{ items.append(1) }}",
        "{{ mapping.update(a=1) }}",
        "{% include '/etc/passwd' %}",
        "{% include '../crm.toml' %}",
        "{% import 'os' as os %}",
        "{% from 'x' import y %}",
        "{% extends '/etc/passwd' %}",
        "{% for n in range(10000000) %}{% endfor %}",
        "{{ open('/etc/passwd').read() }}",
        "{{ __import__('os') }}",
        "{{ eval('1') }}",
    ],
)
def test_no_template_reaches_out_of_its_sandbox(text: str) -> None:
    values: dict[str, object] = {"name": "Acme", "items": [1], "mapping": {"b": 2}}

    assert failure(f"first line\n{text}", **values).startswith("templates/x.md:")
    assert values == {"name": "Acme", "items": [1], "mapping": {"b": 2}}
