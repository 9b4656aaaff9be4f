"""Templates and reports of others reach nothing but their values, and come to an end."""

from __future__ import annotations

import pytest

from crmkb.store.templating.templates import TemplateFailed, render
from tests.conftest import Crm, Tree

OWN = "templates/reports/own.md"


def refused(text: str, **values: object) -> str:
    with pytest.raises(TemplateFailed) as caught:
        render("templates/x.md", text, values)
    return caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ ['']|map(attribute='__class__')|first }}",
        "{{ ['']|map('attr', '__class__')|first }}",
        "{{ [{}]|sum(attribute='__class__') }}",
        "{{ ['']|groupby('__class__')|first|first }}",
        "{{ ['']|sort(attribute='__class__.__name__')|first }}{{ [''][0].__class__ }}",
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ name.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ dict.mro() }}",
        "{{ range.__class__ }}",
        "{{ loop.__class__ }}",
        "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ '{a.__class__}'.format_map({'a': 1}) }}",
        "{{ 'x'.format }}{{ 'x'.format() }}",
        "{{ ('%s' % name).__class__ }}",
        "{{ name.encode().__class__ }}",
        "{% include '/etc/passwd' %}",
        "{% include 'crm.toml' %}",
        "{% include ['../crm.toml', 'crm.toml'] %}",
        "{% import 'os' as os %}",
        "{% from 'crm.toml' import x %}",
        "{% extends 'customer_profile_template.md' %}",
        "{{ open('/etc/passwd') }}",
        "{{ __import__('os') }}",
        "{{ config }}",
        "{{ environment }}",
        "{{ lipsum() }}",
        "{% do name.append(1) %}",
        "{% set f = name.__getattribute__ %}{{ f('__class__') }}",
    ],
)
def test_no_template_reaches_out(text: str) -> None:
    assert refused(text, name="Acme")


DOUBLING = "{% set ns = namespace(x='ab') %}{% for i in range(60) %}%s{% endfor %}{{ ns.x|length }}"
NESTING = "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}%s{% endfor %}"
TWICE = "{% macro m(n) %}{{ m(n - 1) ~ m(n - 1) if n > 0 }}{% endmacro %}{{ m(90) }}"


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(10**9) %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in range(99999)|map('string') %}{% for j in range(99999) %}{% endfor %}"
        "{% endfor %}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{{ loop([1]) }}{% endfor %}",
        "{% for x in [1] recursive %}{% for i in range(9999) %}{% endfor %}{{ loop([1,1]) }}"
        "{% endfor %}",
        "{{ range(99999)|map('string')|map('list')|map('length')|sum }}{% for a in range(99999) %}"
        "{{ range(99999)|sum }}{% endfor %}",
        TWICE,
        "{{ 'a' * 10**10 }}",
        "{{ 10**10 * 'a' }}",
        "{{ [1] * 10**10 }}",
        "{{ ('a' * 10**7)|length + ('a' * 10**7)|length + ('a' * 10**7)|length }}",
        "{{ 10**(10**9) }}",
        "{{ 2**100000 }}",
        "{% set ns = namespace(x=9) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}"
        "{% endfor %}",
        DOUBLING.replace("%s", "{% set ns.x = ns.x ~ ns.x %}"),
        DOUBLING.replace("%s", "{% set ns.x = ns.x + ns.x %}"),
        DOUBLING.replace("%s", "{% set ns.x = [ns.x, ns.x]|join %}"),
        DOUBLING.replace("%s", "{% set ns.x = ns.x|replace('a', ns.x) %}"),
        DOUBLING.replace("%s", "{% set ns.x %}{{ ns.x }}{{ ns.x }}{% endset %}"),
        DOUBLING.replace("%s", "{% set ns.x = '%s%s' % (ns.x, ns.x) %}"),
        DOUBLING.replace("%s", "{% set ns.x = '%s%s'|format(ns.x, ns.x) %}"),
        NESTING.replace("%s", "{% set ns.x = [ns.x, ns.x] %}"),
        NESTING.replace("%s", "{% set ns.x = {'a': ns.x, 'b': ns.x} %}"),
        NESTING.replace("%s", "{% set ns.x = (ns.x, ns.x) %}"),
        NESTING.replace("%s", "{% set ns.x = dict(a=ns.x, b=ns.x) %}"),
        NESTING.replace("%s", "{% set ns.x = ns.x + ns.x %}"),
        "{% set ns = namespace() %}{% macro m() %}{% set ns.x = varargs %}{% endmacro %}"
        "{% set ns.x = [1] %}{% for i in range(60) %}{{ m(ns.x, ns.x) }}{% endfor %}",
        NESTING.replace("%s", "{% set ns.x = [0, 0]|map('default', ns.x, true)|list %}"),
        "{{ '%0999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '%999999999s'|format('a') }}",
        "{{ '{:>999999999}'.format('a') }}",
        "{{ 'a'.center(999999999) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a'.zfill(999999999) }}",
        "{{ 'a\t'.expandtabs(999999999) }}",
        "{{ (1).to_bytes(999999999, 'big') }}",
        "{{ 'a'|center(999999999) }}",
        "{{ 'a'|indent(999999999, true) }}",
        "{{ 'a b'|wordwrap(1, wrapstring='x' * 9999999) }}",
        "{{ range(99999)|join('x' * 99999) }}",
        "{{ range(99999)|map('string')|join('x' * 99999) }}",
        "{{ range(99999)|map('string')|join(d='x' * 99999) }}",
        "{{ 1.5|round(999999999, 'ceil') }}",
        "{{ [1]|batch(999999999, 'x')|list }}",
        "{{ [[1]]|sum(start=[]) }}",
        "{{ lipsum(n=999999999) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_no_template_works_for_ever_or_fills_the_memory(text: str) -> None:
    assert refused(text)


