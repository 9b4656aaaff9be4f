"""Define the tables of the index, from the entity models, and the tables of the settings.

No migrations are needed: if the fingerprint of code and settings changes, the index is rebuilt.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from crmkb.config.settings import Config
from crmkb.schema.kinds import Kind, kinds
from crmkb.store.files.walk import GRAIN_NS

VERSION = 1
HERE = Path(__file__).parent
VIEWS = HERE / "views"
SCORES = HERE / "scores.sql"
PACKAGE = HERE.parents[1]
SOURCES = (
    *(HERE, VIEWS, HERE.parent / "markdown"),
    *(PACKAGE / room for room in ("config", "entities", "schema", "secret_scan", "values")),
)
"""The folders with the code that determines the rows of a file."""

_SQL_TYPES = {
    "Texts": "TEXT LIST",
    "Number": "NUMERIC",
    "Amount": "NUMERIC",
    "Whole": "INTEGER",
    "Truth": "BOOLEAN",
}
"""The SQL types of the type names in the models; any other type is TEXT."""

RENAMED = {"primary": "is_primary", "left": "left_on"}
"""Keys that are SQL keywords, with their column names."""

UNSETTLED = f"committed IS NOT NULL OR max(mtime_ns, ctime_ns) > read_ns - {GRAIN_NS}"
"""The condition for files that may differ from the last commit, or change under the same stamp."""

# Long values that would repeat often, such as paths, are stored once and joined by the file's id.
COMMON_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT, customer TEXT,
    slug TEXT, title TEXT, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER,
    read_ns INTEGER, digest TEXT, committed TEXT);
CREATE INDEX files_unsettled ON files (path) WHERE {UNSETTLED};
CREATE TABLE folders (path TEXT PRIMARY KEY, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER,
    is_odd BOOLEAN, read_ns INTEGER) WITHOUT ROWID;
CREATE TABLE fields (path TEXT, key TEXT, position INTEGER, value TEXT,
    PRIMARY KEY (path, key, position)) WITHOUT ROWID;
CREATE TABLE named (name TEXT, file INTEGER, what TEXT,
    PRIMARY KEY (name, file, what)) WITHOUT ROWID;
CREATE INDEX named_by_file ON named (file);
CREATE VIEW names AS SELECT name, kind, path, customer, what
    FROM named JOIN files ON files.id = named.file;
CREATE TABLE tasks (path TEXT, line INTEGER, customer TEXT, text TEXT, is_done BOOLEAN,
    owner TEXT, due TEXT, done_on TEXT, deal TEXT, PRIMARY KEY (path, line)) WITHOUT ROWID;
CREATE TABLE stage_changes (path TEXT, position INTEGER, customer TEXT, day TEXT, stage TEXT,
    before TEXT, until TEXT, PRIMARY KEY (path, position)) WITHOUT ROWID;
CREATE TABLE close_date_changes (path TEXT, position INTEGER, customer TEXT, day TEXT,
    before TEXT, after TEXT, since TEXT, PRIMARY KEY (path, position)) WITHOUT ROWID;
CREATE TABLE usage (path TEXT, line INTEGER, customer TEXT, day TEXT, active_users INTEGER,
    licensed_users INTEGER, features_used INTEGER, features_total INTEGER, events INTEGER,
    events_elsewhere INTEGER, PRIMARY KEY (customer, day, path, line)) WITHOUT ROWID;
CREATE TABLE nps (path TEXT, line INTEGER, customer TEXT, day TEXT, contact TEXT, score INTEGER,
    comment TEXT, PRIMARY KEY (customer, day, path, line)) WITHOUT ROWID;
CREATE TABLE outcomes (path TEXT, line INTEGER, customer TEXT, day TEXT, state TEXT, text TEXT,
    PRIMARY KEY (customer, day, path, line)) WITHOUT ROWID;
CREATE TABLE links (path TEXT, line INTEGER, target TEXT);
CREATE INDEX links_by_path ON links (path);
CREATE TABLE problems (path TEXT, line INTEGER, field TEXT, message TEXT, hint TEXT);
CREATE INDEX problems_by_path ON problems (path);
CREATE TABLE secrets (path TEXT, line INTEGER, kind TEXT, excerpt TEXT);
CREATE INDEX secrets_by_path ON secrets (path);
CREATE TABLE texts_bodies (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIEW texts_rows AS SELECT id, path, title, body FROM texts_bodies JOIN files USING (id);
CREATE VIRTUAL TABLE texts USING fts5(path UNINDEXED, title, body, content = texts_rows,
    content_rowid = id, tokenize = "unicode61 remove_diacritics 2");
INSERT INTO texts (texts, rank) VALUES ('hashsize', 8000000);
"""

_COMMON_VIEWS = ("names", "texts_rows")


SETTINGS_TABLES = """
CREATE {temp} TABLE settings (as_of TEXT, currency TEXT, fiscal_year_start INTEGER, name TEXT,
    commit_from NUMERIC, best_case_from NUMERIC);
CREATE {temp} TABLE stages (stage TEXT PRIMARY KEY, name TEXT, probability NUMERIC,
    position INTEGER, outcome TEXT);
CREATE {temp} TABLE team (handle TEXT PRIMARY KEY, name TEXT, email TEXT, role TEXT, manager TEXT);
CREATE {temp} TABLE rates (currency TEXT PRIMARY KEY, rate NUMERIC);
CREATE {temp} TABLE targets (quarter TEXT PRIMARY KEY, amount NUMERIC);
"""


