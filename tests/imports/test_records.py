"""What becomes of a row: told apart by its id, else by its place, and never by a guess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Crm, Git, Ran, Tree


@pytest.fixture
def brought(crm: Crm, tmp_path: Path) -> Any:
    """Import a table written in the test; options are written as on the command line."""

    def run(kind: str, table: str, options: str, name: str = "people.csv") -> Ran:
        file = tmp_path / name
        file.write_text(table, encoding="utf-8")
        return crm("import", kind, file, *options.split())

    return run


def reasons(ran: Ran) -> list[str]:
    return [line for line in ran.out.split("\n") if line.startswith("people.csv:")]


ACME = {"customers/acme/profile.md": "---\nname: Acme\nwebsite: https://www.acme.example\n---\n"}
BOLT = {"customers/bolt/profile.md": "---\nname: Bolt\npeople_id: b1\n---\n"}


class TestCustomers:
    def test_one_gets_the_whole_profile(self, brought: Any, root: Path) -> None:
        table = 'name,site,staff,text\nAcme & Søn,www.acme.example,"2,822",Met in Oslo.\n'
        options = "--map name=name --map website=site --map employees=staff --map notes=text"
        assert brought("customers", table, options).code == 0
        text = (root / "customers/acme-and-son/profile.md").read_text()
        assert text.startswith(
            "---\nname: Acme & Søn\nwebsite: www.acme.example\nemployees: 2822\n"
            "source: people\n---\n"
        )
        assert "## Technical setup" in text
        assert text.endswith("## Notes\n\nMet in Oslo.\n")

    @pytest.mark.parametrize("row", ["acme,", "ACME,", "New,Acme", "New,https://acme.example/x"])
    def test_a_name_that_is_taken_is_rejected(self, brought: Any, tree: Tree, row: str) -> None:
        tree(ACME)
        (told,) = reasons(
            brought("customers", f"n,s\n{row}\n", "--map name=n --map aliases=s --map website=s")
        )
        assert "customers/acme" in told

    def test_an_id_does_not_join_it_to_one_without(self, brought: Any, tree: Tree) -> None:
        tree(ACME)
        (told,) = reasons(brought("customers", "i,n\n7,Acme\n", "--map name=n --map id=i"))
        assert told == (
            "people.csv:2: the name 'Acme' is that of customers/acme; "
            "to join them, add people_id: 7 there"
        )

    def test_namesakes_of_one_file_need_ids(self, brought: Any, root: Path) -> None:
        table = "i,n\n1,KPMG\n2,KPMG\n"
        assert reasons(brought("customers", table, "--map name=n --dry-run")) == [
            "people.csv:3: the name 'KPMG' stands on line 2 already"
        ]
        ran = brought("customers", table, "--map name=n --map id=i")
        assert "note: names of several customers: 'KPMG' (1)\n" in ran.err
        assert "people_id: 2" in (root / "customers/kpmg-2/profile.md").read_text()

    def test_a_parent_may_be_a_later_row(self, brought: Any, root: Path) -> None:
        table = "n,p\nNord Oslo,Nord Group\nNord Group,\nSud,Elsewhere\n"
        ran = brought("customers", table, "--map name=n --map parent=p")
        assert "parent: nord-group\n" in (root / "customers/nord-oslo/profile.md").read_text()
        assert "parent: Elsewhere\n" in (root / "customers/sud/profile.md").read_text()
        assert "note: parent: no record of that name, kept as given: 'Elsewhere' (1)" in ran.err

    def test_without_ids_equal_ones_are_here_and_others_rejected(
        self, brought: Any, git: Git
    ) -> None:
        options = "--map name=n --map industry=b"
        brought("customers", "n,b\nAcme,retail\nBolt,bank\n", options)
        ran = brought("customers", "n,b\nAcme,retail\nBolt,food\n", options)
        assert "already here       1" in ran.out
        assert reasons(ran) == [
            "people.csv:3: customers/bolt/profile.md is there already, with another industry"
        ]


class TestContacts:
    MAPPED = "--map name=first+last --map emails=mail --map customer=firm"

    def test_columns_are_joined_and_lists_parted(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME)
        table = "first,last,mail,firm\nJane,Roe,jane@acme.example; j@x.example,acme.example\n"
        assert brought("contacts", table, self.MAPPED).code == 0
        assert (root / "customers/acme/relationships/jane-roe.md").read_text() == (
            "---\nname: Jane Roe\nemails:\n  - jane@acme.example\n  - j@x.example\n"
            "source: people\n---\n\n# Jane Roe\n"
        )

    def test_the_customer_is_found_by_the_id_it_has_in_the_source(
        self, brought: Any, tree: Tree
    ) -> None:
        root = tree(ACME | BOLT)
        table = "first,last,mail,firm\nJane,Roe,,b1\n"
        assert brought("contacts", table, self.MAPPED + " --source people").code == 0
        assert (root / "customers/bolt/relationships/jane-roe.md").exists()

    def test_namesakes_that_differ_are_two_and_a_second_run_finds_both(
        self, brought: Any, tree: Tree, git: Git
    ) -> None:
        root = tree(ACME)
        table = "first,last,mail,firm\nJo,Li,a@acme.example,Acme\nJo,Li,b@acme.example,Acme\n"
        brought("contacts", table, self.MAPPED)
        assert "b@acme.example" in (root / "customers/acme/relationships/jo-li-2.md").read_text()
        ran = brought("contacts", table, self.MAPPED)
        assert ("already here       2" in ran.out, ran.code) == (True, 0)

    def test_the_same_row_twice_is_one(self, brought: Any, tree: Tree) -> None:
        tree(ACME)
        table = "first,last,mail,firm\nJo,Li,,Acme\nJo,Li,,Acme\n"
        assert reasons(brought("contacts", table, self.MAPPED)) == [
            "people.csv:3: the same row stands on line 2 already"
        ]

    def test_a_superior_is_found_at_the_same_customer_only(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME | BOLT | {"customers/bolt/relationships/al.md": "---\nname: Al\n---\n"})
        table = "first,last,mail,firm,boss\nJo,Li,,Acme,Max Po\nMax,Po,,Acme,Al\n"
        brought("contacts", table, self.MAPPED + " --map reports_to=boss")
        folder = root / "customers/acme/relationships"
        assert "reports_to: max-po\n" in (folder / "jo-li.md").read_text()
        assert "reports_to: Al\n" in (folder / "max-po.md").read_text()


class TestInteractions:
    MAPPED = "--map date=at --map type=how --map subject=what --map customer=who --map them=who"
    JANE = {
        "customers/acme/relationships/jane.md": (
            "---\nname: Jane\nemails:\n  - j@mail.example\n---\n"
        )
    }

    def test_they_lie_by_date_time_and_type(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME | self.JANE)
        table = (
            "at,how,what,who,text\n"
            '2026-03-01T14:30:00Z,CALL,Price,j@mail.example,"One.\n\n- two"\n'
            "2026-03-02,fax,Price,j@mail.example,\n"
        )
        ran = brought("interactions", table, self.MAPPED + " --map notes=text")
        assert reasons(ran)[0].startswith("people.csv:5: type: 'fax' is not one of call, email,")
        (file,) = sorted((root / "customers/acme/interactions").iterdir())
        assert file.name == "2026-03-01-1530-call-price.md"
        assert file.read_text() == (
            "---\ndate: 2026-03-01T15:30:00\ntype: call\nsubject: Price\nthem:\n  - jane\n"
            "source: people\n---\n\n# Price\n\nOne.\n\n- two\n"
        )

    def test_two_of_one_minute_and_subject_are_two(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME | self.JANE)
        table = "at,how,what,who,note\n2026-03-01,call,Hi,acme,a\n2026-03-01,call,Hi,acme,b\n"
        brought("interactions", table, self.MAPPED + " --map id=note")
        assert sorted(file.name for file in (root / "customers/acme/interactions").iterdir()) == [
            "2026-03-01-call-hi-2.md",
            "2026-03-01-call-hi.md",
        ]

    def test_words_of_other_systems_are_taken_and_told(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME | self.JANE)
        table = (
            "at,how,what,who,prio,end,state\n"
            "2026-03-01,Ticket,One,acme,Urgent,2026-03-02T10:00:00Z,open\n"
            "2026-03-02,Ticket,Two,acme,med,,Closed\n2026-03-03,E-Mail,Three,acme,,,\n"
        )
        more = " --map severity=prio --map resolved=end --map status=state"
        ran = brought("interactions", table, self.MAPPED + more)
        assert [line for line in ran.err.split("\n") if "taken as" in line] == [
            "note: type: 'Ticket' taken as support (2)",
            "note: severity: 'Urgent' taken as critical (1)",
            "note: severity: 'med' taken as medium (1)",
            "note: type: 'E-Mail' taken as email (1)",
        ]
        assert "1 are open by their status but resolved on a day: they count as solved" in ran.err
        assert "1 are closed by their status but resolved on no day: they count as" in ran.err
        folder = root / "customers/acme/interactions"
        text = (folder / "2026-03-01-support-one.md").read_text()
        assert "severity: critical\nresolved: 2026-03-02T11:00:00\n" in text

    def test_an_external_id_tells_them_apart_like_an_id(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME | self.JANE)
        table = "at,how,what,who,i\n2026-03-01,call,Hi,acme,7\n2026-03-01,call,Hi,acme,8\n"
        mapped = self.MAPPED + " --map external_id=i"
        brought("interactions", table, mapped, name="first.csv")
        text = (root / "customers/acme/interactions/2026-03-01-call-hi.md").read_text()
        assert ("external_id: '7'" in text or "external_id: 7" in text, "_id: 7" in text) == (
            True,
            True,
        )
        ran = brought("interactions", table.replace("Hi", "Ho"), mapped, name="second.csv")
        assert "differs            2  left as they are: subject (2)" in ran.out


class TestDeals:
    MAPPED = "--map name=n --map stage=s --value n:=x --on-unmatched acme"

    def test_stages_are_known_by_their_names_too(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME)
        table = "n,s,p,a\nOne,CLOSED WON,100,$5k\nTwo,Technical-Validation,45,€ 1.234,50\n"
        ran = brought(
            "deals",
            table.replace("€ 1.234,50", '"€ 1.234,50"'),
            "--map name=n --map stage=s --map probability=p --map amount=a --on-unmatched acme",
        )
        assert "note: probability: taken as percents, as some are above 1\n" in ran.err
        folder = root / "customers/acme/deals"
        assert (folder / "one.md").read_text().split("\n")[1:6] == [
            "name: One",
            "stage: closed_won",
            "amount: 5000",
            "currency: USD",
            "probability: 1",
        ]
        assert (
            "amount: 1234.50\ncurrency: EUR\nprobability: 0.45\n" in (folder / "two.md").read_text()
        )

    @pytest.mark.parametrize(
        "amounts, written, told",
        [
            (["50.000", "1.234,50"], ["50000", "1234.50"], "read with a decimal comma"),
            (["50.000", "12,5"], ["50000", "12.5"], "read with a decimal comma"),
            (["50.000", "7.5"], ["50.000", "7.5"], ""),
            (["50.000", "1.234,50", "7.5"], ["50.000", "1234.50"], ""),
            (["50.000", "9"], ["50.000", "9"], "read with a decimal point: '50.000' (1); are"),
        ],
    )
    def test_a_column_shows_its_decimal_mark(
        self, brought: Any, tree: Tree, amounts: list[str], written: list[str], told: str
    ) -> None:
        root = tree(ACME)
        rows = "".join(f"D{place};discovery;{text}\n" for place, text in enumerate(amounts))
        ran = brought(
            "deals", f"n;s;a\n{rows}", self.MAPPED.replace("--value n:=x ", "") + " --map amount=a"
        )
        for place, text in enumerate(written):
            deal = (root / f"customers/acme/deals/d{place}.md").read_text()
            assert f"amount: {text}\n" in deal
        assert (f"note: amount: {told}" in ran.err) == bool(told)

    def test_contacts_become_slugs(self, brought: Any, tree: Tree) -> None:
        root = tree(ACME | TestInteractions.JANE)
        brought(
            "deals",
            "n,s,who\nOne,discovery,j@mail.example;Kim\n",
            "--map name=n --map stage=s --map contacts=who --on-unmatched acme",
        )
        text = (root / "customers/acme/deals/one.md").read_text()
        assert "contacts:\n  - jane\n  - Kim\n" in text

    def test_an_id_in_two_files_is_told(self, brought: Any, tree: Tree) -> None:
        deal = "---\nname: A\nstage: discovery\npeople_id: 7\n---\n"
        tree(ACME | {"customers/acme/deals/a.md": deal, "customers/acme/deals/b.md": deal})
        (told,) = reasons(
            brought(
                "deals",
                "i,n\n7,A\n",
                "--map id=i --map name=n --value stage:=discovery --on-unmatched acme",
            )
        )
        assert "2 records have this people_id: customers/acme/deals/a.md, " in told
