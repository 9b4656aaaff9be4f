from __future__ import annotations

import json

import pytest

from tests.conftest import Crm, Git, Tree
from tests.queries.sample import DAY, SAMPLE

HIDDEN = "note: 1 deal of archived customers hidden; --all shows them too\n"


@pytest.fixture(autouse=True)
def sample(tree: Tree) -> None:
    tree(SAMPLE)


def test_deals_come_in_the_order_of_the_pipeline_with_names_to_call_them_by(crm: Crm) -> None:
    assert crm("list", "deals", DAY).out == (
        "deal          name      customer  stage            amount  close_date  owner\n"
        "acme/renewal  Renewal   acme      discovery      1,200.50  2027-01-31  ben\n"
        "platform      Platform  acme      negotiation  USD 50,000  2026-11-01  ana\n"
        "bolt/renewal  Renewal   bolt      closed_lost\n"
    )


def test_every_kind_has_a_table(crm: Crm) -> None:
    heads = {
        kind: crm("list", kind, DAY).out.splitlines()[0].split()
        for kind in ("customers", "contacts", "interactions", "tasks", "articles")
    }

    assert heads["customers"][:3] == ["customer", "name", "status"]
    assert heads["contacts"][:3] == ["contact", "customer", "name"]
    assert heads["interactions"][:3] == ["interaction", "date", "type"]
    assert heads["tasks"] == ["due", "owner", "customer", "text", "done_on", "place"]
    assert heads["articles"] == ["article", "title", "topics"]


def test_interactions_come_newest_first_and_are_called_by_their_moment(crm: Crm) -> None:
    lines = crm("list", "interactions").out.splitlines()[1:]

    assert [line.split("  ")[0] for line in lines] == ["2026-11-25-1000", "2026-11-18-1430"]
    assert "Pricing review" in crm("show", "2026-11-18-1430").out


def test_a_condition_and_an_order_are_sql_over_the_columns(crm: Crm) -> None:
    ran = crm("list", "deals", "--where", "amount > 1000 -- all", "--sort=-amount", "--format=ids")

    assert ran.out == "acme/deals/platform\nacme/deals/renewal\n"


@pytest.mark.parametrize(
    "where, found",
    [
        ("region = 'nordics'", "acme"),
        ("score > 9", "bolt"),
        ("score < 9", "acme"),
        ("zip = '02142'", "acme"),
        ("\"region\" like 'al%'", "bolt"),
        ("days_silent < 5 and touches_30 = 1", "acme"),
        ("REGION = 'alps' or name = 'score > 1'", "bolt"),
    ],
)
def test_own_keys_and_columns_of_views_may_stand_in_a_condition(
    crm: Crm, where: str, found: str
) -> None:
    assert crm("list", "customers", "--where", where, "--format=ids", DAY).out == f"{found}\n"


def test_own_keys_are_shown_as_they_are_written(crm: Crm) -> None:
    assert crm("list", "customers", "--columns=name,zip,region", "--sort=-score").out == (
        "name              zip    region\n"
        "bolt                     alps\n"
        "Acme Corporation  02142  nordics\n"
    )


def test_the_customers_name_and_the_day_can_be_used(crm: Crm) -> None:
    where = "customer_name = 'Acme Corporation' and close_date < :today"

    assert (
        crm("list", "deals", "--where", where, "--format=ids", DAY).out == "acme/deals/platform\n"
    )


def test_deals_of_a_day_are_as_they_were_then(crm: Crm) -> None:
    ran = crm("list", "deals", "--as-of=2026-09-15", "--columns=slug,stage")

    assert ran.out == "slug      stage\nplatform  discovery\nrenewal   closed_lost\n"


def test_archived_customers_are_hidden_and_counted(crm: Crm) -> None:
    hidden = crm("list", "deals", "--where", "amount < 10")

    assert hidden.out == ""
    assert (
        hidden.err
        == "no deals like that\nnote: 1 deal of archived customers hidden; --all shows them too\n"
    )
    assert "1 archived customer hidden" in crm("list", "customers").err
    assert crm("list", "deals", "--all", "--where", "amount < 10", "--format=ids").out == (
        "old/deals/mill\n"
    )


def test_owner_customer_and_limit_narrow_the_list(crm: Crm) -> None:
    assert crm("list", "deals", "--owner=@ana", "--format=ids").out == "acme/deals/platform\n"
    assert crm("list", "contacts", "--owner=ana", "--customer=acme inc", "--format=ids").out == (
        "acme/relationships/jane-roe\n"
    )
    assert crm("list", "deal", "--owner=me", "--limit=1", "--format=ids").code == 0
    assert crm("list", "deals", "--limit=0", "--format=ids").out == ""


