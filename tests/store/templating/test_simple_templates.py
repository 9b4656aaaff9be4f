"""Templates that need no Jinja give the page that Jinja would make, or are left to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkb.bundled import shipped
from crmkb.store.templating import templates
from crmkb.store.templating.budget import bounded
from crmkb.store.templating.simple_templates import MOST, render_simple

VALUES: dict[str, Any] = {
    "name": "Ana {{ Ruiz }}\r\n",
    "notes": " \n said\u2028so ",
    "empty": "",
    "steps": ["- [ ] a", "- [ ] b"],
    "none": [],
    "count": 3,
}

PIECES = (
    *(
        " ",
        "\n",
        "\n\n",
        "text",
        "{",
        "}",
        "{{",
        "}}",
        "{%",
        "%}",
        "-",
        "{#",
        "#}",
        "\r\n",
        "\u2028",
    ),
    *("{{ name }}", "{{name}}", "{{- notes | trim -}}", "{{ notes|trim }}", "{{ empty }}"),
    *('{{ steps | join("\\n") }}', '{{ none | join(", ") }}', '{{ name | join("-") }}'),
    *("{% if notes %}", "{%- if notes -%}", "{% if empty %}", "{%- if none %}", "{% if count %}"),
    *("{% endif %}", "{%- endif -%}", "{%- endif %}", "{% else %}", "{% if not empty %}"),
    *("{{ missing }}", "{% if missing %}", "{{ count }}", "{{ steps }}", "{{ name | upper }}"),
    *("{{ notes.strip() }}", "{% raw %}", "{% endraw %}", "{{ '{{' }}", "{%if notes%}"),
)


def by_jinja(text: str, values: dict[str, Any]) -> str:
    with bounded():
        return templates.environment().from_string(text).render(values)


def expect_same(text: str) -> None:
    page = render_simple(text, VALUES)
    assert page is None or page == by_jinja(text, VALUES)


@settings(max_examples=1_000)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join))
@example("a {%- if notes -%} b {%- endif -%} c\n")
@example("{% if empty %}{{ name }}{% if notes %}x{% endif %}y{% endif %}z")
@example("{% endif %}")
@example("{{% if notes %}{% endif %}")
@example("{% if notes %}")
def test_a_page_is_the_one_that_jinja_makes(text: str) -> None:
    expect_same(text)


@pytest.mark.parametrize("name", ["customer_profile", "interaction_log", "deal_review"])
def test_the_shipped_templates_of_records_need_no_jinja(name: str) -> None:
    text = (shipped("templates") / f"{name}_template.md").read_text()
    values = {"front_matter": "a: b", "name": "N", "notes": "said", "next_steps": ["- x"]}
    assert render_simple(text, values) == by_jinja(text, values)


def test_a_page_that_grows_is_left_to_what_keeps_account() -> None:
    assert render_simple("{{ name }}" * 3, {"name": "x" * (MOST // 2)}) is None
