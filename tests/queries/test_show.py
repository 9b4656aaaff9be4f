from __future__ import annotations

import json

import pytest

from tests.conftest import Crm, Tree
from tests.queries.sample import DAY, SAMPLE


@pytest.fixture(autouse=True)
def sample(tree: Tree) -> None:
    tree(SAMPLE)


def test_a_deal_is_shown_with_what_is_derived_and_its_text(crm: Crm) -> None:
    assert crm("show", "platform", DAY).out == (
        "customers/acme/deals/platform.md\n"
        "name           Platform\n"
        "stage          negotiation\n"
        "amount         50000\n"
        "currency       USD\n"
        "opened         2026-09-01\n"
        "close_date     2026-11-01\n"
        "owner          ana\n"
        "stage_history  2026-09-01 discovery, 2026-11-10 negotiation\n"
        "\n"
        "age            80 days\n"
        "days in stage  10 days\n"
        "probability    80%\n"
        "weighted       EUR 20,000\n"
        "overdue by     19 days\n"
        "last touch     2026-11-18 (2 days ago)\n"
        "next step      Send the quote (due 2026-11-19)\n"
        "open tasks     3\n"
        "\n"
        "- [ ] Send the quote @ana due:2026-11-19\n"
        "- [x] Call back @ben done:2026-11-12\n"
    )


def test_a_customer_is_shown_with_people_deals_tasks_and_interactions(crm: Crm) -> None:
    shown = crm("show", "ACME Inc", DAY).out

    assert "zip      02142\n" in shown
    assert "last touch          2026-11-18 (2 days ago)\n" in shown
    assert "\nContacts\ncontact   name      role      title  sentiment\njane-roe  Jane Roe" in shown
    assert "\nOpen deals\ndeal          stage              amount" in shown
    assert "\nOpen tasks\ndue         owner     text" in shown
    assert "\nLast interactions\ninteraction      type  subject" in shown
    assert shown.endswith("\n\n# Acme\n\nThey freight **fish** from Tromsø.\n")


@pytest.mark.parametrize(
    "name, line",
    [
        ("jane@acme.example", "last touch  2026-11-18 (2 days ago)"),
        ("acme/2026-11-18-1430", "was         2 days ago"),
        ("2026-11-25-1000", "is in       5 days"),
        ("too-expensive", "topics  pricing"),
        ("knowledge_base/objection_handling/too-expensive.md", "title   It is too expensive"),
    ],
)
def test_every_kind_of_record_can_be_shown(crm: Crm, name: str, line: str) -> None:
    assert line in crm("show", name, DAY).out.splitlines()


def test_json_has_the_fields_as_written_what_is_derived_and_the_text(crm: Crm) -> None:
    shown = json.loads(crm("show", "platform", "--json", DAY).out)

    assert shown["kind"] == "records"
    [record] = shown["data"]
    assert record["ref"] == "acme/deals/platform"
    assert record["kind"] == "deal"
    assert record["fields"]["stage_history"] == ["2026-09-01 discovery", "2026-11-10 negotiation"]
    assert record["fields"]["amount"] == "50000"
    assert record["derived"]["days_in_stage"] == 10
    assert record["body"].startswith("- [ ] Send the quote")


@pytest.mark.parametrize(
    "name, code, error",
    [
        ("nobody", 4, "error: no record named 'nobody'\n"),
        ("renewal", 4, "hint: say which: acme/deals/renewal, bolt/deals/renewal\n"),
        ("../../etc/passwd", 4, "error: no record named '../../etc/passwd'\n"),
        ("broken", 1, "error: customers/broken/profile.md:4: "),
    ],
)
def test_a_record_that_cannot_be_shown_is_told_of(
    crm: Crm, tree: Tree, name: str, code: int, error: str
) -> None:
    tree({"customers/broken/profile.md": "---\nname: Broken\nstatus: {\n---\n"})

    ran = crm("show", name)

    assert ran.code == code
    assert error in ran.err
    assert ran.out == ""


def test_text_cannot_steer_the_terminal(crm: Crm, tree: Tree) -> None:
    tree({"customers/evil/profile.md": "---\nname: Evil\n---\n\x1b[2Jgone\x07\n"})

    assert crm("show", "evil").out.endswith("\n\ngone\n")
