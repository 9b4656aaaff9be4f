"""Tables that code computes are filled when a query reads them, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crmkb.config.settings import Config
from crmkb.store.index import computed, functions, tables
from crmkb.store.index.computed import Row
from crmkb.store.index.index import Index
from crmkb.store.sql import safe_sql

MANY = 12_345


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def index(tmp_path: Path, asked: list[str]) -> Iterator[Index]:
    def fill(index: Index, table: str) -> tuple[set[str], Iterator[tuple[str, Row]]]:
        asked.append(table)
        return {table}, rows(table)

    def rows(table: str) -> Iterator[tuple[str, Row]]:
        others = [None] * (len(safe_sql.columns(opened, table)) - 2)
        names = ["acme"] if table == "health" else [f"c{number}" for number in range(MANY)]
        for name in names:
            yield table, (name, "2026-11-20", *others)
        if table == "deal_health":
            raise KeyboardInterrupt

    opened = Index(tmp_path, Config(), date(2026, 11, 20), fill=fill)
    yield opened
    opened.close()


def test_a_table_is_computed_once_when_it_is_read(index: Index, asked: list[str]) -> None:
    safe_sql.run(index, "SELECT count(*) FROM deals")
    assert asked == []
    for _ in range(2):
        assert safe_sql.run(index, "SELECT customer FROM health").rows == [("acme",)]
        assert safe_sql.run(index, "SELECT count(*) FROM health").rows == [(1,)]
    assert asked == ["health"]


def test_a_table_that_a_view_reads_is_computed_too(index: Index, asked: list[str]) -> None:
    index.db.execute("CREATE TEMP VIEW seen AS SELECT customer FROM health")
    assert safe_sql.run(index, "WITH a AS (SELECT * FROM seen) SELECT * FROM a").rows == [("acme",)]


def test_many_rows_are_written_in_portions(index: Index) -> None:
    sql = "SELECT count(*), count(DISTINCT path) FROM executives"
    assert safe_sql.run(index, sql).rows == [(MANY, MANY)]


def test_what_was_cut_off_is_computed_anew(index: Index, asked: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            safe_sql.run(index, "SELECT * FROM deal_health")
        assert index.rows("SELECT count(*) FROM computed.deal_health") == [(0,)]
    assert asked == ["deal_health", "deal_health"]


def test_what_cannot_be_written_stays_refused(index: Index) -> None:
    with pytest.raises(safe_sql.BadQuery, match="because it is a view"):
        safe_sql.run(index, "DELETE FROM health")
    with pytest.raises(safe_sql.NotReading):
        safe_sql.run(index, "DELETE FROM computed.health")


def test_each_computed_table_has_its_module() -> None:
    assert [
        name for name in tables.computed_tables() if not computed.module_of("scores", name)
    ] == []


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([4], 0.9, 4),
        ([3, 1, 2], 0.5, 2),
        ([1, 2, 3, 4], 0.5, 2.5),
        ([15, 20, 35, 40, 50], 0.4, 29),  # of Wikipedia's article "Percentile", second variant
        ([1, None, 3], 0.5, 2),
    ],
)
def test_percentiles_lie_between_the_nearest_ranks(
    index: Index, values: list[float | None], share: float, expected: float | None
) -> None:
    rows = " UNION ALL ".join(
        ["SELECT NULL AS x WHERE 0", *(f"SELECT {v if v is not None else 'NULL'}" for v in values)]
    )
    sql = f"SELECT percentile(x, {share}), median(x) FROM ({rows})"
    found, median = safe_sql.run(index, sql).rows[0]
    assert found == expected
    assert share != 0.5 or median == expected


def test_an_aggregate_keeps_no_endless_list(index: Index) -> None:
    count = functions.MOST_VALUES + 1
    endless = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        " SELECT median(i) FROM n"
    )
    with pytest.raises(safe_sql.BadQuery):
        safe_sql.run(index, endless, seconds=60)
