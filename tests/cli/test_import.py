"""`crm import`: rows become records by a mapping, once, and what cannot go in is handed back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Crm, Git, Ran, Tree

ACME = "---\nname: Acme\ndomains:\n  - acme.example\naliases:\n  - ACME Corp\n---\n"
PIPELINE = """\
ref,agent,account,stage,closed,value
A1,Ana Ruiz,Acme,Won,2026-03-01,"1,054.50"
A2,Kim Unknown,acme corp,Engaging,,
A3,ana@northbeam.example,acme.example,Lost,2026-03-11,0
"""
MAPPED = (
    *("--map", "id=ref", "--map", "name=ref", "--map", "customer=account", "--map", "stage=stage"),
    *("--map", "close_date=closed", "--map", "amount=value", "--map", "owner=agent"),
    *("--value", "stage:Won=closed_won", "--value", "stage:Lost=closed_lost"),
    *("--value", "stage:engaging=discovery"),
)


@pytest.fixture
def pipeline(tree: Tree, crm: Crm, tmp_path: Path) -> Any:
    """Import a pipeline of a customer; the file lies outside the workspace."""
    tree({"customers/acme/profile.md": ACME})
    file = tmp_path / "pipeline.csv"

    def run(*more: str, text: str = PIPELINE) -> Ran:
        file.write_text(text, encoding="utf-8")
        return crm("import", "deals", file, *MAPPED, *more)

    return run


def data(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)["data"]
    return found


def test_rows_become_records_in_one_commit(pipeline: Any, root: Path, git: Git) -> None:
    ran = pipeline()
    assert ran.code == 0
    assert (root / "customers/acme/deals/a1.md").read_text() == (
        "---\n"
        "name: A1\n"
        "stage: closed_won\n"
        "amount: 1054.50\n"
        "close_date: 2026-03-01\n"
        "owner: ana\n"
        "source: pipeline\n"
        "pipeline_id: A1\n"
        "---\n\n# A1\n"
    )
    assert git("log", "-1", "--format=%B", "--name-only").split("\n") == [
        "Import 3 deals from pipeline.csv",
        "",
        "Crm-Action: import",
        "Crm-Entity: acme/deals/a1",
        "Crm-Entity: acme/deals/a2",
        "Crm-Entity: acme/deals/a3",
        "",
        "",
        "customers/acme/deals/a1.md",
        "customers/acme/deals/a2.md",
        "customers/acme/deals/a3.md",
        "",
    ]


def test_it_says_how_the_file_was_read_and_who_is_unknown(pipeline: Any) -> None:
    ran = pipeline(text=PIPELINE.replace("value", "value,note", 1))
    assert ran.err.split("\n") == [
        "pipeline.csv: UTF-8, commas between 7 columns, 3 rows",
        "note: 3 rows are (lines 2, 3, 4) shorter than the header; "
        "what is missing is taken as empty",
        "not mapped: note",
        "note: not on the team in crm.toml, kept as given: 'Kim Unknown' (1)",
        "",
    ]
    assert ran.out.split("\n")[:2] == ["Import 3 deals from pipeline.csv", "  created            3"]


def test_a_second_run_changes_nothing(pipeline: Any, git: Git) -> None:
    pipeline()
    head = git("rev-parse", "HEAD")
    ran = pipeline()
    assert (ran.code, "already here       3" in ran.out) == (0, True)
    assert ran.out.startswith("Nothing to import from pipeline.csv\n")
    assert git("rev-parse", "HEAD") == head


def test_hand_edits_stay_and_what_differs_is_told(pipeline: Any, root: Path) -> None:
    pipeline()
    file = root / "customers/acme/deals/a1.md"
    file.write_text(file.read_text().replace("amount: 1054.50", "amount: 2000 # agreed by phone"))
    ran = pipeline()
    assert "differs            1  left as they are: amount (1)" in ran.out
    assert "amount: 2000 # agreed by phone" in file.read_text()


def test_update_writes_what_differs_and_only_that(pipeline: Any, root: Path, git: Git) -> None:
    pipeline()
    file = root / "customers/acme/deals/a2.md"
    file.write_text(file.read_text().replace("source:", "reason: why # mine\nsource:"))
    ran = pipeline("--update", text=PIPELINE.replace("Engaging,,", "Won,2026-04-02,70"))
    assert "updated            1" in ran.out
    changed = git("show", "--format=", "-U0", "--", "customers/acme/deals/a2.md").split("\n")
    assert [line for line in changed if line.startswith(("+", "-"))][2:] == [
        "-stage: discovery",
        "+stage: closed_won",
        "+reason: why # mine",
        "+close_date: 2026-04-02",
        "+amount: 70",
        "+stage_history:",
        "+  - 2026-04-02 closed_won",
    ]


def test_a_deal_of_another_customer_now_is_told_and_stays(pipeline: Any, tree: Tree) -> None:
    root = tree({"customers/bolt/profile.md": "---\nname: Bolt\n---\n"})
    pipeline()
    ran = pipeline("--update", text=PIPELINE.replace("Ana Ruiz,Acme", "Ana Ruiz,Bolt"))
    assert "differs            1  left as they are: customer (1)" in ran.out
    assert (root / "customers/acme/deals/a1.md").exists()


def test_rows_that_cannot_go_in_are_handed_back(pipeline: Any, root: Path) -> None:
    bad = (
        "A4,,Acne,Won,2026-03-01,1\n"
        "A5,,,Won,2026-03-01,1\n"
        "A6,,Acme,Wonn,2026-03-01,1\n"
        "A7,,Acme,Won,soon,1\n"
        "A8,,Acme,Won,2026-03-01,much\n"
        ",,Acme,Won,2026-03-01,1\n"
        "A1,,Acme,Won,2026-03-01,1\n"
        "A9,Kim, Jr.,Acme,Won,2026-03-01,1\n"
    )
    ran = pipeline(text=PIPELINE + bad)
    assert ran.code == 3
    assert "rejected           8  see pipeline.rejects.csv" in ran.out
    rejects = (root / "pipeline.rejects.csv").read_text().split("\n")
    assert rejects[0] == "line,reason,ref,agent,account,stage,closed,value"
    assert rejects[1] == "5,customer: none is named 'Acne',A4,,Acne,Won,2026-03-01,1"
    assert rejects[2] == "6,customer: is missing,A5,,,Won,2026-03-01,1"
    assert "did you mean" not in rejects[1]
    assert "stage: 'Wonn' is not one of qualified_lead, discovery" in rejects[3]
    assert "close_date: 'soon' is not a date" in rejects[4]
    assert "amount: 'much' is not an amount" in rejects[5]
    assert rejects[6] == "10,the id is missing,,,Acme,Won,2026-03-01,1"
    assert rejects[7] == "11,the id 'A1' stands on line 2 already,A1,,Acme,Won,2026-03-01,1"
    assert rejects[8].startswith('12,"7 cells, where the header has 6",A9,Kim,Jr.,Acme')


def test_rejects_are_mended_and_imported_again(pipeline: Any, root: Path, crm: Crm) -> None:
    pipeline(text=PIPELINE + "A4,=Kim,Acne,Won,2026-03-01,-1\n")
    rejects = root / "pipeline.rejects.csv"
    rejects.write_text(rejects.read_text().replace("Acne", "Acme"))
    assert "'=Kim" in rejects.read_text()
    ran = crm("import", "deals", rejects, *MAPPED)
    assert (ran.code, "created            1" in ran.out) == (0, True)
    assert (
        "amount: -1\nclose_date: 2026-03-01\nowner: =Kim\n"
        in (root / "customers/acme/deals/a4.md").read_text()
    )
    assert "pipeline_id: A4" in (root / "customers/acme/deals/a4.md").read_text()


def test_rejects_are_never_committed_and_go_where_one_says(
    pipeline: Any, tmp_path: Path, git: Git
) -> None:
    pipeline("--rejects", str(tmp_path / "back.csv"), text=PIPELINE + "A4,,Acne,Won,,\n")
    assert (tmp_path / "back.csv").read_text().startswith("line,reason,ref")
    assert "back.csv" not in git("show", "--name-only", "--format=")


def test_rejects_do_not_overwrite_the_input(pipeline: Any, tmp_path: Path) -> None:
    ran = pipeline("--rejects", str(tmp_path / "pipeline.csv"), text=PIPELINE + "A4,,Acne,Won,,\n")
    assert (ran.code, ran.err.split("\n")[-3]) == (
        2,
        f"error: the rejects would overwrite {tmp_path / 'pipeline.csv'}",
    )


def test_rows_without_a_known_customer_go_where_one_says(pipeline: Any, root: Path) -> None:
    ran = pipeline("--on-unmatched", "ACME corp", text=PIPELINE + "A4,,,Won,,\nA5,,Acne,Won,,\n")
    assert ran.code == 0
    assert (root / "customers/acme/deals/a4.md").exists()
    assert "note: 2 without a known customer, put into acme; unknown are 'Acne' (1)\n" in ran.err


def test_the_customer_for_the_others_must_exist(pipeline: Any) -> None:
    ran = pipeline("--on-unmatched", "nobody")
    assert (ran.code, "error: no customer named 'nobody'" in ran.err) == (4, True)


def test_a_name_of_two_customers_is_rejected_with_both(pipeline: Any, tree: Tree) -> None:
    tree({"customers/bolt/profile.md": "---\nname: Bolt\naliases:\n  - acme corp\n---\n"})
    ran = pipeline()
    assert "pipeline.csv:3: customer: 'acme corp' fits 2: acme, bolt" in ran.out


def test_a_dry_run_shows_samples_and_writes_nothing(pipeline: Any, root: Path, git: Git) -> None:
    head = git("rev-parse", "HEAD")
    ran = pipeline("--dry-run", text=PIPELINE + "A4,,Acne,Won,,\n")
    assert ran.code == 3
    assert ran.out.startswith("Import 3 deals from pipeline.csv (dry run: nothing is written)\n")
    assert "\ncustomers/acme/deals/a1.md\n  ---\n  name: A1\n" in ran.out
    assert "pipeline.csv:5: customer: none is named 'Acne'" in ran.out
    assert not (root / "customers/acme/deals").exists()
    assert not (root / "pipeline.rejects.csv").exists()
    assert git("rev-parse", "HEAD") == head


def test_no_commit_leaves_the_files_to_the_user(pipeline: Any, root: Path, git: Git) -> None:
    head = git("rev-parse", "HEAD")
    pipeline("--no-commit")
    assert (root / "customers/acme/deals/a1.md").exists()
    assert git("rev-parse", "HEAD") == head


def test_the_result_for_programs(pipeline: Any) -> None:
    result = data(pipeline("--json", text=PIPELINE + "\n , ,\nA4,,Acne,Won,,\n"))
    commit = result.pop("commit")
    assert len(commit) == 40
    assert result == {
        "message": "Import 3 deals from pipeline.csv",
        "records": "deals",
        "file": "pipeline.csv",
        "form": "UTF-8, commas between 6 columns",
        "rows": 4,
        "lines": None,
        "blank_rows": 2,
        "created": 3,
        "updated": 0,
        "here": 0,
        "differs": 0,
        "rejected": 1,
        "unmapped": [],
        "notes": ["not on the team in crm.toml, kept as given: 'Kim Unknown' (1)"],
        "rejects": "pipeline.rejects.csv",
        "reasons": [{"line": 7, "reason": "customer: none is named 'Acne'"}],
        "is_dry_run": False,
    }


def test_a_date_of_two_orders_stops_all_until_the_order_is_given(
    pipeline: Any, root: Path, git: Git
) -> None:
    head = git("rev-parse", "HEAD")
    text = PIPELINE.replace("2026-03-11", "03/11/2026")
    ran = pipeline(text=text)
    assert ran.code == 2
    assert ran.err.split("\n")[-3:-1] == [
        "error: pipeline.csv:4: '03/11/2026' can be 2 dates; nothing was written",
        "hint: say in which order it is written: --date-order mdy (2026-03-11) or dmy (2026-11-03)",
    ]
    assert git("rev-parse", "HEAD") == head
    assert pipeline("--date-order", "dmy", text=text).code == 0
    assert "close_date: 2026-11-03" in (root / "customers/acme/deals/a3.md").read_text()


@pytest.mark.parametrize(
    "options, words",
    [
        (["--map", "kind=valeu"], "no column 'valeu'\nhint: did you mean 'value'?"),
        (["--map", "kind="], "a field is mapped to no column\nhint: the columns are 'ref', "),
        (["--map", "name=agent"], "--map name=… is given twice\nhint: join columns: FIELD="),
        (["--map", "ref"], "a field is mapped to no column"),
        (["--map", "=ref"], "'=ref' maps nothing\nhint: write FIELD=COLUMN"),
        (["--value", "stage=x"], "'stage=x' says no value for a value\nhint: write FIELD:FROM=TO"),
        (["--value", "kind:New=new"], "--value kind:…: no column is mapped to 'kind'"),
        (["--value", "stage:Won=discovery"], "--value stage:Won=… is given twice"),
    ],
)
def test_a_wrong_mapping_is_a_usage_error(pipeline: Any, options: list[str], words: str) -> None:
    ran = pipeline(*options)
    assert ran.code == 2
    assert f"error: {words}" in ran.err


@pytest.mark.parametrize(
    "kind, options, words",
    [
        (
            "deals",
            ["--map", "name=ref"],
            "no column is mapped to 'stage', 'customer', needed for deals",
        ),
        (
            "contacts",
            ["--map", "name=ref"],
            "no column is mapped to 'customer', needed for contacts",
        ),
        ("customers", ["--map", "customer=account"], "a customer has no field 'customer'"),
        ("people", [], "KIND: 'people' is not one of customers, contacts, deals, interactions"),
    ],
)
def test_what_a_kind_needs_is_told(
    pipeline: Any, crm: Crm, tmp_path: Path, kind: str, options: list[str], words: str
) -> None:
    pipeline()
    ran = crm("import", kind, tmp_path / "pipeline.csv", *options)
    assert (ran.code, ran.err.split("error: ")[1][: len(words)]) == (2, words)


def test_a_file_that_is_not_there_is_told(crm: Crm) -> None:
    ran = crm("import", "deals", "none.csv", "--map", "name=x")
    assert (ran.code, ran.err) == (4, "error: cannot read 'none.csv': No such file or directory\n")


def test_a_name_that_is_no_key_is_kept_and_told(pipeline: Any, root: Path) -> None:
    ran = pipeline("--map", "region=agent")
    assert "note: 'region' is no key of deals; it is kept as one of your own\n" in ran.err
    assert "region: Ana Ruiz\n" in (root / "customers/acme/deals/a1.md").read_text()


def test_an_empty_from_fills_gaps_and_speaks_for_all_rows(pipeline: Any, root: Path) -> None:
    pipeline("--value", "kind:=new", "--value", "amount:=5")
    a1 = (root / "customers/acme/deals/a1.md").read_text()
    a2 = (root / "customers/acme/deals/a2.md").read_text()
    assert "amount: 1054.50\nkind: new\n" in a1
    assert "amount: 5\nkind: new\n" in a2
