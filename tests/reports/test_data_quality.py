"""Data quality: what is missing, stale, wrong or there twice."""

from __future__ import annotations

from tests.conftest import Crm, Git, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

WHOLE = {"status": "prospect", "owner": "ana", "tier": "growth", "industry": "retail"}


def customer(name: str, **more: str | list[str]) -> str:
    return record(**{"name": name, "website": f"{name.split()[0].lower()}.example"} | WHOLE | more)


def contact(name: str, **more: str | list[str]) -> str:
    return record(**{"name": name, "title": "CFO", "role": "user"} | more)


def test_missing_fields_are_counted_by_owner_and_named(tree: Tree, crm: Crm) -> None:
    tree(
        {
            "customers/a/profile.md": customer("A"),
            "customers/b/profile.md": record(name="B", status="active", owner="ben"),
            "customers/b/relationships/c.md": record(name="C", role="user"),
            "customers/b/deals/d.md": record(name="D", stage="discovery", amount=5, owner="ana"),
            "customers/gone/profile.md": record(name="Gone", archived="2026-01-01"),
        }
    )
    found = answers(crm, "data_quality")
    missing = {(row["kind"], row["field"]): row["missing"] for row in found["fields"]}
    assert missing["customer", "tier"] == missing["customer", "website or domains"] == 1
    assert missing["customer", "owner"] == 0
    assert missing["contact", "emails"] == missing["contact", "title"] == 1
    assert missing["open deal", "amount"] == 0
    assert missing["served customer", "contract_amount"] == 1
    # Of B: tier, industry, website; csm, onboarded, four of the contract; two of its contact.
    assert [picked(row, "owner missing records") for row in found["owners"]] == [
        ("Ben Okafor", 11, 2),
        ("Ana Ruiz", 4, 1),
    ]
    assert picked(found["missing"][0], "record kind missing owner") == (
        *("D", "open deal", "close_date"),
        "Ana Ruiz",
    )
    own = answers(crm, "data_quality", "--owner", "ana", "--as-of", "2026-11-20")
    assert {row["record"] for row in own["missing"]} == {"D"}


def test_stale_records_are_told_with_why(tree: Tree, crm: Crm) -> None:
    open_deal = {"stage": "discovery", "opened": "2026-10-01"}
    tree(
        {
            "customers/a/profile.md": customer("A"),
            "customers/a/interactions/1.md": record(date="2026-08-21", type="call", subject="x"),
            "customers/a/deals/old.md": record(name="Old", **open_deal),
            "customers/a/deals/late.md": record(name="Late", close_date="2026-11-19", **open_deal)
            + "- [ ] Do it @ana due:2026-10-20\n",
            "customers/b/profile.md": customer("B"),
            "customers/c/profile.md": customer("C", status="churned"),
        }
    )
    found = answers(crm, "data_quality")
    assert sorted(picked(row, "record why days") for row in found["stale"] if row["days"]) == [
        ("A", "no touch for more than 90 days", 91),
        ("Do it", "due more than 30 days ago", 31),
        ("Late", "close date passed", 1),
        ("Late", "no touch for more than 30 days", 91),
        ("Old", "no touch for more than 30 days", 91),
    ]
    assert [row["record"] for row in found["stale"] if row["days"] is None] == ["B"]


def test_addresses_and_numbers_that_cannot_be_right_are_told(tree: Tree, crm: Crm) -> None:
    tree(
        {
            "customers/a/profile.md": customer("A"),
            "customers/a/relationships/ok.md": contact(
                "Ok", emails=["ok@a.example"], phones=["+47 22 33 44 55"]
            ),
            "customers/a/relationships/no.md": contact(
                "No", emails=["no@localhost"], phones=["n/a", "+47 22 33 44 56"]
            ),
        }
    )
    invalid = answers(crm, "data_quality")["invalid"]
    assert [picked(row, "contact what written") for row in invalid] == [
        ("No", "e-mail", "no@localhost"),
        ("No", "phone", "n/a"),
    ]


