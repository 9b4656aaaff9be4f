from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkb.config.settings import Config, load_config
from crmkb.errors import Problem
from crmkb.store.files import disk as store_files
from crmkb.store.index import database, stale_files
from crmkb.store.index.index import Index
from tests.conftest import Tree

TODAY = date(2026, 11, 20)
ACME = "customers/acme/profile.md"
DEAL = "customers/acme/deals/platform.md"
FILES = {
    ACME: "---\nname: Acme\nstatus: active\nzip: 02142\n---\n- [ ] Call @ana due:2026-11-27\n",
    DEAL: "---\nname: Platform\nstage: discovery\namount: 50000\n---\n",
    "customers/acme/context/notes.md": "# Notes\n[profile](../profile.md)\n",
    "knowledge_base/pricing/list.md": "---\ntitle: Price list\n---\nTwo seats\n",
}

FolderChanges = Callable[..., Index]


@pytest.fixture
def changed_folders(root: Path) -> Iterator[FolderChanges]:
    """Open the index as the next command does; it is closed in the end."""
    opened: list[Index] = []

    def run(as_of: date = TODAY) -> Index:
        opened.append(Index(root, load_config(root), as_of))
        return opened[-1]

    yield run
    for index in opened:
        index.close()


def held(index: Index) -> dict[str, list[Any]]:
    """Return all rows that come from files, without how and when they were read."""
    index.db.execute("INSERT INTO texts (texts, rank) VALUES ('integrity-check', 1)")
    listed = index.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    left_out = ("texts_", "sqlite_", "named")
    names = [str(name) for (name,) in listed if not str(name).startswith(left_out)]
    rows = {name: index.rows(f"SELECT * FROM {name}") for name in names if name != "files"}
    rows["files"] = index.rows("SELECT path, kind, customer, slug, title, digest FROM files")
    rows["names"] = index.rows("SELECT * FROM names")
    rows["words"] = index.rows("SELECT path FROM texts WHERE texts MATCH 'a* OR n* OR s*'")
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def rebuilt(root: Path) -> dict[str, list[Any]]:
    """Return what an index built from nothing holds."""
    shutil.rmtree(root / ".git/crmkb", ignore_errors=True)
    index = Index(root, load_config(root), TODAY)
    found = held(index)
    index.close()
    return found


def paths(index: Index) -> list[str]:
    return [str(path) for (path,) in index.rows("SELECT path FROM files ORDER BY path")]


def test_it_holds_what_the_files_hold(tree: Tree, changed_folders: FolderChanges) -> None:
    tree(FILES)

    index = changed_folders()

    assert index.rows("SELECT path, kind, customer, slug, title FROM files ORDER BY path") == [
        ("customers/acme/context/notes.md", "page", "acme", "notes", "notes"),
        (DEAL, "deal", "acme", "platform", "Platform"),
        (ACME, "customer", "acme", "acme", "Acme"),
        ("knowledge_base/pricing/list.md", "article", "", "list", "Price list"),
    ]
    assert index.rows("SELECT value FROM fields WHERE key = 'zip'") == [("02142",)]
    assert index.rows("SELECT text, owner, due, line FROM tasks") == [
        ("Call", "ana", "2026-11-27", 6)
    ]
    assert index.rows("SELECT path FROM texts WHERE texts MATCH 'seats'") == [
        ("knowledge_base/pricing/list.md",)
    ]


