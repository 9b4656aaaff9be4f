"""What follows from the files of deals, as of a day: stages, close dates, events, passages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crmkb.store.index import computed
from crmkb.store.sql import safe_sql
from crmkb.workspace import Workspace
from tests.conftest import Tree
from tests.metrics.opening import opened

LONG = "customers/acme/deals/long.md"
DEALS = {
    "customers/acme/profile.md": "---\nname: Acme\ntier: growth\n---\n",
    LONG: (
        "---\nname: Long\nstage: negotiation\namount: 1000\nowner: ana\nopened: 2026-06-01\n"
        "close_date: 2027-01-29\nstage_history:\n  - 2026-06-01 qualified_lead\n"
        "  - 2026-07-01 business_case\n  - 2026-08-01 discovery\n  - 2026-11-02 negotiation\n"
        "close_date_history:\n  - 2026-09-01 from 2026-09-30 to 2026-12-18\n"
        "  - 2026-10-01 from 2026-12-18 to 2026-11-30\n"
        "  - 2026-11-10 from 2026-11-30 to 2027-01-29\n---\n"
    ),
    "customers/acme/deals/won.md": (
        "---\nname: Won\nstage: closed_won\namount: 500\nowner: ben\nopened: 2026-09-01\n"
        "close_date: 2026-11-12\nstage_history:\n  - 2026-09-01 discovery\n"
        "  - 2026-11-12 closed_won\n---\n"
    ),
    "customers/acme/deals/again.md": (
        "---\nname: Again\nstage: discovery\namount: 80\ncurrency: USD\nopened: 2026-02-01\n"
        "close_date: 2026-12-18\nstage_history:\n  - 2026-02-01 discovery\n"
        "  - 2026-03-02 closed_lost\n  - 2026-11-16 discovery\n"
        "close_date_history:\n  - 2026-11-16 from 2026-03-02 to 2026-12-18\n---\n"
    ),
    "customers/gone/profile.md": "---\nname: Gone\narchived: 2026-10-01\n---\n",
    "customers/gone/deals/old.md": "---\nname: Old\nstage: discovery\nopened: 2026-11-15\n---\n",
}


@pytest.fixture
def workspace(tree: Tree) -> Workspace:
    return opened(tree(DEALS), date(2026, 11, 20))


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    return safe_sql.run(workspace.index, sql).rows


@pytest.mark.parametrize(
    ("day", "closes", "quarter", "overdue"),
    [
        (date(2026, 11, 20), "2027-01-29", "2027-Q1", None),
        (date(2026, 11, 10), "2027-01-29", "2027-Q1", None),
        (date(2026, 11, 9), "2026-11-30", "2026-Q4", None),
        (date(2026, 9, 30), "2026-12-18", "2026-Q4", None),
        (date(2026, 8, 31), "2026-09-30", "2026-Q3", None),
    ],
)
def test_a_close_date_is_that_of_the_day(
    tree: Tree, day: date, closes: str, quarter: str, overdue: int | None
) -> None:
    workspace = opened(tree(DEALS), day)
    sql = f"SELECT close_date, close_quarter, days_overdue FROM open_deals WHERE path = '{LONG}'"
    assert rows(workspace, sql) == [(closes, quarter, overdue)]


def test_what_happened_is_told_day_by_day(workspace: Workspace) -> None:
    sql = (
        "SELECT day, name, event, before, after, value, value_currency FROM deal_events"
        " WHERE day > '2026-10-15' ORDER BY day, name, event"
    )
    assert rows(workspace, sql) == [
        ("2026-11-02", "Long", "moved forward", "Discovery", "Negotiation", 1000, "EUR"),
        ("2026-11-10", "Long", "pushed", "2026-11-30", "2027-01-29", 1000, "EUR"),
        ("2026-11-12", "Won", "won", None, None, 500, "EUR"),
        ("2026-11-16", "Again", "reopened", "Closed lost", "Discovery", 40, "EUR"),
    ]
    earlier = "SELECT name, event FROM deal_events WHERE day < '2026-10-15' ORDER BY day, name"
    assert rows(workspace, earlier) == [
        ("Again", "opened"),
        ("Long", "opened"),
        ("Long", "moved forward"),
        ("Long", "moved back"),
        ("Long", "pushed"),
        ("Won", "opened"),
        ("Long", "pulled in"),
    ]


def test_a_push_is_counted_and_a_closing_is_none(workspace: Workspace) -> None:
    sql = "SELECT path, pushes, days_pushed, last_pushed FROM deal_pushes"
    assert rows(workspace, sql) == [(LONG, 2, 79 + 60, "2026-11-10")]


def test_a_stage_is_passed_once_however_often_a_deal_comes_back(workspace: Workspace) -> None:
    sql = (
        "SELECT stage, result, lost_here FROM stage_passages"
        f" WHERE path = '{LONG}' ORDER BY stage_position"
    )
    assert rows(workspace, sql) == [
        ("qualified_lead", "went on", 0),
        ("discovery", "went on", 0),
        ("business_case", "went on", 0),
        ("negotiation", "open", 0),
    ]


def test_a_lost_deal_died_where_it_was_last(tree: Tree) -> None:
    deal = (
        "---\nname: X\nstage: closed_lost\nclose_date: 2026-09-01\nstage_history:\n"
        "  - 2026-06-01 discovery\n  - 2026-07-01 negotiation\n  - 2026-08-01 discovery\n"
        "  - 2026-09-01 closed_lost\n---\n"
    )
    workspace = opened(tree({"customers/acme/deals/x.md": deal}), date(2026, 11, 20))
    sql = "SELECT stage, result, lost_here FROM stage_passages ORDER BY stage_position"
    assert rows(workspace, sql) == [("discovery", "went on", 1), ("negotiation", "lost", 0)]


@pytest.mark.parametrize(
    ("day", "stage", "close_date"),
    [
        (date(2026, 6, 30), "discovery", "2026-09-01"),
        (date(2026, 7, 15), "negotiation", "2026-10-01"),
        (date(2026, 11, 20), "business_case", "2026-12-01"),
    ],
)
def test_each_day_has_one_state_of_a_deal(
    tree: Tree, day: date, stage: str, close_date: str
) -> None:
    deal = (
        "---\nname: X\nstage: business_case\nclose_date: 2026-12-01\nopened: 2026-06-01\n"
        "close_date_history:\n  - 2026-08-01 from 2026-10-01 to 2026-12-01\n"
        "  - 2026-07-01 from 2026-09-01 to 2026-10-01\nstage_history:\n"
        "  - 2026-08-01 business_case\n  - 2026-07-01 technical_validation\n"
        "  - 2026-07-01 negotiation\n  - 2026-06-01 discovery\n---\n"
    )
    workspace = opened(tree({"customers/acme/deals/x.md": deal}), day)
    sql = "SELECT stage, close_date FROM deal_states"
    assert rows(workspace, sql) == [(stage, close_date)]


def test_a_view_that_is_shared_answers_the_same_as_a_table(tree: Tree) -> None:
    plain, shared = (opened(tree(DEALS), date(2026, 11, 20)) for _ in range(2))
    views = (*computed.SHARED_VIEWS, "deal_events", "sales_velocity", "retention")
    shared.index.computed.share_views(2 * [f"SELECT * FROM {view}" for view in views])
    for view in views:
        names = ", ".join(safe_sql.columns(plain.index, view))
        sql = f"SELECT * FROM {view} ORDER BY {names}"
        for _ in range(2):
            assert rows(shared, sql) == rows(plain, sql), view
    kept = shared.index.rows("SELECT name FROM computed.sqlite_master WHERE type = 'table'")
    assert {str(name) for (name,) in kept} > computed.SHARED_VIEWS.keys()


def test_what_is_read_once_is_no_table(tree: Tree) -> None:
    shared = opened(tree(DEALS), date(2026, 11, 20))
    for times in (1, 2):
        shared.index.computed.share_views(["SELECT * FROM deal_next_steps"])
        rows(shared, "SELECT * FROM deal_next_steps")
        kept = "SELECT count(*) FROM computed.sqlite_master WHERE name = 'open_tasks'"
        assert shared.index.rows(kept) == [(times - 1,)]


def test_who_takes_part_in_a_deal_is_counted_but_those_who_left(tree: Tree) -> None:
    call = "---\ndate: {}\ntype: call\nsubject: S\nthem:\n  - {}\n{}---\n"
    files = {
        "customers/acme/deals/x.md": "---\nname: X\nstage: discovery\n---\n",
        "customers/acme/relationships/bob.md": "---\nname: Bob\nrole: champion\n---\n",
        "customers/acme/relationships/eve.md": (
            "---\nname: Eve\nrole: champion\nleft: 2026-10-01\n---\n"
        ),
        "customers/acme/interactions/a.md": call.format("2026-11-10", "bob", ""),
        "customers/acme/interactions/b.md": call.format("2026-09-10", "eve", "deal: x\n"),
        "customers/acme/interactions/c.md": call.format("2026-11-18", "someone", "deal: x\n"),
        "customers/acme/interactions/d.md": call.format("2026-11-19", "bob", "deal: other\n"),
        "customers/acme/interactions/e.md": call.format("2026-11-25", "bob", ""),
        "customers/acme/interactions/note.md": call.format("2026-11-17", "bob", "").replace(
            "type: call", "type: note"
        ),
        "customers/acme/interactions/mail.md": call.format(
            "2026-11-16", "bob", "direction: outbound\n"
        ).replace("type: call", "type: email"),
        "customers/acme/relationships/zoe.md": (
            "---\nname: Zoe\nrole: champion\nsince: 2026-12-01\n---\n"
        ),
    }
    workspace = opened(tree(files), date(2026, 11, 20))
    sql = (
        "SELECT contacts_known, contacts_engaged, champions, champion_silent, economic_buyers,"
        " economic_buyer_silent FROM deal_engagement"
    )
    assert rows(workspace, sql) == [(1, 2, 1, 10, 0, None)]
