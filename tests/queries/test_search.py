from __future__ import annotations

import json

import pytest

from tests.conftest import Crm, Tree
from tests.queries.sample import SAMPLE


@pytest.fixture(autouse=True)
def sample(tree: Tree) -> None:
    tree(SAMPLE)


def refs(crm: Crm, *arguments: str) -> list[str]:
    return [match["ref"] for match in json.loads(crm("search", *arguments, "--json").out)["data"]]


def test_matches_come_with_the_words_around_them(crm: Crm) -> None:
    assert crm("search", "jane", "price").out == (
        "2026-11-18-1430  Pricing review  interaction, acme\n"
        "    2026-11-18T14:30:00 call Pricing review jane-roe positive platform Jane finds the"
        " *price…\n"
    )


def test_a_title_counts_more_than_a_text(crm: Crm, tree: Tree) -> None:
    tree({"customers/bolt/context/a.md": "We spoke of pricing review, and pricing review only.\n"})

    assert refs(crm, "pricing", "review")[0].endswith("call-pricing-review")


@pytest.mark.parametrize(
    "words",
    ["tromsø", "TROMSØ", "trom", "fish trom", "02142", "nordics"],
)
def test_case_accents_and_the_end_of_the_last_word_do_not_matter(crm: Crm, words: str) -> None:
    assert refs(crm, *words.split()) == ["acme"]


@pytest.mark.parametrize("name", ["株式会社山田", "Ελλάδα", "Müller"])
def test_words_of_every_script_are_found(crm: Crm, tree: Tree, name: str) -> None:
    tree({"customers/x/profile.md": f"---\nname: {name}\n---\n"})

    assert refs(crm, name) == ["x"]


def test_kind_customer_and_limit_narrow_the_search(crm: Crm) -> None:
    assert refs(crm, "pric", "--kind=articles") == [
        "knowledge_base/objection_handling/too-expensive"
    ]
    assert refs(crm, "renewal", "--customer=bolt") == ["bolt/deals/renewal"]
    assert len(refs(crm, "renewal", "--limit=1")) == 1


@pytest.mark.parametrize(
    "words",
    [
        ['"'],
        ['fish"'],
        ["fish AND"],
        ["NOT fish", "*"],
        ["title:fish"],
        ["fish*", "^fish"],
        ["(", ")"],
        ["NEAR(fish tromsø)"],
        ["'; DROP TABLE texts; --"],
        ["--", "-fish"],
        [""],
    ],
)
def test_words_are_never_operators(crm: Crm, words: list[str]) -> None:
    ran = crm("search", "--", *words)

    assert ran.code == 0
    assert ran.out == "" or "Acme" in ran.out


def test_nothing_found_is_said(crm: Crm) -> None:
    ran = crm("search", "unicorn", "farm")

    assert (ran.code, ran.out, ran.err) == (0, "", "nothing found for 'unicorn farm'\n")


@pytest.mark.parametrize(
    "arguments, code, error",
    [
        ([], 2, "WORDS is missing"),
        (["x", "--kind=dealz"], 4, "no kind named 'dealz'"),
        (["x", "--customer=acne"], 4, "no customer named 'acne'"),
    ],
)
def test_what_is_wrong_is_said(crm: Crm, arguments: list[str], code: int, error: str) -> None:
    ran = crm("search", *arguments)

    assert ran.code == code
    assert error in ran.err
