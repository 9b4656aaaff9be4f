from __future__ import annotations

import io
import json

import pytest

from tests.conftest import Crm, Tree
from tests.queries.sample import DAY, SAMPLE

SQL = "SELECT stage, sum(amount) AS amount FROM deals GROUP BY stage ORDER BY stage"


@pytest.fixture(autouse=True)
def sample(tree: Tree) -> None:
    tree(SAMPLE)


def test_rows_are_printed_as_a_table(crm: Crm) -> None:
    assert crm("query", SQL).out == (
        "stage          amount\nclosed_lost\ndiscovery    1,207.50\nnegotiation    50,000\n"
    )


@pytest.mark.parametrize(
    "form, printed",
    [
        ("csv", "stage,amount\nclosed_lost,\ndiscovery,1207.5\nnegotiation,50000\n"),
        ("tsv", "stage\tamount\nclosed_lost\t\ndiscovery\t1207.5\nnegotiation\t50000\n"),
        ("ids", "closed_lost\ndiscovery\nnegotiation\n"),
    ],
)
def test_rows_are_printed_in_the_format_that_is_asked_for(
    crm: Crm, form: str, printed: str
) -> None:
    assert crm("query", SQL, f"--format={form}").out == printed


def test_json_is_raw_and_has_the_day(crm: Crm) -> None:
    ran = crm("query", "SELECT :today AS day, 1.5 AS n, NULL AS none", "--json", DAY)

    assert json.loads(ran.out) == {
        "schema_version": 1,
        "kind": "rows",
        "data": [{"day": "2026-11-20", "n": 1.5, "none": None}],
    }


def test_sql_may_come_from_a_pipe(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b"SELECT 7 AS seven\n"))
    monkeypatch.setattr("sys.stdin", piped)

    assert crm("query", "-").out == "seven\n    7\n"


def test_without_sql_the_tables_are_listed(crm: Crm) -> None:
    listed = crm("query").out
    tables = {each["table"] for each in json.loads(crm("query", "--json").out)["data"]}

    assert "rates\n    currency, rate\n" in listed
    assert {"customers", "deals", "open_deals", "open_tasks", "settings"} <= tables


def test_no_rows_is_said(crm: Crm) -> None:
    ran = crm("query", "SELECT 1 AS one WHERE 0")

    assert (ran.code, ran.err) == (0, "no rows\n")


@pytest.mark.parametrize(
    "sql, error",
    [
        ("SELECT amout FROM deals", "SQL: no such column: amout\nhint: did you mean amount"),
        ("SELECT * FROM deal", "SQL: no such table: deal\nhint: did you mean deals"),
        ("DELETE FROM deals", "SQL: only reading is allowed\nhint: write one statement"),
        ("selekt", 'SQL: near "selekt": syntax error'),
    ],
)
def test_wrong_sql_is_told_of(crm: Crm, sql: str, error: str) -> None:
    ran = crm("query", sql)

    assert ran.code == 2
    assert error in ran.err
