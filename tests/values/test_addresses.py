from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.values.addresses import (
    BadDomain,
    BadPerson,
    domain_of,
    is_email,
    read_domains,
    read_person,
)


@pytest.mark.parametrize(
    "text, name, email",
    [
        ("Jane Roe <jane@acme.example>", "Jane Roe", "jane@acme.example"),
        ('"Roe, Jane" <Jane.Roe@ACME.example>', "Roe, Jane", "Jane.Roe@acme.example"),
        (r'"Jane \"JR\" Roe" <jane@acme.example>', 'Jane "JR" Roe', "jane@acme.example"),
        ("'Roe, Jane' <jane@acme.example>", "Roe, Jane", "jane@acme.example"),
        ("Jane\n  Roe <jane@acme.example>", "Jane Roe", "jane@acme.example"),
        ("jane@acme.example (Jane Roe)", "Jane Roe", "jane@acme.example"),
        ('"jane@acme.example" <jane@acme.example>', "", "jane@acme.example"),
        ("<jane@acme.example>", "", "jane@acme.example"),
        ("jane+crm@acme.example", "", "jane+crm@acme.example"),
        ("mailto:jane@acme.example", "", "jane@acme.example"),
        ("  Jane   Roe ", "Jane Roe", ""),
        ("Jane (Janie) O'Roe", "Jane (Janie) O'Roe", ""),
        ("山田 太郎 <taro@例え.example>", "山田 太郎", "taro@例え.example"),
    ],
)
def test_a_person_is_a_name_an_address_or_both(text: str, name: str, email: str) -> None:
    assert read_person(text) == (name, email)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "---",
        "jane@",
        "@acme.example",
        "jane@acme",
        "Jane <>",
        "Jane <jane>",
        "Jane Roe <",
        "Jane jane@acme.example",
        "<a@x.example> <b@x.example>",
        "a@x.example, b@x.example",
    ],
)
def test_other_texts_are_no_person(text: str) -> None:
    with pytest.raises(BadPerson, match="is not a person") as caught:
        read_person(text)
    assert "Jane Roe <jane@acme.example>" in (caught.value.hint or "")


@given(st.text(max_size=40))
def test_any_text_is_a_person_or_refused(text: str) -> None:
    try:
        name, email = read_person(text)
    except BadPerson:
        return
    assert name or email
    assert not email or is_email(email)


@pytest.mark.parametrize(
    "text, domain",
    [
        ("https://www.Acme.example/x?y#z", "acme.example"),
        ("http://user:pass@acme.example:8080/@x", "acme.example"),
        ("//acme.example", "acme.example"),
        ("acme.example/?next=https://evil.example", "acme.example"),
        ("acme.example//x", "acme.example"),
        ("www.acme.example", "acme.example"),
        ("shop.acme.example.", "shop.acme.example"),
        ("www.example", "www.example"),
        ("jane@Acme.example", "acme.example"),
        ("mailto:jane@acme.example", "acme.example"),
        ("<jane@acme.example>", "acme.example"),
        ("müller.example", "müller.example"),
        ("Acme", ""),
        ("localhost:8000", ""),
        ("192.168.0.1", ""),
        ("-acme.example", ""),
        ("acme..example", ""),
        ("", ""),
    ],
)
def test_the_domain_is_that_of_the_link_or_address(text: str, domain: str) -> None:
    assert domain_of(text) == domain


@given(st.text(max_size=60))
def test_a_domain_is_its_own_domain(text: str) -> None:
    assert domain_of(domain_of(text)) == domain_of(text)


def test_a_list_of_domains_holds_each_once() -> None:
    text = "acme.example, https://www.acme.example;beta.example\nACME.example"
    assert read_domains(text) == ["acme.example", "beta.example"]
    assert read_domains("  ") == []


def test_a_list_with_something_else_in_it_is_refused() -> None:
    with pytest.raises(BadDomain, match="'Acme' is not a domain"):
        read_domains("acme.example, Acme")
