from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.config.settings import Config
from crmkb.store.index import database
from crmkb.store.index.rows import Rows, rows_of

CONFIG = Config(timezone="Europe/Oslo")
ACME = "customers/acme/profile.md"
DEAL = "customers/acme/deals/platform.md"
CALL = "customers/acme/interactions/2026-11-20-1430-call-pricing.md"


def read(path: str, text: str | bytes) -> Rows:
    return rows_of(path, text.encode() if isinstance(text, str) else text, CONFIG)


def problems(path: str, text: str | bytes) -> list[tuple[int, str, str, str]]:
    return [row[1:] for row in read(path, text).tables.get("problems", [])]


def names(path: str, text: str) -> set[tuple[str, str]]:
    return {(name, what) for _, name, what in read(path, text).tables["named"]}


def fields(path: str, text: str) -> list[tuple[Any, ...]]:
    return [row[1:] for row in read(path, text).tables.get("fields", [])]


@pytest.mark.parametrize(
    "path, kind",
    [
        (ACME, "customer"),
        (DEAL, "deal"),
        ("customers/acme/context/notes.md", "page"),
        ("customers/acme/context/usage.csv", "series"),
        ("customers/acme/context/summary.md", "generated"),
        ("customers/summary.md", "page"),
    ],
)
def test_a_file_is_of_one_kind(path: str, kind: str) -> None:
    assert read(path, "---\nname: X\n---\n").kind == kind


def test_of_generated_files_and_other_csv_only_the_path_is_kept() -> None:
    for path in ("customers/acme/context/summary.md", "customers/acme/context/seats.csv"):
        assert read(path, "- [ ] Call [x](y.md)\n").tables == {}


def test_values_are_typed_by_the_model() -> None:
    rows = read(
        DEAL,
        "---\nname: NO\nstage: discovery\namount: 1250.50\nprobability: 0.3\n"
        "opened: 2026-11-20\ncontacts: [bob, ann]\n---\n",
    )

    (row,) = rows.tables["deals"]
    assert row[:3] == (DEAL, "acme", "platform")
    assert {"NO", "discovery", 1250.5, 0.3, "2026-11-20", "bob, ann"} <= set(row)


def test_whole_amounts_stay_whole() -> None:
    (row,) = read(DEAL, "---\nname: X\nstage: discovery\namount: 50000.00\n---\n").tables["deals"]

    assert [type(value) for value in row if value == 50000] == [int]


def test_a_moment_with_an_offset_becomes_wall_time() -> None:
    text = "---\ndate: 2026-11-20T14:30:00Z\ntype: call\nsubject: X\n---\n"

    assert "2026-11-20T15:30:00" in read(CALL, text).tables["interactions"][0]


def test_lists_and_own_keys_are_fields() -> None:
    text = "---\nname: A\ntags:\n  - x\n  - y\nzip: 02142\nseats: [a, 1]\n---\n"

    assert fields(ACME, text) == [
        ("tags", 0, "x"),
        ("tags", 1, "y"),
        ("zip", 0, "02142"),
        ("seats", 0, "a"),
        ("seats", 1, "1"),
    ]


def test_names_are_kept_for_comparison() -> None:
    text = (
        "---\nname: Ácme  Corp\naliases: [ACME, acme, Acme]\nwebsite: www.acme.example/x\n"
        "domains: [Acme.Example, acme.io.example]\ncodename: Roadrunner\n---\n"
    )

    assert names(ACME, text) == {
        ("acme", "slug"),
        ("ácme corp", "name"),
        ("acme", "alias"),
        ("acme.example", "domain"),
        ("acme.io.example", "domain"),
        ("roadrunner", "codename"),
    }


