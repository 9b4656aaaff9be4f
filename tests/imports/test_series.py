"""Rows of usage and NPS become lines of a customer's series, and nothing that is there changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Crm, Git, Ran, Tree

USAGE = "customers/acme/context/usage.csv"
NPS = "customers/acme/context/nps.csv"
FILES = {
    "customers/acme/profile.md": "---\nname: Acme\nin_id: A1\n---\n",
    "customers/bolt/profile.md": "---\nname: Bolt\nin_id: B1\n---\n",
    "customers/acme/relationships/jane-roe.md": (
        "---\nname: Jane Roe\nemails:\n  - jane@acme.example\nin_id: U1\n---\n"
    ),
    "customers/bolt/relationships/kim.md": "---\nname: Kim\nin_id: U2\n---\n",
}
WEEKLY = "--map customer=c --map date=d --map active_users=a"
EVENTS = "--map id=i --map customer=c --map date=t --map user=u --map event=e"
ANSWERS = "--map customer=c --map date=d --map score=s"


@pytest.fixture
def root(root: Path, tree: Tree, git: Git) -> Path:
    """Return a workspace with two customers, committed."""
    tree(FILES)
    git("add", ".")
    git("commit", "--quiet", "-m", "Customers")
    return root


@pytest.fixture
def brought(crm: Crm, tmp_path: Path) -> Any:
    """Import a table written in the test; options are written as on the command line."""

    def run(kind: str, table: str, options: str) -> Ran:
        file = tmp_path / "in.csv"
        file.write_text(table, encoding="utf-8")
        return crm("import", kind, file, *options.split())

    return run


def reasons(ran: Ran) -> list[str]:
    return [line for line in ran.out.split("\n") if line.startswith("in.csv:")]


class TestUsage:
    def test_each_customer_gets_its_lines_in_the_order_of_days(
        self, brought: Any, root: Path, git: Git
    ) -> None:
        table = 'c,d,a,team\nAcme,2026-11-16,"1,043",\nB1,2026-11-16,5,x\nacme,2026-11-09,40,y\n'
        ran = brought("usage", table, WEEKLY + " --map team=team")
        assert (ran.code, ran.err.count("kept as one of your own")) == (0, 1)
        assert (root / USAGE).read_text() == (
            "date,active_users,licensed_users,features_used,features_total,team\n"
            "2026-11-09,40,,,,y\n2026-11-16,1043,,,,\n"
        )
        assert (root / "customers/bolt/context/usage.csv").read_text().endswith("5,,,,x\n")
        assert git("log", "-1", "--format=%s") == "Import 3 lines of usage from in.csv\n"
        assert git("status", "--porcelain") == ""

    @pytest.mark.parametrize(
        "before, after",
        [
            ("date,active_users\n2026-11-02,7\n", "2026-11-09,40\n"),
            ("date,active_users\n2026-11-02,7", "\n2026-11-09,40\n"),
            ("\ufeffActive users;date;\r\n7;2026-11-02;\r\n", "40;2026-11-09;\r\n"),
            ("sep=;\nnote;date;active_users\n;2026-12-02;7\n", ";2026-11-09;40\n"),
            ('date,"two\nlines",active_users\n2026-11-02,"a\nb",7\n', "2026-11-09,,40\n"),
        ],
    )
    def test_what_is_there_stays_to_the_byte(
        self, brought: Any, tree: Tree, before: str, after: str
    ) -> None:
        root = tree({USAGE: before})
        assert brought("usage", "c,d,a\nacme,2026-11-09,40\n", WEEKLY).code == 0
        assert (root / USAGE).read_bytes() == (before + after).encode()

    def test_new_columns_come_last(self, brought: Any, tree: Tree) -> None:
        root = tree({USAGE: "date,who\r\n2026-11-02,x\r\n"})
        brought("usage", "c,d,a,n\nacme,2026-11-09,40,=1+1\n", WEEKLY + " --map note=n")
        assert (root / USAGE).read_bytes() == (
            b"date,who,active_users,note\r\n2026-11-02,x\r\n2026-11-09,,40,'=1+1\r\n"
        )

    def test_a_second_run_changes_nothing(self, brought: Any, git: Git) -> None:
        table = "c,d,a\nacme,2026-11-09,40\nacme,2026-11-16,41\n"
        brought("usage", table, WEEKLY)
        head = git("rev-parse", "HEAD")
        ran = brought("usage", table.replace("41", "99") + "acme,2026-11-16,99\n", WEEKLY)
        assert ran.out.split("\n")[:3] == [
            "Nothing to import from in.csv",
            "  already here       1",
            "  differs            2  left as they are: active_users (2);"
            " if the file is right, mend the lines by hand",
        ]
        assert git("rev-parse", "HEAD") == head

    def test_rows_that_cannot_go_in_are_told_with_their_lines(self, brought: Any) -> None:
        table = (
            "c,d,a\nacme,2026-11-09,40\nacme,2026-11-09,41\nacne,2026-11-09,1\nacme,,1\n"
            "acme,soon,1\nacme,2026-11-16,-3\nacme,2026-11-16,x\nacme,2026-11-16,1,2\n"
        )
        ran = brought("usage", table, WEEKLY + " --dry-run")
        assert ran.code == 3
        assert reasons(ran) == [
            "in.csv:3: a line of this customer and date stands on line 2 already",
            "in.csv:4: customer: none is named 'acne'",
            "in.csv:5: date: is missing",
        ]
        ran = brought("usage", table, WEEKLY + " --json")
        for words in ("'soon' is not a date", "'-3' is less than nothing", "4 cells, where"):
            assert words in ran.out

    def test_dates_are_never_guessed(self, brought: Any, root: Path) -> None:
        table = "c,d,a\nacme,03/04/2026,1\n"
        ran = brought("usage", table, WEEKLY)
        assert (ran.code, "can be 2 dates; nothing was written" in ran.err) == (2, True)
        brought("usage", table, WEEKLY + " --date-order dmy")
        assert "\n2026-04-03,1," in (root / USAGE).read_text()

    @pytest.mark.parametrize(
        "text, told",
        [
            ("day,seats\n2026-11-09,1\n", f"{USAGE}:1: no column 'date'"),
            ('date\n"2026-11-09\n', f"{USAGE}:2: a quote"),
            ("date\n<<<<<<< a\n=======\n>>>>>>> b\n", f"{USAGE}:2: an unresolved git conflict"),
            (b"date,\xff\n", f"{USAGE}:1: is not UTF-8"),
        ],
    )
    def test_a_file_that_is_spoilt_gets_no_lines(
        self, brought: Any, tree: Tree, text: str, told: str
    ) -> None:
        root = tree({USAGE: text})
        before = (root / USAGE).read_bytes()
        ran = brought("usage", "c,d,a\nacme,2026-11-09,40\nbolt,2026-11-09,4\n", WEEKLY)
        assert told in reasons(ran)[0]
        assert (root / USAGE).read_bytes() == before
        assert (root / "customers/bolt/context/usage.csv").exists()

    def test_lines_are_never_updated(self, brought: Any) -> None:
        ran = brought("usage", "c,d,a\nacme,2026-11-09,40\n", WEEKLY + " --update")
        assert (ran.code, "lines of usage are only added, never changed" in ran.err) == (2, True)

    def test_a_secret_stays_behind(self, brought: Any, root: Path) -> None:
        token = "ghp_" + "a1B2" * 9
        table = f"c,d,n\nacme,2026-11-09,{token}\nacme,2026-11-16,fine\n"
        ran = brought("usage", table, "--map customer=c --map date=d --map note=n")
        assert "holds a GitHub token" in reasons(ran)[0]
        assert token not in (root / USAGE).read_text()


class TestEvents:
    TABLE = (
        "i,c,t,u,e\n"
        "1,A1,2026-11-09T23:30:00Z,U1,login\n2,A1,2026-11-10T10:00:00,U1,export\n"
        "3,A1,2026-11-10T11:00:00,U2,login\n4,A1,2026-11-11,U9,login\n5,B1,2026-11-10,U2,login\n"
    )

    def test_they_are_summed_up_by_customer_and_day(self, brought: Any, root: Path) -> None:
        ran = brought("usage", self.TABLE, EVENTS)
        assert ran.out.startswith("Import 3 lines of usage from in.csv\n  created            5\n")
        assert (
            "note: events by contacts of another customer: 1, counted and told in events_elsewhere"
            in ran.err
        )
        assert (root / USAGE).read_text() == (
            "date,active_users,licensed_users,features_used,features_total,events,events_elsewhere\n"
            "2026-11-10,2,,2,,3,1\n2026-11-11,1,,1,,1,0\n"
        )

    def test_a_second_run_changes_nothing(self, brought: Any, git: Git) -> None:
        brought("usage", self.TABLE, EVENTS)
        head = git("rev-parse", "HEAD")
        ran = brought("usage", self.TABLE, EVENTS)
        assert "already here       5" in ran.out
        ran = brought("usage", self.TABLE + "6,B1,2026-11-10,U2,export\n", EVENTS)
        assert (
            "differs            2  left as they are: features_used (2), events (2); if" in ran.out
        )
        assert git("rev-parse", "HEAD") == head

    def test_the_same_id_is_one_event(self, brought: Any) -> None:
        ran = brought("usage", self.TABLE + "5,B1,2026-11-10,U2,login\n", EVENTS)
        assert reasons(ran) == ["in.csv:7: the id '5' stands on line 6 already"]

    def test_what_the_file_does_not_tell_stays_unknown(self, brought: Any, root: Path) -> None:
        brought(
            "usage",
            "c,t,u\nacme,2026-11-09,a\nacme,2026-11-09,a\n",
            "--map customer=c --map date=t --map user=u",
        )
        assert (root / USAGE).read_text() == (
            "date,active_users,licensed_users,features_used,features_total,events\n"
            "2026-11-09,1,,,,2\n"
        )

    def test_events_have_no_figures(self, brought: Any) -> None:
        ran = brought("usage", self.TABLE, EVENTS + " --map active_users=u")
        assert ran.code == 2
        assert "with 'user' rows are single events, which have no 'active_users'" in ran.err


class TestNps:
    def test_a_contact_is_known_by_e_mail_or_id(self, brought: Any, root: Path) -> None:
        table = (
            "c,d,s,who,text\nacme,2026-10-01,9,jane@acme.example,=SUM(A1)\n"
            'acme,2026-10-02,,U1,\nacme,2026-10-03,0,Max,"One.\nTwo, three."\n'
        )
        ran = brought("nps", table, ANSWERS + " --map contact=who --map comment=text")
        assert "contact: no record of that name, kept as given: 'Max' (1)" in ran.err
        assert (root / NPS).read_text() == (
            "date,contact,score,comment\n2026-10-01,jane-roe,9,'=SUM(A1)\n"
            '2026-10-02,jane-roe,,\n2026-10-03,Max,0,"One.\nTwo, three."\n'
        )

    def test_answers_are_told_apart_by_id(self, brought: Any, root: Path) -> None:
        table = "i,c,d,s\nS1,acme,2026-10-01,9\nS2,acme,2026-10-01,9\nS3,acme,2026-10-01,\n"
        brought("nps", table, ANSWERS + " --map id=i")
        assert (root / NPS).read_text() == (
            "date,contact,score,comment,in_id\n"
            "2026-10-01,,9,,S1\n2026-10-01,,9,,S2\n2026-10-01,,,,S3\n"
        )
        ran = brought("nps", table + "S4,acme,2026-10-02,3\n", ANSWERS + " --map id=i")
        assert ran.out.startswith("Import 1 line of nps")
        assert "already here       3" in ran.out

    def test_without_ids_by_date_and_contact(self, brought: Any, tree: Tree) -> None:
        root = tree({NPS: "date,contact,score,comment\n2026-10-01,jane-roe,9,\n"})
        table = "c,d,s,who\nacme,2026-10-01,8,Jane Roe\nacme,2026-10-01,7,\nacme,2026-10-01,7,\n"
        ran = brought("nps", table, ANSWERS + " --map contact=who")
        assert "differs            1  left as they are: score (1); if the file" in ran.out
        assert reasons(ran) == [
            "in.csv:4: a line of this customer, date and contact stands on line 3 already"
        ]
        assert (root / NPS).read_text().endswith("2026-10-01,jane-roe,9,\n2026-10-01,,7,\n")
        ran = brought("nps", "c,d,s\nacme,2026-10-01,7\n", ANSWERS)
        assert "already here       1" in ran.out

    @pytest.mark.parametrize("score", ["11", "-1", "6.5", "good"])
    def test_a_score_that_is_none_is_handed_back(self, brought: Any, score: str) -> None:
        ran = brought("nps", f"c,d,s\nacme,2026-10-01,{score}\n", ANSWERS)
        assert reasons(ran)[0].startswith(f"in.csv:2: score: '{score}' is not a")


def test_the_columns_that_a_series_needs_must_be_mapped(brought: Any) -> None:
    ran = brought("nps", "c,d,s\n", "--map customer=c --map date=d")
    assert "error: no column is mapped to 'score', needed for nps\n" in ran.err


def test_a_dry_run_shows_the_lines(brought: Any, root: Path) -> None:
    ran = brought("usage", "c,d,a\nacme,2026-11-09,40\n", WEEKLY + " --dry-run")
    assert f"\n{USAGE}\n  date,active_users," in ran.out
    assert not (root / USAGE).exists()


def test_one_row_is_said_as_one(brought: Any) -> None:
    assert brought("usage", "c,d,a\nacme,2026-11-09,40\n", WEEKLY).err.endswith(", 1 row\n")
    wrong = "".join(f"acme,2026-11-{day},x\n" for day in range(10, 14))
    assert "\n… and 1 more row is rejected\n" in brought("usage", f"c,d,a\n{wrong}", WEEKLY).out


def test_how_many_use_it_is_no_amount_of_money(brought: Any) -> None:
    ran = brought("usage", "c,d,a\nacme,2026-11-09,EUR 50\nacme,2026-11-10,many\n", WEEKLY)
    assert reasons(ran) == [
        f"in.csv:{line}: active_users: {text!r} is not a whole number"
        " (write one such as 120, or nothing)"
        for line, text in ((2, "EUR 50"), (3, "many"))
    ]
