"""docs/data-dictionary.md tells every table and column of the index, and no others."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from crmkb.config.settings import Config
from crmkb.entities import entities
from crmkb.store.index import tables
from crmkb.values.dates import quarter, quarter_end, quarter_start

DICTIONARY = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
IN_EVERY_RECORD = "Records"


def database(config: Config, as_of: date) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    tables.create(db)
    tables.add_settings(db, config, as_of, temporary=False)
    return db


def real_columns() -> dict[str, set[str]]:
    db = database(Config(), date(2026, 11, 20))
    names = db.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'texts\\_%' ESCAPE '\\'"
    ).fetchall()
    listed = "SELECT name FROM pragma_table_info(?)"
    return {name: {column for (column,) in db.execute(listed, (name,))} for (name,) in names}


def told_columns() -> dict[str, set[str]]:
    """Return the names in the first cells of the tables below each heading."""
    told: dict[str, set[str]] = {}
    heading = ""
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"##+ (.+)", line):
            heading = match[1]
        elif line.startswith("| `"):
            told.setdefault(heading, set()).update(re.findall(r"`(\w+)`", line.split("|")[1]))
    everywhere = told.pop(IN_EVERY_RECORD)
    for entity in entities().values():
        told[entity.plural] |= everywhere
    return told


def test_every_table_and_view_is_told() -> None:
    assert sorted(told_columns()) == sorted(real_columns())


@pytest.mark.parametrize("name", sorted(real_columns()))
def test_every_column_is_told_and_no_other(name: str) -> None:
    assert sorted(told_columns()[name]) == sorted(real_columns()[name])


@pytest.mark.parametrize("start", range(1, 13))
def test_quarters_are_those_of_the_fiscal_year(start: int) -> None:
    for month in range(1, 13):
        day = date(2026, month, 17)
        db = database(Config(fiscal_year_start=start), day)
        rows = db.execute("SELECT * FROM quarters ORDER BY quarters_ago").fetchall()
        assert [row[0] for row in rows] == list(range(12))
        assert rows[0][2] <= day.isoformat() <= rows[0][3]
        for _, name, first, last, reached in rows:
            begin = date.fromisoformat(first)
            assert name == quarter(begin, start)
            assert begin == quarter_start(begin, start)
            assert last == quarter_end(begin, start).isoformat()
            assert reached == min(last, day.isoformat())
