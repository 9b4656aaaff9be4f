from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from threading import Timer
from typing import Any

import pytest

from crmkb.config.settings import Config
from crmkb.errors import CrmError
from crmkb.store.index.index import Index
from crmkb.store.sql.safe_sql import BadQuery, NotReading, TooSlow, run, tables
from tests.conftest import Tree

FILES = {
    "customers/acme/profile.md": "---\nname: Acmé\nstatus: active\n---\nThey freight fish.\n",
    "customers/acme/deals/platform.md": (
        "---\nname: Platform\nstage: discovery\namount: 50000\n---\n"
    ),
}


@pytest.fixture
def index(tree: Tree) -> Iterator[Index]:
    opened = Index(tree(FILES), Config(), date(2026, 11, 20))
    yield opened
    opened.close()


def test_rows_come_with_their_columns(index: Index) -> None:
    result = run(index, "SELECT slug, amount FROM deals")

    assert result.columns == ("slug", "amount")
    assert result.rows == [("platform", 50000)]
    assert result.objects() == [{"slug": "platform", "amount": 50000}]


def test_columns_of_the_same_name_are_told_apart(index: Index) -> None:
    result = run(index, "SELECT name, name, name FROM deals")

    assert result.columns == ("name", "name_2", "name_3")


def test_values_are_bound_by_name_and_the_day_is_always_there(index: Index) -> None:
    result = run(index, "SELECT :today, name FROM deals WHERE slug = :slug", {"slug": "platform"})

    assert result.rows == [("2026-11-20", "Platform")]


def test_views_common_tables_and_full_text_can_be_read(index: Index) -> None:
    assert run(index, "SELECT stage_name FROM open_deals").rows == [("Discovery",)]
    assert run(index, "WITH one AS (VALUES (1)) SELECT * FROM one").rows == [(1,)]
    assert run(index, "SELECT title FROM texts WHERE texts MATCH 'acme AND fish'").rows == [
        ("Acmé",)
    ]
    assert run(index, "SELECT value FROM json_each('[7]')").rows == [(7,)]


def test_most_limits_the_rows(index: Index) -> None:
    assert len(run(index, "SELECT * FROM stages", most=2).rows) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM deals",
        "UPDATE deals SET amount = 0",
        "INSERT INTO rates VALUES ('USD', 1)",
        "DROP TABLE deals",
        "CREATE TEMP TABLE mine (a)",
        "ATTACH 'elsewhere.sqlite' AS elsewhere",
        "VACUUM INTO 'elsewhere.sqlite'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA data_version = 3",
        "BEGIN",
        "SELECT 1; DROP TABLE deals",
        "SELECT load_extension('evil')",
        "INSERT INTO texts (texts) VALUES ('optimize')",
        "EXPLAIN DELETE FROM deals",
        "SELECT * FROM pragma_database_list",
    ],
)
def test_whatever_does_not_read_is_refused(index: Index, sql: str) -> None:
    with pytest.raises(NotReading):
        run(index, sql)
    assert index.rows("SELECT slug, amount FROM deals") == [("platform", 50000)]


@pytest.mark.parametrize(
    "sql, message, hint",
    [
        ("SELECT amout FROM deals", "SQL: no such column: amout", "did you mean amount"),
        ("SELECT deals.amout FROM deals", "SQL: no such column: amout", "did you mean amount"),
        ("SELECT * FROM open_deal", "SQL: no such table: open_deal", "mean open_deals"),
        ("SELECT sume(1)", "SQL: no such function: sume", "lists the tables"),
        ("SELEKT 1", 'SQL: near "SELEKT": syntax error', "lists the tables"),
        ("", "SQL: there is no statement", "lists the tables"),
        ("-- nothing", "SQL: there is no statement", "lists the tables"),
        ("SELECT 1 \0", "SQL: the query contains a null character", ""),
        ("SELECT \udcff", "SQL: no such column: \ufffd", ""),
        ("SELECT CAST(x'ff' AS TEXT)", "SQL: Could not decode to UTF-8", ""),
        ("SELECT zeroblob(100000000)", "SQL: string or blob too big", ""),
    ],
)
def test_what_is_wrong_is_told_in_words_of_sqlite(
    index: Index, sql: str, message: str, hint: str
) -> None:
    with pytest.raises(BadQuery) as caught:
        run(index, sql)
    assert caught.value.message.startswith(message)
    assert hint in (caught.value.hint or "")


def test_the_close_names_may_be_given(index: Index) -> None:
    with pytest.raises(BadQuery) as caught:
        run(index, "SELECT regio FROM deals", names=["region", "amount"])
    assert caught.value.hint == "did you mean region?"


ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"


def test_a_query_without_end_is_stopped(index: Index) -> None:
    with pytest.raises(TooSlow, match=r"stopped after 0.05 seconds"):
        run(index, ENDLESS, seconds=0.05)


@pytest.mark.parametrize("share", ["'a'", "x'00'", "2", "NULL"])
def test_a_percentile_without_a_share_was_reported_as_ctrl_c(index: Index, share: str) -> None:
    with pytest.raises(BadQuery):
        run(index, f"SELECT percentile(1, {share})")


@pytest.mark.parametrize("what", ["sum(i)", "median(i)", "percentile(i, 0.9)"])
def test_ctrl_c_within_a_query_is_no_query_that_took_too_long(index: Index, what: str) -> None:
    Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()

    with pytest.raises(KeyboardInterrupt):
        run(index, ENDLESS.replace("sum(i)", what), seconds=30)
    assert run(index, "SELECT 1 AS one").rows == [(1,)]


@pytest.mark.parametrize("sql", ["SELECT 1", "DELETE FROM deals", "SELECT nothing"])
def test_afterwards_the_connection_can_write_again(index: Index, sql: str) -> None:
    try_to(index, sql)

    index.db.execute("CREATE TEMP TABLE mine (a)")
    assert index.rows("SELECT length(zeroblob(60000000))") == [(60_000_000,)]


def try_to(index: Index, sql: str) -> Any:
    try:
        return run(index, sql)
    except CrmError:
        return None


def test_tables_are_listed_with_their_columns_without_those_of_our_own(index: Index) -> None:
    listed = tables(index)

    assert listed["stages"] == ["stage", "name", "probability", "position", "outcome"]
    assert "days_in_stage" in listed["open_deals"]
    assert listed["texts"] == ["path", "title", "body"]
    assert not {"meta", "texts_data", "sqlite_sequence"} & listed.keys()