def test_json_has_every_column_raw_and_the_own_keys(crm: Crm) -> None:
    [jane] = json.loads(crm("list", "contacts", "--json").out)["data"]
    customers = json.loads(crm("list", "customers", "--json").out)

    assert customers["schema_version"] == 1
    assert customers["kind"] == "customers"
    assert customers["data"][0]["own_fields"] == {"region": "nordics", "score": "8", "zip": "02142"}
    assert jane["ref"] == "acme/relationships/jane-roe"
    assert jane["path"] == "customers/acme/relationships/jane-roe.md"
    assert jane["emails"] == ["jane@acme.example", "j@acme.example"]
    assert jane["phones"] == []
    assert jane["is_primary"] is True
    assert jane["title"] is None


def test_json_lines_hold_the_columns_that_are_chosen(crm: Crm) -> None:
    ran = crm("list", "tasks", "--format=jsonl", "--columns=text,is_done", "--where", "is_done")

    assert json.loads(ran.out) == {
        "ref": "acme/deals/platform",
        "path": "customers/acme/deals/platform.md",
        "line": 14,
        "text": "Call back",
        "is_done": True,
    }


def test_csv_has_all_columns_and_no_formulas(crm: Crm, tree: Tree) -> None:
    tree({"customers/evil/profile.md": '---\nname: "=HYPERLINK(1)"\n---\n'})

    head, *rows = crm("list", "customers", "--format=csv").out.splitlines()

    assert head.startswith("ref,path,customer,slug")
    assert rows[0].startswith("evil,customers/evil/profile.md,evil,evil")
    assert "'=HYPERLINK(1)" in rows[0]
    assert "\t" in crm("list", "customers", "--format=tsv").out


def test_no_name_can_steer_the_terminal_or_break_the_table(crm: Crm, tree: Tree) -> None:
    tree({"customers/evil/profile.md": '---\nname: "\\e[31mred\\x07\\nnext"\n---\n'})

    ran = crm("list", "customers", "--columns=name", "--where", "slug = 'evil'")

    assert ran.out == "name\nred next\n"


def test_files_that_cannot_be_read_are_counted(crm: Crm, tree: Tree) -> None:
    tree(
        {
            "customers/acme/deals/broken.md": "---\nname: [\n---\n",
            "customers/acme/deals/odd.md": "---\nname: Odd\nstage: nowhere\n---\n",
        }
    )

    assert crm("list", "deals").err == (f"{HIDDEN}note: 1 file cannot be read; see crm check\n")
    assert crm("list", "contacts").err == ""


def test_an_empty_list_says_so_and_is_no_failure(crm: Crm) -> None:
    ran = crm("list", "customers", "--where", "name = 'nobody'")

    assert (ran.code, ran.out) == (0, "")
    assert "no customers like that" in ran.err
    assert json.loads(crm("list", "deals", "--where=0", "--json").out)["data"] == []


@pytest.mark.parametrize(
    "arguments, code, error, hint",
    [
        (["dealz"], 4, "no kind named 'dealz'", "did you mean deals?"),
        (["zzz"], 4, "no kind named 'zzz'", "one of: articles, contacts, customers"),
        (["deals", "--where", "amout > 5"], 2, "--where: no such column: amout", "mean amount?"),
        (["deals", "--where", "amount >"], 2, '--where: near ")": syntax error', ""),
        (["deals", "--where", "1); DROP TABLE deals; --"], 2, "--where: ", ""),
        (["deals", "--where", "load_extension('x')"], 2, "--where: only reading", ""),
        (["deals", "--where", "name = :nothing"], 2, "--where: ", ""),
        (["deals", "--sort", "amout"], 2, "--sort: deals have no 'amout'", "mean amount?"),
        (["deals", "--sort", "1; DROP TABLE deals"], 2, "--sort: deals have no", ""),
        (["customers", "--columns", "regoin"], 2, "--columns: customers have no", "mean region?"),
        (["deals", "--owner", "anna"], 4, "no owner named 'anna'", "did you mean ana?"),
        (["deals", "--owner", "x"], 4, "no owner named 'x'", "one of: ana, ben"),
        (["deals", "--customer", "acne"], 4, "no customer named 'acne'", "did you mean acme?"),
        (["deals", "--limit", "few"], 2, "'few' is not a whole number", ""),
        (["deals", "--format", "xml"], 2, "'xml' is not one of table", ""),
        ([], 2, "KIND is missing", "usage: crm list KIND"),
    ],
)
def test_what_is_wrong_is_said(
    crm: Crm, arguments: list[str], code: int, error: str, hint: str
) -> None:
    ran = crm("list", *arguments)

    assert ran.code == code
    assert error in ran.err
    assert hint in ran.err
    assert ran.out == ""


def test_reading_leaves_no_trace_in_the_work_tree(crm: Crm, git: Git) -> None:
    before = git("status", "--porcelain")

    crm("list", "deals", "--where", "score is null")

    assert git("status", "--porcelain") == before
