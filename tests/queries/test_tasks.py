from __future__ import annotations

import json

import pytest

from tests.conftest import Crm, Tree
from tests.queries.sample import DAY, SAMPLE

CALL = "customers/acme/interactions/2026-11-18-1430-call-pricing-review.md"


@pytest.fixture(autouse=True)
def sample(tree: Tree) -> None:
    tree(SAMPLE)
    tree({"customers/bolt/context/notes.md": "- [ ] Buy flowers @ana due:2026-12-01\n"})


def test_tasks_are_grouped_by_their_day_and_end_with_their_place(crm: Crm) -> None:
    assert crm("tasks", DAY).out == (
        "Overdue (1)\n"
        "  2026-11-19  acme  Send the quote @ana  customers/acme/deals/platform.md:13\n"
        "\n"
        "Today (1)\n"
        f"  2026-11-20  acme  Ring her @ben  {CALL}:13\n"
        "\n"
        "Later (1)\n"
        "  2026-12-01  bolt  Buy flowers @ana  customers/bolt/context/notes.md:1\n"
        "\n"
        "No date (1)\n"
        f"  -           acme  Think of a discount @jane-roe  {CALL}:12\n"
    )


@pytest.mark.parametrize(
    "options, texts",
    [
        (["--owner=ana"], ["Send the quote", "Buy flowers"]),
        (["--owner=@jane-roe"], ["Think of a discount"]),
        (["--customer=bolt"], ["Buy flowers"]),
        (["--overdue"], ["Send the quote"]),
        (["--due=today"], ["Send the quote", "Ring her"]),
        (["--done"], ["Call back"]),
    ],
)
def test_options_narrow_the_tasks(crm: Crm, options: list[str], texts: list[str]) -> None:
    tasks = json.loads(crm("tasks", *options, "--json", DAY).out)

    assert tasks["kind"] == "tasks"
    assert [task["text"] for task in tasks["data"]] == texts


def test_json_is_raw(crm: Crm) -> None:
    [task] = json.loads(crm("tasks", "--overdue", "--json", DAY).out)["data"]

    assert task == {
        "ref": "acme/deals/platform",
        "path": "customers/acme/deals/platform.md",
        "line": 13,
        "customer": "acme",
        "text": "Send the quote",
        "is_done": False,
        "owner": "ana",
        "due": "2026-11-19",
        "done_on": "",
        "days_overdue": 1,
    }


def test_a_date_that_is_none_is_no_date(crm: Crm, tree: Tree) -> None:
    tree({"customers/bolt/context/notes.md": "- [ ] Buy flowers due:soon\n"})

    assert "No date (1)\n  soon        bolt  Buy flowers" in crm("tasks", "--customer=bolt").out


def test_nothing_to_do_is_said(crm: Crm) -> None:
    ran = crm("tasks", "--owner=ben", "--overdue", DAY)

    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to do\n")


@pytest.mark.parametrize(
    "options, code, error",
    [
        (["--owner=anna"], 4, "error: no owner named 'anna'\nhint: did you mean ana?\n"),
        (["--customer=acne"], 4, "no customer named 'acne'"),
        (["--due=someday"], 2, "'someday' is not a day"),
    ],
)
def test_what_is_wrong_is_said(crm: Crm, options: list[str], code: int, error: str) -> None:
    ran = crm("tasks", *options)

    assert ran.code == code
    assert error in ran.err
