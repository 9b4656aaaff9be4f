"""Usage, NPS and outcomes: what of a customer's files counts, and what is told instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmkb.config.settings import Config
from crmkb.store.index.rows import Rows, rows_of

USAGE = "customers/acme/context/usage.csv"
NPS = "customers/acme/context/nps.csv"
OUTCOMES = "customers/acme/context/outcomes.md"
HEADER = "date,active_users,licensed_users,features_used,features_total\n"


def read(path: str, text: str | bytes) -> Rows:
    return rows_of(path, text.encode() if isinstance(text, str) else text, Config())


def counted(rows: Rows, table: str) -> list[tuple[Any, ...]]:
    """Return the rows without path and customer, which are those of the file."""
    return [(row[1], *row[3:]) for row in rows.tables.get(table, [])]


def told(rows: Rows) -> list[str]:
    said = []
    for _, line, column, message, _ in rows.tables.get("problems", []):
        said.append(f"{line}: {column}: {message}" if column else f"{line}: {message}")
    return said


class TestUsage:
    def test_a_line_is_a_row(self) -> None:
        rows = read(USAGE, HEADER + "2026-11-09,43,50,7,10\n2026-11-16,,50,,\n")
        assert rows.tables["usage"][0][:4] == (USAGE, 2, "acme", "2026-11-09")
        assert counted(rows, "usage") == [
            (2, "2026-11-09", 43, 50, 7, 10, None, None),
            (3, "2026-11-16", None, 50, None, None, None, None),
        ]
        assert told(rows) == []

    @pytest.mark.parametrize(
        "text",
        [
            b"\xef\xbb\xbfdate,active_users\r\n2026-11-09,43\r\n",
            "Date;Active users;;\n2026-11-09;43;;\n;;;\n",
            "sep=\t\nactive-users\tdate\n43\t2026-11-09\n",
            'team,"date",active_users\n"two\nlines",2026-11-09T10:00:00,"43"\n',
        ],
    )
    def test_files_of_other_programs_are_read(self, text: str | bytes) -> None:
        rows = read(USAGE, text)
        assert [row[1:3] for row in counted(rows, "usage")] == [("2026-11-09", 43)]
        assert told(rows) == []

    def test_lines_are_counted_as_an_editor_does(self) -> None:
        rows = read(USAGE, 'date,note\n2026-11-09,"two\nlines"\n\n2026-11-16,x\n')
        assert [row[0] for row in counted(rows, "usage")] == [2, 5]

    def test_a_wrong_line_is_told_and_the_others_count(self) -> None:
        lines = (
            *("09.11.2026,1,,,", "2026-02-30,1,,,", ",1,,,", "2026-11-01,x,,,"),
            *(
                "2026-11-02,1,-5,,",
                "2026-11-03,1,2,3,4,5",
                "2026-11-05,1.234,,,",
                "2026-11-04,1,,,",
                "2026-11-04,2,,,",
            ),
        )
        rows = read(USAGE, HEADER + "\n".join(lines) + "\n")
        assert [row[1] for row in counted(rows, "usage")] == ["2026-11-04"]
        assert told(rows) == [
            "2: date: '09.11.2026' is not a day",
            "3: date: '2026-02-30' is not a day",
            "4: date: the day is missing",
            "5: active_users: 'x' is not a whole number",
            "6: licensed_users: '-5' is less than nothing",
            "7: 6 cells, where the header has 5",
            "8: active_users: '1.234' is not a whole number",
            "10: date: the same date as line 9",
        ]

    def test_a_number_beyond_all_counts_is_told_and_stops_nothing(self) -> None:
        lines = f"2026-11-09,{'9' * 23},\n2026-11-10,{'9' * 5000},\n2026-11-11,1,\n"
        rows = read(USAGE, "date,active_users,note\n" + lines)
        assert [row[1] for row in counted(rows, "usage")] == ["2026-11-11"]
        assert told(rows) == [
            f"2: active_users: '{'9' * 23}' is not a whole number",
            f"3: active_users: '{'9' * 59}…' is not a whole number",
        ]

    def test_users_are_counted_and_not_paid(self) -> None:
        rows = read(USAGE, "date,active_users\n2026-11-09,EUR 50\n2026-11-10,2k\n")
        assert [row[1:3] for row in counted(rows, "usage")] == [("2026-11-10", 2000)]
        assert told(rows) == ["2: active_users: 'EUR 50' is not a whole number"]

    def test_more_in_use_than_paid_for_is_nothing_wrong(self) -> None:
        rows = read(USAGE, HEADER + "2026-11-09,60,50,7,10\n")
        assert (len(counted(rows, "usage")), told(rows)) == (1, [])

    def test_without_a_column_of_dates_nothing_counts(self) -> None:
        rows = read(USAGE, "day,seats\n2026-11-09,5\n")
        assert told(rows) == ["1: no column 'date'; nothing of the file counts"]
        assert "usage" not in rows.tables

    def test_an_open_quote_takes_only_what_follows(self) -> None:
        rows = read(USAGE, 'date,note\n2026-11-09,a\n2026-11-16,"b\n2026-11-23,c\n')
        assert [row[1] for row in counted(rows, "usage")] == ["2026-11-09"]
        assert told(rows) == ['3: a quote (") is opened here and never closed']

    def test_a_conflict_is_told_once(self) -> None:
        text = "<<<<<<< ours\n2026-11-09,1\n=======\n2026-11-16,2\n>>>>>>> theirs\n"
        rows = read(USAGE, "date,active_users\n" + text)
        assert told(rows) == ["2: an unresolved git conflict"]

    @pytest.mark.parametrize("text", ["", "\n\n", HEADER])
    def test_an_empty_file_is_nothing_wrong(self, text: str) -> None:
        assert read(USAGE, text).tables == {}

    @pytest.mark.parametrize(
        "path",
        [
            "customers/acme/context/seats.csv",
            "customers/acme/context/old/usage.csv",
            "customers/acme/usage.csv",
            "knowledge_base/usage.csv",
        ],
    )
    def test_other_csv_files_are_left_alone(self, path: str) -> None:
        assert read(path, "a,b\n1\n").tables == {}


class TestNps:
    def test_no_score_is_no_answer(self) -> None:
        rows = read(NPS, 'date,contact,score,comment\n2026-10-27,emil,,\n2026-10-28,ida,9,"a, b"\n')
        assert counted(rows, "nps") == [
            (2, "2026-10-27", "emil", None, ""),
            (3, "2026-10-28", "ida", 9, "a, b"),
        ]

    @pytest.mark.parametrize("score", ["11", "-1", "7.5", "n/a"])
    def test_a_score_is_a_whole_number_from_0_to_10(self, score: str) -> None:
        rows = read(NPS, f"date,score\n2026-10-27,{score}\n2026-10-27,0\n2026-10-27,10\n")
        assert [row[3] for row in counted(rows, "nps")] == [0, 10]
        assert told(rows)[0].startswith(f"2: score: '{score}' is not a")

    def test_an_answer_counts_once_a_day_and_person_unless_ids_tell_more(self) -> None:
        rows = read(NPS, "date,contact,score,x_id\n" + "2026-10-27,ida,9,\n" * 2)
        assert told(rows) == ["3: date: the same date and contact as line 2"]
        rows = read(NPS, "date,contact,score,x_id\n2026-10-27,ida,9,1\n2026-10-27,ida,9,2\n")
        assert (len(counted(rows, "nps")), told(rows)) == (2, [])

    def test_a_file_without_scores_is_told(self) -> None:
        rows = read(NPS, "date,contact\n2026-10-27,ida\n")
        assert told(rows) == ["1: no column 'score'; nothing of the file counts"]

    def test_the_quote_that_guards_a_formula_is_taken_off(self) -> None:
        rows = read(NPS, "date,score,comment\n2026-10-27,9,'=1+1\n")
        assert counted(rows, "nps")[0][-1] == "=1+1"


class TestOutcomes:
    def test_items_that_begin_with_a_state_count(self) -> None:
        text = (
            "---\ntitle: Outcomes\n---\n# Outcomes\n\nWanted in spring:\n\n"
            "- achieved 2026-08-01 Onboarding time −40 %\n"
            "* Due: 2026-12-31 All 34 scripts off\r\n"
            "  1. missed 2026-03-31 Eleventh clinic\n"
            "- a remark, due to nobody\n```\n- due 2026-01-01 an example\n```\n"
        )
        rows = read(OUTCOMES, text)
        assert rows.tables["outcomes"][0] == (
            *(OUTCOMES, 8, "acme", "2026-08-01", "achieved", "Onboarding time −40 %"),
        )
        assert counted(rows, "outcomes")[1:] == [
            (9, "2026-12-31", "due", "All 34 scripts off"),
            (10, "2026-03-31", "missed", "Eleventh clinic"),
        ]
        assert told(rows) == []

    def test_what_misses_a_part_is_told(self) -> None:
        text = "- due 2026-02-30 X\n- due someday X\n- acheived 2026-01-01 X\n- due 2026-01-01\n"
        assert told(read(OUTCOMES, text + "- missed\n")) == [
            "1: '2026-02-30' is not a day",
            "2: 'someday' is not a day",
            "3: 'acheived' is not one of achieved, due, missed",
            "4: says not what it is about",
            "5: the day is missing",
        ]

    def test_only_the_page_of_that_name_holds_them(self) -> None:
        assert "outcomes" not in read("customers/acme/context/x.md", "- due 2026-01-01 X\n").tables


def test_the_sample_has_nothing_wrong() -> None:
    sample = Path(__file__).parents[2]
    files = sorted(sample.glob("customers/*/context/*.csv"))
    files += sorted(sample.glob("customers/*/context/outcomes.md"))
    assert files
    for file in files:
        assert told(read(file.relative_to(sample).as_posix(), file.read_bytes())) == []