def test_stage_changes_are_kept_in_order() -> None:
    history = "stage_history:\n  - 2026-08-14 discovery\n  - 2026-09-01 negotiation\n"
    rows = read(DEAL, f"---\nname: X\nstage: negotiation\n{history}---\n")

    assert rows.tables["stage_changes"] == [
        (DEAL, 0, "acme", "2026-08-14", "discovery", None, "2026-09-01"),
        (DEAL, 1, "acme", "2026-09-01", "negotiation", "discovery", None),
    ]


def test_a_stage_change_tells_its_neighbours_by_day_and_the_known_stage_before() -> None:
    lines = ("2026-09-01 negotiation", "2026-08-14 discovery", "2026-08-20 nowhere")
    history = "".join(f"  - {line}\n" for line in lines)
    rows = read(DEAL, f"---\nname: X\nstage: negotiation\nstage_history:\n{history}---\n")

    assert [row[1:] for row in rows.tables["stage_changes"]] == [
        (1, "acme", "2026-08-14", "discovery", None, "2026-08-20"),
        (2, "acme", "2026-08-20", "nowhere", "discovery", "2026-09-01"),
        (0, "acme", "2026-09-01", "negotiation", "discovery", None),
    ]


def test_a_task_knows_the_deal_that_it_is_about() -> None:
    task = "- [ ] Send the quote\n"
    call = "customers/acme/interactions/2026-11-20-1430-call-x.md"
    head = "---\ndate: 2026-11-20\ntype: call\nsubject: X\ndeal: platform\n---\n"

    for path, text in ((DEAL, "---\nname: X\nstage: discovery\n---\n"), (call, head)):
        [row] = read(path, text + task).tables["tasks"]
        assert row[-1] == "platform"
    [row] = read("customers/acme/profile.md", f"---\nname: Acme\n---\n{task}").tables["tasks"]
    assert row[-1] is None


def test_moves_of_the_close_date_are_kept_in_order() -> None:
    history = "close_date_history:\n  - 2026-11-02 from 2026-10-31 to 2026-12-18\n"
    rows = read(DEAL, f"---\nname: X\nstage: discovery\n{history}---\n")

    assert rows.tables["close_date_changes"] == [
        (DEAL, 0, "acme", "2026-11-02", "2026-10-31", "2026-12-18", None),
    ]


def test_tasks_and_links_have_the_lines_of_the_file() -> None:
    rows = read(
        ACME,
        "---\nname: A\n---\n- [ ] Call 📅 2026-11-27\n```\n- [ ] no [x](y.md)\n```\n"
        "[d](deals/x.md) [w](https://a.example) [s](#top) `[c](d.md)` [sp](<a b.md>)\n",
    )

    assert [(row[1], row[3], row[6]) for row in rows.tables["tasks"]] == [(4, "Call", "2026-11-27")]
    assert rows.tables["links"] == [(ACME, 8, "deals/x.md"), (ACME, 8, "a b.md")]


def test_wrong_values_are_named_with_line_and_kept_out() -> None:
    text = "---\nname: X\nstage: discovry\namount: much\nclose_date: soon\nowner: ana\n---\n"

    assert [(line, key) for line, key, *_ in problems(DEAL, text)] == [
        (3, "stage"),
        (4, "amount"),
        (5, "close_date"),
    ]
    (row,) = read(DEAL, text).tables["deals"]
    assert "ana" in row
    assert not {"discovry", "much", "soon"} & set(row)


def test_an_item_of_a_list_is_named_with_its_own_line() -> None:
    text = "---\nname: A\naliases:\n  - a\n  - b: c\n---\n"

    assert [(line, key) for line, key, *_ in problems(ACME, text)] == [(5, "aliases")]


def test_a_key_given_twice_is_told() -> None:
    assert problems(ACME, "---\nname: A\ntier: growth\nname: B\n---\n") == [
        (4, "name", "is given twice", "keep one of the two lines")
    ]


def test_an_unresolved_conflict_in_the_text_is_told() -> None:
    text = "---\nname: A\n---\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n"

    assert [(line, words) for line, _, words, _ in problems(ACME, text)] == [
        (4, "an unresolved git conflict")
    ]


