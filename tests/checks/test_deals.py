"""Deals: history, closing, currencies."""

from __future__ import annotations

from tests.checks.conftest import Found

PATH = "customers/acme/deals/x.md"
PROFILE = {"customers/acme/profile.md": "---\nname: Acme\n---\n"}


def deal(lines: str) -> dict[str, str | bytes]:
    return {**PROFILE, PATH: f"---\nname: X\n{lines}---\n"}


def test_a_history_that_agrees_is_no_finding(found: Found) -> None:
    history = "stage_history:\n  - 2026-08-01 discovery\n  - 2026-08-01 negotiation\n"
    assert found(deal(f"stage: negotiation\n{history}")) == []


def test_a_deal_without_history_is_no_finding(found: Found) -> None:
    assert found(deal("stage: negotiation\n")) == []


def test_a_history_that_ends_in_another_stage_is_told(found: Found) -> None:
    assert found(deal("stage: negotiation\nstage_history:\n  - 2026-08-01 discovery\n")) == [
        f"{PATH}:4: stage_history: ends with 'discovery', but the stage is 'negotiation'",
        "add a line '- <day> negotiation', or: crm check --fix",
    ]


def test_a_history_out_of_order_is_told_at_the_entry(found: Found) -> None:
    history = "stage_history:\n  - 2026-09-01 negotiation\n  - 2026-08-01 discovery\n"
    assert found(deal(f"stage: negotiation\n{history}")) == [
        f"{PATH}:6: stage_history: 2026-08-01 stands after 2026-09-01",
        "write the entries in the order of their days",
    ]


def test_a_history_of_stages_there_are_not_is_told(found: Found) -> None:
    history = "stage_history:\n  - 2026-08-01 discvery\n  - 2026-09-01 negotiation\n"
    said, hint = found(deal(f"stage: negotiation\n{history}"))
    assert said.startswith(f"{PATH}:5: stage_history: 'discvery' is not one of qualified_lead,")
    assert hint == "did you mean discovery?"


MOVES = (
    "close_date_history:\n"
    "  - 2026-10-02 from 2026-10-31 to 2026-11-30\n"
    "  - 2026-11-02 from 2026-11-30 to 2026-12-18\n"
)


def test_a_close_date_history_that_agrees_is_no_finding(found: Found) -> None:
    assert found(deal(f"stage: discovery\nclose_date: 2026-12-18\n{MOVES}")) == []
    assert found(deal(f"stage: discovery\n{MOVES}")) == []
    assert found(deal(f"stage: closed_won\nclose_date: 2026-11-19\n{MOVES}")) == []


def test_a_close_date_history_that_ends_with_another_day_is_told(found: Found) -> None:
    assert found(deal(f"stage: discovery\nclose_date: 2027-01-29\n{MOVES}")) == [
        f"{PATH}:5: close_date_history: ends with 2026-12-18, but the close date is 2027-01-29",
        "add a line '- <day> from 2026-12-18 to 2027-01-29', or: crm check --fix",
    ]


def test_a_close_date_history_out_of_order_is_told_at_the_entry(found: Found) -> None:
    lines = MOVES.splitlines()
    turned = "\n".join([lines[0], lines[2], lines[1], ""])
    assert found(deal(f"stage: discovery\nclose_date: 2026-12-18\n{turned}")) == [
        f"{PATH}:7: close_date_history: 2026-10-02 stands after 2026-11-02",
        "write the entries in the order of their days",
    ]


def test_a_closed_deal_without_a_day_is_told_with_that_of_its_history(found: Found) -> None:
    history = "stage_history:\n  - 2026-08-01 closed_lost\n"
    assert found(deal(f"stage: closed_lost\n{history}")) == [
        f"{PATH}:3: close_date: is missing, and the stage is 'closed_lost'",
        "add a line 'close_date: 2026-08-01'",
    ]


def test_a_closed_deal_with_a_wrong_day_is_told_once(found: Found) -> None:
    said, *_ = found(deal("stage: closed_won\nclose_date: soon\n"))
    assert said == f"{PATH}:4: close_date: 'soon' is not a day such as 2026-11-20"


def test_what_is_no_currency_code_is_told(found: Found) -> None:
    assert found(deal("stage: discovery\ncurrency: eur\n")) == [
        f"{PATH}:4: currency: 'eur' is not a currency code",
        "write EUR",
    ]
    assert found(deal("stage: discovery\ncurrency: bucks\n")) == [
        f"{PATH}:4: currency: 'bucks' is not a currency code",
        "write three letters, such as EUR",
    ]


def test_a_currency_without_a_rate_is_told_once_in_the_settings(found: Found) -> None:
    files = deal("stage: discovery\ncurrency: GBP\n")
    files["customers/acme/deals/y.md"] = "---\nname: Y\nstage: discovery\ncurrency: GBP\n---\n"
    files["customers/acme/deals/z.md"] = "---\nname: Z\nstage: discovery\ncurrency: USD\n---\n"
    said, hint = found(files)
    assert said.startswith("crm.toml:")
    assert said.endswith(": rates: no rate for GBP, the currency of 2 records")
    assert hint == "write what one GBP is worth in EUR: GBP = …"