def create(db: sqlite3.Connection) -> None:
    """Create all tables in an empty database; `add_settings` creates the views."""
    _run(db, COMMON_TABLES)
    for kind in kinds().values():
        columns = ", ".join(f'"{name}" {type_}' for name, type_ in columns_of(kind).items())
        db.execute(
            f"CREATE TABLE {kind.plural} (path TEXT PRIMARY KEY, customer TEXT, slug TEXT,"
            f" {columns}) WITHOUT ROWID"
        )
        db.execute(f"CREATE INDEX {kind.plural}_by_customer ON {kind.plural} (customer)")


def columns_of(kind: Kind) -> dict[str, str]:
    """Return the columns for a kind's keys with their SQL types, in the model's order."""
    types = kind.types.items()
    return {RENAMED.get(key, key): _SQL_TYPES.get(written, "TEXT") for key, written in types}


def to_sql(value: Any) -> Any:
    """Return a field's value as stored in a column: lists joined by commas, ISO dates."""
    match value:
        case list():
            return ", ".join(map(str, value))
        case None | int() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
    return str(value)


def add_settings(db: sqlite3.Connection, config: Config, as_of: date, *, temporary: bool) -> None:
    """Create the tables of the settings in `crm.toml` and the day, and all views.

    Temporary tables belong to one connection, so that two readers can use different days. The
    tables in the file are for programs that open it directly; their day is that of the last write.
    """
    word = "TEMP" if temporary else ""
    schema = "temp" if temporary else "main"
    if not temporary:
        _drop_settings(db)
    _run(db, SETTINGS_TABLES.format(temp=word))
    _run(db, _scores().replace("CREATE TABLE ", f"CREATE TABLE {'computed.' * temporary}"))
    if temporary:
        for table in computed_tables():
            db.execute(temporary_view(table))
    rows = settings_rows(config, as_of)
    for table, values in rows.items():
        for row in values:
            marks = ", ".join("?" * len(row))
            db.execute(f"INSERT INTO {schema}.{table} VALUES ({marks})", row)
    _run(db, views_script().replace("CREATE VIEW", f"CREATE {word} VIEW"))


def temporary_view(table: str) -> str:
    """Return the SQL of a view on a computed table, which hides the file's table of that name."""
    return f"CREATE TEMP VIEW {table} AS SELECT * FROM computed.{table}"


def _drop_settings(db: sqlite3.Connection) -> None:
    listed = db.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    for view in {name for (name,) in listed}.difference(_COMMON_VIEWS):
        db.execute(f"DROP VIEW {view}")
    for table in (*_tables(SETTINGS_TABLES), *computed_tables()):
        db.execute(f"DROP TABLE IF EXISTS {table}")


def _run(db: sqlite3.Connection, script: str) -> None:
    """Run a script statement by statement: `executescript` would commit the open transaction."""
    for statement in script.split(";\n"):
        db.execute(statement)


def settings_rows(config: Config, as_of: date) -> Mapping[str, list[tuple[Any, ...]]]:
    """Return the rows of the settings tables."""
    stages, forecast = config.stages.values(), config.forecast
    return {
        "settings": [
            (
                as_of.isoformat(),
                config.currency,
                config.fiscal_year_start,
                config.name,
                float(forecast.commit),
                float(forecast.best_case),
            )
        ],
        "stages": [
            (s.id, s.name, float(s.probability), s.position, _outcome(s.id)) for s in stages
        ],
        "team": [(m.handle, m.name, m.email, m.role, m.manager) for m in config.team.values()],
        "rates": [
            *(
                (code, float(rate))
                for code, rate in config.rates.items()
                if code != config.currency
            ),
            (config.currency, 1),
        ],
        "targets": [(quarter, float(amount)) for quarter, amount in config.targets.items()],
    }


def _outcome(stage: str) -> str:
    return {"closed_won": "won", "closed_lost": "lost"}.get(stage, "open")


@cache
def views_script() -> str:
    """Return the SQL statements that create all views."""
    files = sorted(VIEWS.glob("*.sql"))
    return "\n".join(file.read_text(encoding="utf-8").strip() + "\n" for file in files)


@cache
def _scores() -> str:
    return SCORES.read_text(encoding="utf-8")


@cache
def computed_tables() -> tuple[str, ...]:
    """Return the tables that are filled when a query reads them; see `ComputedTables.compute`."""
    return tuple(_tables(_scores()))


def _tables(script: str) -> list[str]:
    return re.findall(r"^CREATE .*?TABLE (\w+)", script, re.MULTILINE)


def fingerprint(config: Config) -> str:
    """Return a hash of what the index depends on besides the files: code and settings."""
    hasher = sha256(f"{VERSION} {config!r}".encode())
    for folder in SOURCES:
        for source in sorted(folder.iterdir()):
            if source.suffix in (".py", ".sql"):
                hasher.update(source.read_bytes())
    return hasher.hexdigest()