def test_likely_duplicates_are_told_with_what_is_the_same(tree: Tree, crm: Crm) -> None:
    phone = ["+47 22 33 44 55"]
    tree(
        {
            "customers/a/profile.md": customer("Acme", domains=["acme.example"]),
            "customers/b/profile.md": customer("ACME, Inc.", website="other.example"),
            "customers/c/profile.md": customer("Corner", website="https://www.acme.example"),
            "customers/a/relationships/1.md": contact("Jo Roe", emails=["jo@a.example"]),
            "customers/a/relationships/2.md": contact("jo roe", phones=phone),
            "customers/a/relationships/3.md": contact("Ed", phones=phone),
            "customers/c/relationships/1.md": contact("Jo Roe", emails=["JO@a.example"]),
            "customers/c/relationships/2.md": contact("Cy", phones=["0047 22334455"]),
        }
    )
    duplicates = answers(crm, "data_quality")["twins"]
    assert [
        picked(row, "record like_this same") for row in duplicates if row["kind"] == "customer"
    ] == [
        ("ACME, Inc.", "Acme", "name"),
        ("Corner", "Acme", "domain"),
    ]
    contacts = [row for row in duplicates if row["kind"] == "contact"]
    assert [picked(row, "record like_this same") for row in contacts] == [
        ("jo roe", "Jo Roe", "name"),
        ("Ed", "jo roe", "phone"),
        ("Jo Roe", "Jo Roe", "e-mail"),
        ("Cy", "jo roe", "phone"),
    ]


def test_a_customer_whose_name_is_the_folder_of_another_is_told_as_a_twin(
    tree: Tree, crm: Crm
) -> None:
    tree(
        {
            "customers/a/profile.md": customer("Acme"),
            "customers/acme/profile.md": customer("Acme GmbH", website="other.example"),
        }
    )
    duplicates = answers(crm, "data_quality")["twins"]
    assert [picked(row, "record like_this same written") for row in duplicates] == [
        ("Acme GmbH", "Acme", "name", "acme")
    ]


def test_late_logs_problems_and_lone_customers_are_told(tree: Tree, crm: Crm, git: Git) -> None:
    call = record(date="2026-11-01", type="call", subject="x", us=["ben"])
    tree({"customers/a/profile.md": customer("A"), "customers/a/interactions/1.md": call})
    git("add", ".")
    git("commit", "--quiet", "--date", "2026-11-05T08:00:00+00:00", "-m", "Late")
    tree({"customers/b/profile.md": record(name="B", status="happy")})
    found = answers(crm, "data_quality")
    assert [picked(row, "owner late logged") for row in found["late"]] == [("Ben Okafor", 1, 1)]
    assert [row["customer"] for row in found["unowned"]] == ["B"]
    assert [picked(row, "file file_line field") for row in found["problems"]] == [
        ("customers/b/profile.md", 3, "status")
    ]


def test_usage_of_people_of_other_customers_is_told(tree: Tree, crm: Crm) -> None:
    usage = "date,events,events_elsewhere\n2026-11-01,4000,3980\n2026-11-02,1000,996\n"
    tree({"customers/a/profile.md": customer("A"), "customers/a/context/usage.csv": usage})
    shown = page(crm, "data_quality")
    assert "> 4,976 of 5,000 usage events name a person of another customer." in shown


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    assert "**There is nothing to look at yet.**" in page(crm, "data_quality")


def test_what_is_not_known_is_said(tree: Tree, crm: Crm) -> None:
    tree({"customers/a/profile.md": customer("A")})
    shown = page(crm, "data_quality")
    assert "| Interactions logged late, 90 days | unknown | git does not tell" in shown
    assert "*None: everything that should be filled is.*" in shown


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = f"'{EVIL}'"
    duplicate = record(name=evil, aliases=[evil], codename=evil)
    root = tree(
        {
            "customers/evil/profile.md": duplicate,
            "customers/other/profile.md": duplicate,
            "customers/evil/relationships/c.md": record(name=evil, emails=[evil], phones=[evil]),
            "customers/evil/deals/d.md": record(name=evil, stage=evil, close_date=evil),
            "customers/evil/deals/e.md": record(
                name=evil, stage="discovery", close_date="2026-01-01", owner=evil
            ),
        }
    )
    assert wrongs_of(crm, root, "data_quality") == []


def test_what_is_whole_is_said_without_a_zero(tree: Tree, crm: Crm) -> None:
    tree({"customers/a/profile.md": customer("A")})
    shown = page(crm, "data_quality")
    assert "**100%** of the 5 fields that should be filled are.\n" in shown


def test_all_stale_records_are_counted_though_few_are_shown(tree: Tree, crm: Crm) -> None:
    late = "".join(f"- [ ] Task {number} due:2026-01-01\n" for number in range(300))
    tree({"customers/a/profile.md": customer("A"), "customers/a/context/tasks.md": late})
    shown = page(crm, "data_quality")
    assert "… and 276 more: `crm query" in shown
    assert crm("query", "SELECT * FROM stale_records", *DAY).code == 0