def test_a_change_is_seen_and_only_the_changed_file_is_read(
    tree: Tree, changed_folders: FolderChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    changed_folders()
    monkeypatch.setattr(stale_files, "GRAIN_NS", 0)
    read: list[str] = []
    real = store_files.read_with_stat

    def watched(full: str) -> tuple[bytes, os.stat_result] | None:
        read.append(Path(full).relative_to(root).as_posix())
        return real(full)

    monkeypatch.setattr(store_files, "read_with_stat", watched)
    time.sleep(0.02)
    changed_folders()
    read.clear()
    changed_folders()
    assert read == []

    tree({DEAL: "---\nname: Platform\nstage: negotiation\n---\n"})
    assert changed_folders().rows("SELECT stage FROM deals") == [("negotiation",)]
    assert read == [DEAL]


def test_a_change_of_the_same_size_within_the_grain_of_the_clock_is_seen(
    tree: Tree, changed_folders: FolderChanges
) -> None:
    root = tree(FILES)
    changed_folders()
    stamp = (root / DEAL).stat()

    (root / DEAL).write_text((root / DEAL).read_text().replace("50000", "70000"))
    os.utime(root / DEAL, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    assert changed_folders().rows("SELECT amount FROM deals") == [(70000,)]


def test_a_file_that_goes_takes_everything_with_it(
    tree: Tree, changed_folders: FolderChanges
) -> None:
    root = tree(FILES)
    changed_folders()

    (root / ACME).unlink()

    assert held(changed_folders()) == rebuilt(root)


def test_a_file_may_become_a_folder_and_back(tree: Tree, changed_folders: FolderChanges) -> None:
    root = tree(FILES)
    changed_folders()
    (root / DEAL).unlink()
    tree({f"{DEAL}/inner.md": "x\n"})
    assert f"{DEAL}/inner.md" in paths(changed_folders())

    shutil.rmtree(root / DEAL)
    tree({DEAL: FILES[DEAL]})
    assert held(changed_folders()) == rebuilt(root)


NAMES = st.sampled_from(["a", "b", "ü x"])
CONTENTS = st.sampled_from(
    [
        "---\nname: A\nstage: discovery\nstage_history:\n  - 2026-08-14 discovery\n---\n",
        "---\nname: A\nstage: negotiati\nstage_history:\n  - 2026-08-14 discovery\n---\n",
        "---\nname: B\nstatus: active\naliases: [a, A, b]\ntags:\n  - x\n---\n- [ ] Send it @ana\n",
        "---\nname: broken: yaml\n---\n",
        "---\nnever closed\n",
        "[a](b.md) and [c](../d.md)\n- [x] Done done:2026-11-01\n",
        "",
    ]
)
PLACES = st.builds(
    "customers/{}/{}.md".format,
    NAMES,
    st.sampled_from(["profile", "deals/a", "deals/b", "relationships/c", "context/notes"]),
)
STEPS = st.one_of(
    st.tuples(st.just("write"), PLACES, CONTENTS),
    st.tuples(st.just("same time"), PLACES, CONTENTS),
    st.tuples(st.just("delete"), PLACES),
    st.tuples(st.just("move"), PLACES, PLACES),
    st.tuples(st.just("folder"), PLACES, CONTENTS),
    st.tuples(st.just("look")),
)


def take(root: Path, step: tuple[str, ...]) -> None:
    """Do one of the things that people and programs do to files."""
    what, *arguments = step
    full = root / arguments[0] if arguments else root
    match what:
        case "write":
            put(full, arguments[1])
        case "same time":
            old = full.stat() if full.is_file() else None
            put(full, arguments[1])
            if old:
                os.utime(full, ns=(old.st_atime_ns, old.st_mtime_ns))
        case "delete" if full.is_file():
            full.unlink()
        case "move" if full.is_file():
            put(root / arguments[1], "")
            full.replace(root / arguments[1])
        case "folder":
            clear(full)
            put(full / "inner.md", arguments[1])
        case "look":
            Index(root, load_config(root), TODAY).close()


def put(full: Path, text: str) -> None:
    clear(full, only_folder=True)
    for folder in full.parents:
        if folder.is_file():
            folder.unlink()
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(text, encoding="utf-8")


def clear(full: Path, *, only_folder: bool = False) -> None:
    if full.is_dir():
        shutil.rmtree(full)
    elif full.is_file() and not only_folder:
        full.unlink()


@settings(max_examples=40)
@given(steps=st.lists(STEPS, max_size=14))
def test_a_refreshed_index_equals_one_built_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, ...]]
) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "crm.toml").write_text("")
    (root / ".git").mkdir()
    for step in steps:
        take(root, step)
    index = Index(root, load_config(root), TODAY)
    refreshed, problems = held(index), index.problems()
    index.close()

    assert refreshed == rebuilt(root)
    assert problems == sorted(problems)