def test_a_conflict_is_told_also_when_one_of_its_sides_begins_a_block_of_code() -> None:
    text = "---\nname: A\n---\n<<<<<<< HEAD\n```\n=======\n~~~\n>>>>>>> main\n"

    assert [line for line, *_ in problems(ACME, text)] == [4]


@pytest.mark.parametrize(
    "data, problem",
    [
        (
            b"date,n\n<<<<<<< HEAD\n2026-11-20,2\n=======\n>>>>>>> b\n",
            (2, "an unresolved git conflict"),
        ),
        (b"d,n\n1,\0\n", (2, "a NUL byte; this is no text file")),
    ],
)
def test_a_series_that_is_spoilt_is_told(data: bytes, problem: tuple[int, str]) -> None:
    found = problems("customers/acme/context/usage.csv", data)

    assert [(line, words) for line, _, words, _ in found] == [problem]


@pytest.mark.parametrize(
    "data", [b"---\nname: a: b\n---\n", b"---\nname: \xff\n---\n", b"---\nnever closed\n"]
)
def test_of_an_unreadable_record_only_problem_and_slug_are_kept(data: bytes) -> None:
    rows = read(ACME, data)

    assert set(rows.tables) == {"problems", "named"}
    assert rows.tables["named"] == [(ACME, "acme", "slug")]


@pytest.mark.parametrize(
    "line",
    [
        r'name: "\ud800"',
        r'name: "a\0b"',
        "employees: 99999999999999999999999999",
        f"annual_revenue: {'9' * 400}",
        "annual_revenue: 0." + "1" * 400,
        "onboarded: 0001-01-01",
        "name: " + "x" * 100_000,
        "name: {a: b}",
        "tags: [[a], {b: c}]",
        "zip: {a: [b, {c: d}]}",
        "? [a, b]\n: c",
        "tags: *x",
        "name: !!python/object/apply:os.system [echo]",
        "aliases: [Straße, STRASSE, strasse, ﬁ, fi]",
        "~: x",
        "<<: {a: b}",
        "'': x",
    ],
)
def test_odd_values_fit_into_the_index_or_are_named(line: str) -> None:
    rows = read(ACME, f"---\n{line}\nstatus: active\n---\n")

    store(rows)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_beyond_the_calendar_is_named(moment: str) -> None:
    text = f"---\ndate: {moment}\ntype: call\nsubject: X\n---\n"

    assert [(line, key) for line, key, *_ in problems(CALL, text)] == [(2, "date")]


def store(rows: Rows) -> None:
    """Put rows into a database, which raises for what it cannot hold."""
    db = database.in_memory(CONFIG, date(2026, 11, 20))
    for table, found in rows.tables.items():
        into = {"texts": "texts (path, title, body)", "named": "named (file, name, what)"}
        db.executemany(
            f"INSERT INTO {into.get(table, table)} VALUES ({', '.join('?' * len(found[0]))})", found
        )
    db.close()


KEYS = st.sampled_from(["name", "stage", "amount", "opened", "stage_history", "x", "tags"])
VALUES = st.one_of(
    st.text(),
    st.sampled_from(["-5", "1e9", "2026-02-30", "true", "~", "[a]", "[[a]]", "{a: b}", "|\n  x"]),
)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6), st.text())
def test_any_front_matter_gives_rows_or_problems(pairs: list[tuple[str, str]], body: str) -> None:
    header = "".join(f"{key}: {value}\n" for key, value in pairs)
    data = f"---\n{header}---\n{body}".encode("utf-8", "surrogatepass")

    for path in (DEAL, ACME, CALL):
        store(rows_of(path, data, CONFIG))


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_problems(data: bytes) -> None:
    for path in (ACME, DEAL, "knowledge_base/x.md", "customers/a/context/x.csv"):
        store(rows_of(path, data, CONFIG))
