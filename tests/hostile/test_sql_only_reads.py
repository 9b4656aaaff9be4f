"""SQL of others, typed or in a report, reads the index and comes to an end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from crmkb.config.settings import Config
from crmkb.errors import CrmError
from crmkb.store.index.index import Index
from crmkb.store.sql import safe_sql
from crmkb.store.sql.safe_sql import BadQuery, NotReading, TooLarge, TooSlow, run
from tests.conftest import Crm, Tree

ACME = {
    "customers/acme/profile.md": "---\nname: Acme\nregion: nordics\n---\n",
    "customers/acme/deals/big.md": "---\nname: Big\nstage: discovery\namount: 5\n---\n",
}
OWN = "templates/reports/own.md"
NUMBERS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) "


@pytest.fixture
def index(tree: Tree) -> Iterator[Index]:
    opened = Index(tree(ACME), Config(), date(2026, 11, 20))
    yield opened
    opened.close()


WRITING = [
    "DELETE FROM deals",
    "UPDATE deals SET amount = 0",
    "INSERT INTO deals (path) VALUES ('x')",
    "REPLACE INTO rates VALUES ('USD', 1)",
    "WITH x AS (SELECT 1) DELETE FROM deals",
    "WITH x AS (SELECT 1) INSERT INTO rates SELECT 'USD', 1 FROM x RETURNING *",
    "CREATE TABLE mine (a)",
    "CREATE TEMP TABLE mine (a)",
    "CREATE TEMP VIEW mine AS SELECT 1",
    "CREATE TRIGGER mine AFTER INSERT ON deals BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE mine USING fts5(a)",
    "DROP TABLE deals",
    "ALTER TABLE deals RENAME TO other",
    "REINDEX",
    "ANALYZE",
    "VACUUM",
    "VACUUM INTO 'outside.sqlite'",
    "ATTACH 'outside.sqlite' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH temp",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT x",
    "PRAGMA database_list",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = 1",
    "PRAGMA hard_heap_limit",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_compile_options",
    "SELECT load_extension('outside.so')",
    "SELECT load_extension('outside.so', 'main')",
    "SELECT 1; DELETE FROM deals",
    "EXPLAIN DELETE FROM deals",
    "INSERT INTO texts (texts) VALUES ('delete-all')",
]


@pytest.mark.parametrize("sql", WRITING)
def test_no_query_does_anything_but_read(index: Index, root: Path, sql: str) -> None:
    with pytest.raises((NotReading, BadQuery)):
        run(index, sql)
    assert index.rows("SELECT slug, amount FROM deals") == [("big", 5)]
    assert not list(root.parent.rglob("outside*"))


@pytest.mark.parametrize("sql", WRITING)
def test_no_report_does_anything_but_read(tree: Tree, crm: Crm, sql: str) -> None:
    root = tree({**ACME, OWN: f"---\ntitle: Own\nqueries:\n  q: |\n    {sql}\n---\n{{{{ q }}}}\n"})

    ran = crm("report", "own", "--stdout")

    assert ran.code == 1
    assert f"{OWN}:4: q: " in ran.err
    assert "big" in crm("list", "deals").out
    assert not list(root.parent.rglob("outside*"))


def test_no_extension_is_loaded_even_where_sqlite_would(index: Index) -> None:
    index.db.create_function("load_extension", 1, lambda path: f"{path} is loaded")
    with pytest.raises(NotReading):
        run(index, "SELECT load_extension('outside.so')")


def test_no_condition_breaks_out_of_its_place(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    for where in (
        "1) UNION SELECT path, path FROM files --",
        "1); DELETE FROM deals; --",
        "load_extension('x')",
        "(SELECT count(*) FROM pragma_database_list)",
    ):
        ran = crm("list", "deals", "--where", where)
        assert ran.code == 2, where
    assert "big" in crm("list", "deals").out


def test_no_key_of_a_file_breaks_out_of_its_place(tree: Tree, crm: Crm) -> None:
    keys = ["a' OR 1=1 --", "b') UNION SELECT path FROM files --", "d]", "e; DROP TABLE deals"]
    lines = "".join(f'"{key}": its value\n' for key in keys)
    tree({"customers/acme/profile.md": f"---\nname: Acme\n'c\" FROM files --': x\n{lines}---\n"})

    for key in keys:
        ran = crm("list", "customers", "--columns", key, "--sort", key, "--format", "jsonl")
        assert ran.code == 0, key
        assert json.loads(ran.out)[key] == "its value"
    assert crm("list", "customers", "--columns", 'c" FROM files --').code == 2


@pytest.mark.parametrize(
    "sql",
    [
        f"{NUMBERS} SELECT sum(i) FROM n",
        f"{NUMBERS} SELECT i FROM n WHERE i < 0",
        "SELECT count(*) FROM stages a, stages b, stages c, stages d, stages e, stages f, stages g,"
        " stages h, stages i, stages j, stages k",
    ],
)
def test_no_query_runs_for_ever(index: Index, sql: str) -> None:
    with pytest.raises(TooSlow):
        run(index, sql, seconds=0.05)


def test_no_report_runs_for_ever(tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("crmkb.reports.render"), "SECONDS", 0.05)
    sql = f"{NUMBERS} SELECT sum(i) AS one FROM n"
    tree({OWN: f"---\ntitle: Own\nqueries:\n  q: |\n    {sql}\n---\n{{{{ q|table }}}}\n"})

    assert "q: the query was stopped after 0.05 seconds" in crm("report", "own").err


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT zeroblob(3000000)",
        "SELECT instr(hex(zeroblob(9000000)), hex(zeroblob(4000000)) || '1')",
        "SELECT replace(hex(zeroblob(900000)), '0', '0000')",
        "SELECT 'a' LIKE hex(zeroblob(600))",
    ],
)
def test_no_value_is_so_long_that_nothing_can_stop_a_search_in_it(index: Index, sql: str) -> None:
    with pytest.raises(BadQuery):
        run(index, sql)


def test_no_result_fills_the_memory(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_sql, "LARGEST_RESULT", 1_000_000)
    with pytest.raises(TooLarge):
        run(index, f"{NUMBERS} SELECT zeroblob(1000) FROM n")
    with pytest.raises(TooLarge):
        run(index, f"{NUMBERS} SELECT i FROM n")
    assert len(run(index, f"{NUMBERS} SELECT i FROM n", most=10).rows) == 10


IN_ITS_OWN_PROCESS = f"""
from datetime import date
from pathlib import Path
from crmkb.config.settings import Config
from crmkb.store.sql import safe_sql
from crmkb.store.index.index import Index
safe_sql.LARGEST_HEAP = 30_000_000
try:
    safe_sql.run(
        Index(Path("."), Config(), date(2026, 11, 20)),
        "{NUMBERS} SELECT i FROM n ORDER BY randomblob(1000000)",
        seconds=5,
    )
except safe_sql.TooLarge as error:
    print(error)
"""


def test_no_sorting_fills_the_memory(tree: Tree) -> None:
    done = subprocess.run(  # the limit is of a process, and cannot be taken back
        [sys.executable, "-c", IN_ITS_OWN_PROCESS],
        cwd=tree(ACME),
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "GIT_PYTHON_REFRESH": "quiet"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout == "SQL: what it asks for is too large\n", done.stderr


def test_afterwards_the_connection_is_as_before(index: Index) -> None:
    for sql in (*WRITING, "SELECT zeroblob(3000000)"):
        with pytest.raises(CrmError):
            run(index, sql)
    index.db.execute("CREATE TEMP TABLE mine (a)")
    assert index.rows("SELECT length(zeroblob(3000000))") == [(3_000_000,)]