def test_what_cannot_be_read_is_listed_and_stops_nothing(
    tree: Tree, changed_folders: FolderChanges
) -> None:
    tree(
        {
            **FILES,
            "customers/b/profile.md": "---\nname: B\nstatus: a: b\n---\n",
            "customers/c/profile.md": b"---\nname: Z\xfcrich\n---\n",
            "customers/d/profile.md": "---\nname: D\nstatus: sleepy\ntags: [x]\n---\n",
        }
    )

    index = changed_folders()

    assert [(p.path, p.line, p.field) for p in index.problems()] == [
        ("customers/b/profile.md", 3, ""),
        ("customers/c/profile.md", 2, ""),
        ("customers/d/profile.md", 3, "status"),
    ]
    assert index.rows("SELECT slug, status FROM customers ORDER BY slug") == [
        ("acme", "active"),
        ("d", None),
    ]


def test_a_file_that_the_system_does_not_give_is_named_and_tried_again(
    tree: Tree, changed_folders: FolderChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(FILES)
    real = store_files.read_with_stat

    def broken_disk(full: str) -> tuple[bytes, os.stat_result] | None:
        if full.endswith("platform.md"):
            raise store_files.CannotRead(DEAL, OSError(5, "Input/output error"))
        return real(full)

    with monkeypatch.context() as patch:
        patch.setattr(store_files, "read_with_stat", broken_disk)
        for _ in range(2):
            assert changed_folders().problems() == [
                Problem(DEAL, 1, "", f"cannot read {DEAL}: Input/output error")
            ]
        assert changed_folders().rows("SELECT slug FROM customers") == [("acme",)]
        (root / DEAL).rename(root / "away")
        assert changed_folders().problems() == []
        (root / "away").rename(root / DEAL)

    index = changed_folders()
    assert index.problems() == []
    assert index.rows("SELECT slug FROM deals") == [("platform",)]


def test_links_are_followed_only_inside_and_only_to_files(
    tree: Tree, changed_folders: FolderChanges
) -> None:
    root = tree({**FILES, "../outside/secret.md": "---\nname: Secret\n---\n"})
    outside = root.parent / "outside"
    (root / "customers/acme/context/twin.md").symlink_to(root / ACME)
    (root / "customers/acme/context/out.md").symlink_to(outside / "secret.md")
    (root / "customers/acme/context/gone.md").symlink_to(root / "nothing.md")
    (root / "customers/acme/context/loop.md").symlink_to("loop.md")
    (root / "customers/evil").symlink_to(outside)
    (root / "customers/acme2").symlink_to(root / "customers/acme")

    index = changed_folders()

    out, nowhere = "is a link that leads out of the workspace", "is a link that leads nowhere"
    assert [(problem.path, problem.message) for problem in index.problems()] == [
        ("customers/acme/context/gone.md", nowhere),
        ("customers/acme/context/loop.md", nowhere),
        ("customers/acme/context/out.md", out),
        ("customers/acme2", "is a link to a folder; only links to files are followed"),
        ("customers/evil", out),
    ]
    assert "customers/acme/context/twin.md" in paths(index)
    assert "Secret" not in str(held(index))

    (root / "customers/evil").unlink()
    assert len(changed_folders().problems()) == 4


def test_a_top_folder_that_is_a_link_out_is_refused(
    root: Path, changed_folders: FolderChanges
) -> None:
    (root.parent / "outside").mkdir()
    (root / "customers").symlink_to(root.parent / "outside")

    assert [problem.path for problem in changed_folders().problems()] == ["customers"]


def test_a_name_that_is_not_utf8_is_named(tree: Tree, changed_folders: FolderChanges) -> None:
    root = tree(FILES)
    (root / os.fsdecode(b"customers/Z\xfcrich")).mkdir()

    assert changed_folders().problems() == [
        Problem("customers/Z\\xfcrich", 1, "", "has a name that is not UTF-8; rename it")
    ]


def test_hidden_and_foreign_files_are_not_ours(tree: Tree, changed_folders: FolderChanges) -> None:
    tree(
        {
            "customers/.hidden/profile.md": "x",
            "customers/acme/.obsidian/x.md": "x",
            "customers/acme/.x.md": "x",
            "customers/acme/logo.png": "x",
            "customers/acme/deals/.gitkeep": "",
            "node_modules/x/readme.md": "x",
            "README.md": "x",
            "reporting/x.md": "x",
            "customers/acme/context/usage.csv": "day,seats\n",
        }
    )

    assert paths(changed_folders()) == ["customers/acme/context/usage.csv"]


def test_without_any_folder_it_is_empty(changed_folders: FolderChanges) -> None:
    assert held(changed_folders())["files"] == []


def damage(state: Path, how: str) -> None:
    file = state / database.NAME
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    data = file.read_bytes()
    broken = {
        "not a database": b"this is no database" * 1000,
        "empty": b"",
        "cut off": data[: len(data) // 2],
        "overwritten inside": data[:8192] + os.urandom(len(data) - 8192),
        "first page": data[:100] + os.urandom(3996) + data[4096:],
    }
    file.write_bytes(broken[how])


@pytest.mark.parametrize(
    "how", ["not a database", "empty", "cut off", "overwritten inside", "first page"]
)
def test_a_damaged_index_is_built_anew(
    tree: Tree, changed_folders: FolderChanges, how: str
) -> None:
    root = tree(FILES)
    changed_folders().close()
    damage(root / ".git/crmkb", how)
    tree({DEAL: FILES[DEAL].replace("50000", "60000")})

    index = changed_folders()

    assert index.rows("SELECT amount FROM deals") == [(60000,)]
    assert held(index) == rebuilt(root)


def test_damage_that_shows_later_is_mended_too(tree: Tree, changed_folders: FolderChanges) -> None:
    root = tree(FILES)
    index = changed_folders()
    with sqlite3.connect(root / ".git/crmkb" / database.NAME) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET rootpage = 100000 WHERE name = 'deals'")
    db.close()

    index.close()
    assert changed_folders().rows("SELECT amount FROM deals") == [(50000,)]


def is_in_memory(index: Index) -> bool:
    return index.rows("SELECT file FROM pragma_database_list WHERE name = 'main'") == [("",)]


def test_where_git_cannot_be_written_it_is_built_in_memory(
    tree: Tree, changed_folders: FolderChanges
) -> None:
    root = tree(FILES)
    (root / ".git/crmkb").write_text("a file where the folder should be")

    index = changed_folders()

    assert is_in_memory(index)
    assert index.rows("SELECT amount FROM deals") == [(50000,)]


def test_a_database_that_cannot_be_written_is_left_for_memory(
    tree: Tree, changed_folders: FolderChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(FILES)
    real = database.writing

    def full_disk(db: sqlite3.Connection) -> Any:
        if db.execute("SELECT file FROM pragma_database_list").fetchone()[0]:
            raise sqlite3.OperationalError("database or disk is full")
        return real(db)

    monkeypatch.setattr(database, "writing", full_disk)

    assert is_in_memory(changed_folders())


def test_without_git_it_is_built_in_memory(tmp_path: Path) -> None:
    deal = tmp_path / DEAL
    deal.parent.mkdir(parents=True)
    deal.write_text(FILES[DEAL])

    index = Index(tmp_path, Config(), TODAY)

    assert is_in_memory(index)
    assert index.rows("SELECT amount FROM deals") == [(50000,)]
    assert [entry.name for entry in tmp_path.iterdir()] == ["customers"]
    index.close()


def test_several_processes_may_build_it_at_once(tree: Tree, root: Path) -> None:
    tree({f"customers/c{n}/profile.md": f"---\nname: C {n}\n---\n" for n in range(150)})
    script = (
        "import sys, pathlib, datetime\n"
        "from crmkb.config.settings import load_config\n"
        "from crmkb.store.index.index import Index\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "index = Index(root, load_config(root), datetime.date(2026, 11, 20))\n"
        "print(index.rows('SELECT count(*), count(DISTINCT id) FROM files'),"
        " index.rows(\"SELECT file <> '' FROM pragma_database_list WHERE name = 'main'\"))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", script, str(root)]
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(4)]

    printed = {process.communicate()[0] for process in started}

    assert printed == {b"[(150, 150)] [(1,)]\n"}


def test_other_settings_mean_another_index(tree: Tree, changed_folders: FolderChanges) -> None:
    tree({**FILES, DEAL: "---\nname: Platform\nstage: demo\n---\n"})
    assert [problem.field for problem in changed_folders().problems()] == ["stage"]

    tree({"crm.toml": "[stages.demo]\nprobability = 0.5\n"})

    assert changed_folders().problems() == []
    assert changed_folders().rows("SELECT stage FROM stages ORDER BY position") == [
        ("demo",),
        ("closed_won",),
        ("closed_lost",),
    ]


def test_readers_may_look_at_different_days(tree: Tree, changed_folders: FolderChanges) -> None:
    tree({DEAL: "---\nname: P\nstage: discovery\nopened: 2026-11-10\n---\n"})

    early, late = changed_folders(date(2026, 11, 11)), changed_folders(date(2026, 11, 30))

    age = "SELECT age_days FROM open_deals"
    assert (early.rows(age), late.rows(age)) == ([(1,)], [(20,)])


def test_in_the_past_a_deal_was_where_its_history_says(
    tree: Tree, changed_folders: FolderChanges
) -> None:
    history = "stage_history:\n  - 2026-08-14 discovery\n  - 2026-10-01 closed_won\n"
    tree({DEAL: f"---\nname: P\nstage: closed_won\nopened: 2026-08-01\n{history}---\n"})
    stage = "SELECT stage, stage_since FROM deal_states"

    assert changed_folders().rows(stage) == [("closed_won", "2026-10-01")]
    assert changed_folders(date(2026, 9, 1)).rows(stage) == [("discovery", "2026-08-14")]
    assert changed_folders(date(2026, 8, 5)).rows(stage) == [("", "2026-08-01")]
    assert changed_folders(date(2026, 7, 1)).rows(stage) == []


@settings(max_examples=30)
@given(amounts=st.lists(st.integers(0, 10**12), min_size=1, max_size=12))
def test_sums_of_whole_amounts_are_exact(amounts: list[int]) -> None:
    from crmkb.store.index import tables

    db = database.in_memory(Config(), TODAY)
    for number, amount in enumerate(amounts):
        value = tables.to_sql(Decimal(amount))
        db.execute("INSERT INTO deals (path, amount) VALUES (?, ?)", (str(number), value))

    assert db.execute("SELECT sum(amount) FROM deals").fetchone() == (sum(amounts),)
    db.close()


def test_sums_never_mix_currencies(tree: Tree, changed_folders: FolderChanges) -> None:
    deal = "---\nname: P\nstage: negotiation\namount: {}\n{}---\n"
    tree(
        {
            "customers/a/deals/own.md": deal.format("100.50", ""),
            "customers/a/deals/known.md": deal.format("300", "currency: USD\n"),
            "customers/a/deals/unknown.md": deal.format("7", "currency: JPY\n"),
        }
    )

    sums = "SELECT value_currency, sum(value) FROM open_deals GROUP BY 1 ORDER BY 1"
    assert changed_folders().rows(sums) == [("EUR", 250.5), ("JPY", 7)]


def test_progress_is_told_to_its_end(tree: Tree, root: Path) -> None:
    tree(FILES)
    told: list[tuple[int, int]] = []

    Index(root, Config(), TODAY, lambda done, total: told.append((done, total))).close()

    assert told == [(0, 4), (4, 4)]
