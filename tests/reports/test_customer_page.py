"""`crm report customer ACME`: one customer on a page, in its own folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.conftest import Crm, Git, Tree

DAY = ("--as-of", "2026-11-20")
FOLDER = "customers/acme"
SUMMARY = f"{FOLDER}/context/summary.md"
HOSTILE = "|<b>x](javascript:1) `y`"


def record(body: str = "", **fields: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\n{lines}---\n{body}"


def contact(name: str, **fields: str) -> str:
    return record(name=name, since="2026-01-05", **fields)


def call(day: str, them: str, **fields: str) -> str:
    return record(date=day, type="call", subject=f"Call of {day}", them=f"[{them}]", **fields)


ACME = {
    f"{FOLDER}/profile.md": record(
        name="Acme Corporation",
        status="active",
        tier="growth",
        owner="ana",
        csm="ben",
        aliases="[ACME Inc]",
        competitors="[rivalsoft]",
        onboarded="2026-01-10",
        contract_amount="12000",
        contract_period="year",
        contract_seats="20",
        contract_renewal="2027-01-15",
    ),
    f"{FOLDER}/relationships/bob.md": contact(
        "Bob Smith", title="CTO", role="economic_buyer", influence="high", sentiment="positive"
    ),
    f"{FOLDER}/relationships/ann.md": contact("Ann Lee", role="champion", reports_to="bob"),
    f"{FOLDER}/relationships/old.md": contact("Olaf Old", role="champion", left="2026-06-01"),
    f"{FOLDER}/deals/seats.md": record(
        "\n- [ ] Send the quote @ana due:2026-11-10\n- [ ] Count seats @ann due:2026-11-12\n",
        name="More seats",
        stage="discovery",
        amount="5000",
        kind="expansion",
        opened="2026-09-01",
        close_date="2026-11-01",
    ),
    f"{FOLDER}/interactions/2026-11-18-call.md": call("2026-11-18", "bob", sentiment="negative"),
    f"{FOLDER}/interactions/2026-12-01-call.md": call("2026-12-01", "bob"),
    f"{FOLDER}/context/plan.md": "# The plan\n",
    f"{FOLDER}/context/nps.csv": "date,contact,score,comment\n2026-10-01,bob,9,Fine\n",
    "knowledge_base/competitor_analysis/rivalsoft.md": record(title="Rivalsoft"),
}


def page(crm: Crm, name: str = "acme") -> str:
    ran = crm("report", "customer", name, "--stdout", *DAY)
    assert ran.code == 0, ran.err
    return ran.out.replace("\u00a0", " ")


def test_the_page_is_written_into_the_customers_folder(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree(ACME)
    assert crm("report", "customer", "ACME Inc", *DAY).code == 0
    text = (root / SUMMARY).read_text(encoding="utf-8")
    assert text.startswith('---\ntitle: "Customer: Acme Corporation"\n')
    assert "\nas_of: 2026-11-20\ncustomer: acme\n" in text
    assert git("log", "-1", "--format=%s") == "Update report customer acme as of 2026-11-20\n"
    assert crm("report", "customer", "acme", *DAY).err == "nothing to change\n"
    assert crm("query", "SELECT kind FROM files WHERE path LIKE '%summary.md'").out.split() == [
        "kind",
        "generated",
    ]


def test_it_tells_who_they_are_and_what_they_pay(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    text = page(crm)
    assert "# [Acme Corporation](../profile.md)" in text
    assert "Active · growth · owner **Ana Ruiz** · success **Ben Okafor** · last touch" in text
    assert (
        "They pay **EUR 12,000** a year for 20 seats; the contract renews on **15 Jan 2027**"
        in (text)
    )
    assert "| Also known as | ACME Inc |" in text


def test_it_tells_risks_and_openings(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    text = page(crm)
    for said in (
        "> - 1 task of ours is [overdue](#open-tasks).",
        "> - [More seats](../deals/seats.md) was to close on 1 Nov 2026.",
        "> - The contract renews in 56 days.",
        "- Only one of them has taken part in anything within 90 days.",
        "- Negative: [Call of 2026-11-18](../interactions/2026-11-18-call.md), 18 Nov 2026.",
        "- Waiting for [Ann Lee](../relationships/ann.md) since 12 Nov 2026: "
        "[Count seats](../deals/seats.md?plain=1#L",
        "- Also looking at [Rivalsoft](../../../knowledge_base/competitor_analysis/rivalsoft.md).",
        "- Opening: [More seats](../deals/seats.md), expansion of EUR 5,000.",
        "- Opening: [Bob Smith](../relationships/bob.md) would recommend us, 9 of 10",
    ):
        assert said in text, said


def test_it_draws_people_with_roles_influence_and_who_reports_to_whom(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    text = page(crm)
    assert 'n1[["Bob Smith<br/>CTO<br/>economic buyer<br/>high influence"]]:::good' in text
    assert 'n2(["Ann Lee<br/>champion"]):::plain' in text
    assert "n2 -->|reports to| n1" in text
    assert "Gone: [Olaf Old](../relationships/old.md)." in text


def test_tasks_are_told_by_side_and_what_is_ahead(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    text = page(crm)
    ours, theirs = text.split("**Ours**")[1].split("## Interactions")[0].split("**Theirs**")
    assert "| Ana Ruiz | 10 Nov 2026 | 10 days |" in ours
    assert "| [Ann Lee](../relationships/ann.md) | 12 Nov 2026 | 8 days |" in theirs
    ahead, past = text.split("## Interactions")[1].split("| Day | Type | Subject | Outcome")
    assert "Call of 2026-12-01" in ahead
    assert "| 18 Nov 2026 | call | [Call of 2026-11-18]" in past


def test_a_prospect_of_whom_nothing_is_known_has_a_page(tree: Tree, crm: Crm) -> None:
    tree({"customers/blank/profile.md": "---\nname: Blank\n---\n"})
    text = page(crm, "blank")
    assert "No status · **nobody owns them** · last touch never." in text
    assert "Nothing that the files tell calls for action." in text
    assert "crm new-contact blank NAME" in text
    assert "crm new-deal blank NAME" in text
    assert "None yet. Log the first one: crm log-call" in text
    assert "## Health" not in text


def test_all_customers_are_one_commit_and_the_same_as_one_by_one(
    tree: Tree, crm: Crm, git: Git
) -> None:
    root = tree({**ACME, "customers/blank/profile.md": "---\nname: Blank\n---\n"})
    tree({"customers/gone/profile.md": "---\nname: Gone\narchived: 2026-01-01\n---\n"})
    single = {
        name: crm("report", "customer", name, "--stdout", *DAY).out for name in ("acme", "blank")
    }
    before = int(git("rev-list", "--count", "HEAD"))
    assert crm("report", "--all-customers", *DAY).code == 0
    assert int(git("rev-list", "--count", "HEAD")) == before + 1
    for name, text in single.items():
        assert (root / f"customers/{name}/context/summary.md").read_bytes() == text.encode()
    assert not (root / "customers/gone/context/summary.md").exists()
    assert crm("report", "--all-customers", *DAY).err == "nothing to change\n"


def test_check_tells_pages_that_are_stale_or_edited(tree: Tree, crm: Crm) -> None:
    root = tree({**ACME, "customers/blank/profile.md": "---\nname: Blank\n---\n"})
    crm("report", "customer", "acme", "--as-of", "2026-11-01")
    crm("report", "customer", "blank", *DAY)
    assert crm("report", "--check", *DAY).code == 0
    tree({"customers/blank/profile.md": "---\nname: Blank\nowner: ben\n---\n"})
    blank = root / "customers/blank/context/summary.md"
    ran = crm("report", "--check", *DAY)
    assert (ran.code, ran.out) == (
        3,
        "customers/blank/context/summary.md:1: is stale: what it is made from has changed\n",
    )
    assert "hint: make it anew: crm report customer blank\n" in ran.err
    assert crm("report", "customer", "acme", "--check").code == 0
    blank.write_text("Something else.\n")
    assert "as_of: is no day" in crm("report", "customer", "blank", "--check").out


def test_a_customer_is_named_as_everywhere(tree: Tree, crm: Crm) -> None:
    tree({**ACME, "customers/acme-two/profile.md": record(name="Two", aliases="[ACME Inc]")})
    ran = crm("report", "customer", "acme inc")
    assert ran.code == 4
    assert "say which: acme, acme-two" in ran.err
    assert crm("report", "customer", "nobody").code == 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("customer",), "report 'customer' is made for one customer"),
        (("customer", "acme", "--owner", "ana"), "report 'customer' does not take --owner"),
        (("--all-customers", "--tier", "growth"), "report 'customer' does not take --tier"),
        (("--all", "--all-customers"), "--all and --all-customers do not go together"),
        (("customer", "--all-customers"), "NAME and --all-customers do not go together"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tree: Tree, crm: Crm, arguments: tuple[str, ...], message: str
) -> None:
    tree(ACME)
    ran = crm("report", *arguments)
    assert ran.code == 2
    assert ran.err.startswith(f"error: {message}\n")


def test_all_reports_do_not_make_the_pages_of_customers(tree: Tree, crm: Crm) -> None:
    root = tree({**ACME, "templates/reports/own.md": "---\ntitle: Own\n---\nHello.\n"})
    crm("report", "--all", *DAY)
    assert (root / "reporting/own.md").exists()
    assert not (root / "reporting/customer.md").exists()
    assert not (root / SUMMARY).exists()
    assert "customer " in crm("report").out


def test_an_own_copy_wins_and_must_tell_whose_its_rows_are(tree: Tree, crm: Crm) -> None:
    own = "templates/reports/customer.md"
    query = (
        "---\nqueries:\n  it: SELECT customer, name FROM customers\n---\nIt is {{ it[0].name }}.\n"
    )
    tree({**ACME, own: query})
    assert "It is Acme Corporation." in page(crm)
    tree({own: query.replace("customer, name", "name")})
    assert crm("report", "customer", "acme").err.startswith(
        "error: templates/reports/customer.md:3: it: lacks the column 'customer'\n"
    )
    tree({own: query.replace("customers", "customers WHERE onboarded > :previous")})
    assert ":previous' is not declared" in crm("report", "customer", "acme").err


def test_only_what_is_wrong_with_this_customer_is_named_at_the_end(tree: Tree, crm: Crm) -> None:
    broken = "---\nname: A: b\n---\n"
    tree({**ACME, f"{FOLDER}/deals/b.md": broken, "customers/x/deals/c.md": broken})
    text = page(crm)
    assert "- [customers/acme/deals/b.md:2](../deals/b.md?plain=1#L2): " in text
    assert "customers/x" not in text


def test_json_gives_the_rows_and_a_dry_run_writes_nothing(tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    data = json.loads(crm("report", "customer", "acme", "--json", *DAY).out)["data"]
    assert data["customer acme"]["queries"]["profile"][0]["name"] == "Acme Corporation"
    assert "+title: " in crm("report", "customer", "acme", "--dry-run", *DAY).out
    assert not (root / SUMMARY).exists()
    assert crm("report", "customer", "acme", "--no-commit", *DAY).code == 0
    assert (root / SUMMARY).exists()


def test_hostile_names_stay_text(tree: Tree, crm: Crm) -> None:
    hostile = {path: text.replace("Bob Smith", json.dumps(HOSTILE)) for path, text in ACME.items()}
    hostile[f"{FOLDER}/profile.md"] = ACME[f"{FOLDER}/profile.md"].replace(
        "Acme Corporation", json.dumps(HOSTILE)
    )
    tree(hostile)
    html = MarkdownIt("commonmark").enable("table").render(page(crm).split("---\n", 2)[2])
    assert "<b>x" not in html
    assert 'href="javascript' not in html
    assert "|&lt;b&gt;x](javascript:1) `y`</a>" in html


def test_every_link_leads_to_a_file(tree: Tree, crm: Crm) -> None:
    root: Path = tree(ACME)
    targets = re.findall(r"\]\(([^)#]+)\)", page(crm))
    assert len(targets) > 10
    for target in targets:
        assert (root / FOLDER / "context" / target.partition("?")[0]).resolve().is_file(), target
