"""The tables and views of health: they say of any day what a look at that day says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crmkb.store.sql import safe_sql
from tests.conftest import Tree
from tests.metrics.opening import opened

DAY = date(2026, 11, 20)
USAGE = "date,active_users,licensed_users,features_used,features_total\n"

FILES = {
    "customers/acme/profile.md": (
        "---\nname: Acme\nstatus: active\ncsm: ben\nonboarded: 2026-10-01\n---\n"
    ),
    "customers/acme/context/usage.csv": (
        f"{USAGE}2026-10-19,90,100,5,10\n2026-11-09,90,100,5,10\n2026-11-16,45,100,5,10\n"
    ),
    "customers/bolt/profile.md": (
        "---\nname: Bolt\nstatus: churned\nonboarded: 2026-01-01\nchurned: 2026-11-01\n---\n"
    ),
    "customers/bolt/context/usage.csv": f"{USAGE}2026-10-19,1,100,5,10\n",
    "customers/calm/profile.md": "---\nname: Calm\nstatus: pilot\n---\n",
    "customers/dawn/profile.md": "---\nname: Dawn\nstatus: prospect\n---\n",
    "customers/dawn/context/usage.csv": f"{USAGE}2026-11-19,90,100,5,10\n",
}


def asked(root: Path, sql: str, day: date = DAY) -> Sequence[tuple[Any, ...]]:
    return safe_sql.run(opened(root, day).index, sql).rows


def test_who_is_served_has_a_row_for_the_day_and_those_before(tree: Tree) -> None:
    rows = asked(tree(FILES), "SELECT customer, days_ago, score FROM health ORDER BY 1, 2")
    assert rows == [
        ("acme", 0, 38),
        ("acme", 30, 86),
        ("bolt", 30, 15),
        ("bolt", 90, None),
        ("calm", 0, None),
        ("calm", 30, None),
        ("calm", 90, None),
    ]


@pytest.mark.parametrize("days", [30, 90])
def test_a_day_before_is_what_a_look_at_that_day_says(tree: Tree, days: int) -> None:
    root = tree(FILES)
    then = date.fromordinal(DAY.toordinal() - days)
    sql = "SELECT customer, score, band, coverage FROM health WHERE days_ago = {} ORDER BY 1"
    assert asked(root, sql.format(days)) == asked(root, sql.format(0), then)


def test_the_view_tells_the_changes(tree: Tree) -> None:
    sql = "SELECT customer, score, band, indicator, change_30, change_90, csm_name, usage, support"
    assert asked(tree(FILES), f"{sql} FROM customer_health ORDER BY customer") == [
        ("acme", 38, "critical", "red", -48, None, "Ben Okafor", 38.1, None),
        ("calm", None, None, "grey", None, None, None, None, None),
    ]


def test_reasons_are_what_costs_most_with_the_line(tree: Tree) -> None:
    sql = "SELECT position, name, cost, path, line FROM health_reasons WHERE customer = 'acme'"
    path = "customers/acme/context/usage.csv"
    assert asked(tree(FILES), f"{sql} ORDER BY position") == [
        (1, "Four-week trend", 30.0, path, 4),
        (2, "Adoption", 21.9, path, 4),
        (3, "Features in use", 10.0, path, 4),
    ]


def test_advice_follows_from_the_signals(tree: Tree) -> None:
    sql = "SELECT position, advice, who, within FROM health_advice WHERE customer = 'acme'"
    found = asked(tree(FILES), f"{sql} ORDER BY position")
    assert found[0] == (1, "usage_falling", "customer success", "5 days")
    assert [row[1] for row in found] == [
        *("usage_falling", "contacts_unknown", "outcome_missing", "nps_missing"),
    ]


def test_quarters_are_looked_at_on_their_last_days(tree: Tree) -> None:
    root = tree(FILES)
    sql = "SELECT quarters_ago, quarter, day, score FROM health_quarters WHERE customer = 'bolt'"
    assert asked(root, f"{sql} ORDER BY 1") == [
        (1, "2026-Q3", "2026-09-30", None),
        (2, "2026-Q2", "2026-06-30", None),
        (3, "2026-Q1", "2026-03-31", None),
    ]
    now = "SELECT customer, score FROM {} WHERE {} = 0 ORDER BY 1"
    assert asked(root, now.format("health_quarters", "quarters_ago")) == asked(
        root, now.format("health", "days_ago")
    )


def test_a_broken_date_or_an_odd_row_stops_nobody(tree: Tree) -> None:
    files = FILES | {
        "customers/acme/interactions/a.md": "---\ntype: support\nsubject: No day\n---\n",
        "customers/acme/interactions/b.md": "---\ndate: soon\ntype: call\nthem: ana\n---\n",
        "customers/acme/relationships/ana.md": "---\nrole: queen\nleft: maybe\n---\n",
        "customers/acme/context/nps.csv": "date,contact,score\n2026-11-01,,eleven\n,ana,9\n",
        "customers/acme/context/outcomes.md": "- achieved someday All\n- due\n",
        "customers/acme/interactions/2026-11-02-support-x.md": (
            "---\ndate: 2026-11-02T10:00:00+05:00\ntype: support\nsubject: X\nseverity: dire\n"
            "resolved: 2026-11-02T09:00:00Z\n---\n"
        ),
    }
    ((score,),) = asked(tree(files), "SELECT score FROM customer_health WHERE customer = 'acme'")
    assert score is not None