def test_no_loop_is_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmkb.store.templating.budget.WORK", 150_000)
    monkeypatch.setattr("crmkb.store.templating.budget.SECONDS", 600)
    loops = "{% for i in items %}{% for j in items %}{% endfor %}{% endfor %}"

    words = refused(f"{{% set items = range(99999) %}}{loops}")

    assert words.startswith("stopped: it makes more text, or loops longer,")


@pytest.mark.parametrize(
    "text",
    [
        "{% set x = 'a' * 1000 %}{% for i in range(100) %}{% set y = x.upper() %}{% endfor %}",
        "{% for x in [1] recursive %}{% if loop.depth0 < 1 %}{{ loop(range(99999)) }}{% endif %}"
        "{% endfor %}",
        "{% set x = range(9999) %}{% for i in range(9) %}{% set y = x|sum %}{% endfor %}",
    ],
    ids=["what methods return", "loops within a loop", "what filters are given"],
)
def test_no_call_is_for_nothing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("crmkb.store.templating.budget.WORK", 50_000)
    monkeypatch.setattr("crmkb.store.templating.budget.SECONDS", 600)

    assert refused(text).startswith("stopped: it makes more text, or loops longer,")


@pytest.mark.parametrize("filter", ["upper", "replace('1', '2')", "escape", "string"])
def test_no_list_is_made_a_text_by_a_filter(filter: str) -> None:
    assert refused(f"{{{{ [1, 2]|{filter} }}}}").startswith("a list is no text")


@pytest.mark.parametrize(
    "text", ["{{ '%0999999d' % 1 }}", "{{ '%*d' % (999999, 1) }}", "{{ '%999999s'|format('a') }}"]
)
def test_no_format_is_tried_to_see_how_wide_it_is(text: str) -> None:
    assert refused(text) == "stopped: a format is too wide"


def test_no_lists_are_summed() -> None:
    assert refused("{{ [[1], [2]]|sum(start=[])|length }}") == "only numbers can be summed"


def test_no_template_takes_longer_than_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr("crmkb.store.templating.budget.time.monotonic", lambda: next(clock))

    words = refused("{% for i in range(9) %}{% for j in range(9) %}{{ j }}{% endfor %}{% endfor %}")

    assert words == "stopped: it is not done after 10 seconds"


def test_what_a_page_needs_is_not_refused() -> None:
    text = "{% for row in rows %}{{ row.name|upper|replace('A', 'b') ~ '-' * 3 }}\n{% endfor %}"
    rows = [{"name": "Acme"}] * 10_000

    assert render("x.md", text, {"rows": rows}) == "bCME---\n" * 10_000
    assert render("x.md", "{{ '%.1f'|format(2.25) }} {{ 2**10 }}", {}) == "2.2 1024"
    assert (
        render("x.md", "{% for a, b in {'x': 1}.items() %}{{ a }}{{ b }}{% endfor %}", {}) == "x1"
    )


@pytest.mark.parametrize(
    "body, words",
    [
        ("{{ q.__class__ }}", "'__class__'"),
        ("{% include '/etc/passwd' %}", "no loader"),
        ("{{ 'a' * 10**9 }}", "stopped: it makes more text"),
        ("{{ q }}", "a list is no text"),
        ("{{ q|attr('x') }}", "No filter named 'attr'"),
        ("{% for i in range(10**9) %}{% endfor %}", "Range too big"),
    ],
)
def test_no_report_reaches_out_or_goes_on_for_ever(
    tree: Tree, crm: Crm, body: str, words: str
) -> None:
    tree({OWN: f"---\ntitle: Own\nqueries:\n  q: SELECT 1 AS one\n---\n\n{body}\n"})

    ran = crm("report", "own", "--stdout")

    assert ran.code == 1
    assert f"{OWN}:7: " in ran.err
    assert words in ran.err


def test_no_template_of_a_new_record_reaches_out(tree: Tree, crm: Crm) -> None:
    path = "templates/customer_profile_template.md"
    tree({path: "---\n{{ front_matter }}\n---\n{{ name.__class__.__mro__ }}\n"})

    ran = crm("new-customer", "Acme")

    assert ran.code == 1
    assert f"{path}:4: access to attribute '__class__' of 'str' object is unsafe." in ran.err
