"""Names and texts of others in a report are text: no HTML, link, picture, heading or comment."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from crmkb.store import markdown
from crmkb.values.display import one_line
from tests.conftest import Crm, Tree

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False, "html": True})
PAGE = "reporting/pipeline_dashboard.md"
DAY = ("--as-of", "2026-11-20")

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>x",
    "<!-- <b>",
    "--> <b>x",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "[x][1]\n\n[1]: https://evil.example",
    "<https://evil.example>",
    "x | y | z",
    "x\n# Heading",
    "x\n\n---\n\ny",
    "x\n```\ncode",
    "`x` **y** _z_ ~~w~~ $x$",
    "&lt;b&gt; &#60;b&#62;",
    "x\\",
    "\\[x](y)",
    "- [ ] a task",
    "1. one",
    "> quoted",
    "%%{init: {'theme': 'x'}}%%",
    'x" : 99\n    "y',
    "{{ 7 * 7 }} {% include 'x' %}",
    "@everyone #1",
    "\u202eevil",
]


def workspace(name: str) -> dict[str, str]:
    quoted = json.dumps(name)
    return {
        "customers/acme/profile.md": f"---\nname: {quoted}\nowner: {quoted}\n---\n",
        "customers/acme/deals/big.md": (
            f"---\nname: {quoted}\nstage: discovery\namount: 5000\nowner: {quoted}\n"
            "close_date: 2026-11-25\nopened: 2026-11-01\n---\n"
        ),
        "customers/acme/deals/late.md": (
            f"---\nname: {quoted}\nstage: negotiation\namount: 7000\nclose_date: 2026-10-25\n---\n"
        ),
        "customers/acme/deals/broken.md": f"---\nname: {quoted}\namount: {quoted}\n---\n",
    }


def shape(page: str) -> list[tuple[str, str]]:
    """Return the elements of a page, with the addresses that are not of the workspace."""
    body = page.split("---\n", 2)[2]
    html = MARKDOWN.render(body)
    tags = re.findall(r"<(/?[a-z][a-z0-9]*|!--)([^>]*)>", html, re.IGNORECASE)
    return [(tag, "" if "../" in rest else rest) for tag, rest in tags]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_changes_nothing_of_a_page_but_its_words(tree: Tree, crm: Crm, name: str) -> None:
    root = tree(workspace("Plain Name"))
    crm("report", "pipeline_dashboard", *DAY)
    expected = shape((root / PAGE).read_text(encoding="utf-8"))
    tree(workspace(name))

    ran = crm("report", "pipeline_dashboard", *DAY)

    assert ran.code == 0, ran.err
    assert len(expected) > 50
    assert shape((root / PAGE).read_text(encoding="utf-8")) == expected


PRINTED = """\
---
title: Own
queries:
  q: SELECT name FROM customers
---

{{ q[0].name }}

- {{ q[0].name }}

# {{ q[0].name }} of {{ q[0].name }}

| a | b |
|---|---|
| {{ q[0].name }} | b |
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is_wherever_a_template_prints_it(
    tree: Tree, crm: Crm, name: str
) -> None:
    own = {"templates/reports/own.md": PRINTED}
    tree({**workspace("Plain Name"), **own})
    expected = shape(crm("report", "own", "--stdout").out)
    tree(workspace(name))

    page = crm("report", "own", "--stdout").out

    assert shape(page) == expected
    words = re.sub(
        "<[^>]*>", "", MARKDOWN.render(page.split("---\n", 2)[2].partition("## Left")[0])
    )
    assert unescape(words).count(one_line(name)) == 5


DRAWN = """\
---
title: Own
queries:
  q: SELECT name, amount AS value FROM deals WHERE amount IS NOT NULL ORDER BY path
---

{{ q|pie("name", "value", q[0].name) }}

{{ q|bars("name", "value", q[0].name) }}
"""


def pictures(page: str) -> str:
    """Return the source of all pictures."""
    return "".join(re.findall(r"^```mermaid\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))


def drawn(page: str) -> list[str]:
    """Return the lines of all pictures without their words."""
    bare = re.sub(r'"[^"\n]*"', "WORDS", pictures(page))
    return re.sub(r"^pie title .*", "pie title WORDS", bare, flags=re.MULTILINE).splitlines()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_changes_nothing_of_a_picture_but_its_words(tree: Tree, crm: Crm, name: str) -> None:
    own = {"templates/reports/own.md": DRAWN}
    tree({**workspace("Plain Name"), **own})
    expected = drawn(crm("report", "own", "--stdout").out)
    tree(workspace(name))

    page = crm("report", "own", "--stdout").out

    assert len(expected) > 12
    assert drawn(page) == expected
    assert "%%" not in pictures(page)
    assert MARKDOWN.render(page).count("<pre>") == 2


def test_no_file_name_ends_the_notice_of_a_page(tree: Tree, crm: Crm) -> None:
    tree({"templates/reports/x--><b>.md": "---\ntitle: Own\n---\n\nText\n"})

    _, _, page = crm("report", "x--><b>", "--stdout").out.split("---\n", 2)

    assert page.count("-->") == 1
    assert page.index("-->") > page.index("Please do not edit")


def test_a_title_is_one_value_of_the_front_matter(tree: Tree, crm: Crm) -> None:
    title = "a: [b] # c 'd' \\\\ {e: *f"
    tree({"templates/reports/own.md": f'---\ntitle: "{title}"\n---\n\nText\n'})

    fields = markdown.parse(crm("report", "own", "--stdout").out.encode()).fields

    assert fields["title"] == title.replace("\\\\", "\\")


def test_no_front_matter_is_forged_by_a_title(tree: Tree, crm: Crm, root: Path) -> None:
    tree({"templates/reports/own.md": '---\ntitle: "x\\n---\\nas_of: 1999-01-01"\n---\n\nText\n'})

    crm("report", "own", *DAY)

    page = (root / "reporting/own.md").read_text()
    assert "\nas_of: 2026-11-20\n" in page
    assert "\nas_of: 1999-01-01" not in page
