from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git, Tree

ACME = "customers/acme/profile.md"
PLATFORM = "customers/acme/deals/platform.md"
BOB = "customers/acme/relationships/bob-smith.md"
JANE = "customers/acme/relationships/jane-roe.md"


def test_only_the_lines_of_the_keys_named_change(crm: Crm, git: Git) -> None:
    crm("set", "acme", "tier=Enterprise", "codename=")
    changed = [
        line for line in git("show", "--format=", "-U0").splitlines() if line[1:2] != line[:1]
    ]
    assert [line for line in changed if line[:1] in "+-"] == [
        "-codename: Falcon",
        "+tier: enterprise",
    ]


@pytest.mark.parametrize(
    "record, pair, key, value",
    [
        ("platform", "amount=60k", "amount", "60000"),
        ("platform", "amount=€ 1,250.50", "amount", "1250.50"),
        ("platform", "probability=0.5", "probability", "0.5"),
        ("platform", "close_date=eoq", "close_date", "2026-12-31"),
        ("platform", "currency=usd", "currency", "USD"),
        ("platform", "kind=Expansion", "kind", "expansion"),
        ("platform", "owner=@Ben", "owner", "ben"),
        ("platform", "contacts+=Bob Smith", "contacts", ["bob-smith"]),
        ("platform", "contacts=jane-roe, bob-smith", "contacts", ["jane-roe", "bob-smith"]),
        ("platform", "competitors+=Initech", "competitors", ["Initech"]),
        ("acme", "status=Churned", "status", "churned"),
        ("acme", "aliases+=ACME", "aliases", ["Acme Inc", "ACME"]),
        ("acme", "aliases-=acme inc", "aliases", []),
        ("acme", "parent=Bolt", "parent", "bolt"),
        ("acme", "zip=02142", "zip", "02142"),
        ("acme", "motto=a = b, c", "motto", "a = b, c"),
        ("acme", "country=NO", "country", "NO"),
        ("acme", "renewal_day=on", "renewal_day", "on"),
        ("acme", "own+=first", "own", ["first"]),
        ("acme", "salesforce_id=006A", "salesforce_id", "006A"),
        ("bob-smith", "influence=HIGH", "influence", "high"),
        ("bob-smith", "reports_to=jane@acme.example", "reports_to", "jane-roe"),
        ("jane-roe", "primary=no", "primary", "false"),
        ("jane-roe", "emails-=JANE@acme.example", "emails", []),
    ],
)
def test_a_value_is_written_as_its_key_wants_it(
    crm: Crm, fields: Fields, record: str, pair: str, key: str, value: str | list[str]
) -> None:
    assert crm("set", record, pair).code == Exit.DONE
    path = {"acme": ACME, "platform": PLATFORM, "bob-smith": BOB, "jane-roe": JANE}[record]
    assert fields(path)[key] == value


def test_a_day_word_is_told_as_the_day_it_means(crm: Crm) -> None:
    assert crm("set", "platform", "close_date=fri").err == "note: close_date is Fri 2026-11-27\n"


def test_interactions_and_articles_are_set_too(crm: Crm, tree: Tree, fields: Fields) -> None:
    call = "customers/acme/interactions/2026-11-19-call-hello.md"
    article = "knowledge_base/pricing/rules.md"
    tree(
        {
            call: "---\ndate: 2026-11-19\ntype: call\nsubject: Hello\n---\n",
            article: "---\ntitle: Rules\n---\n",
        }
    )
    pairs = ["date=yesterday 3pm", "them+=jane-roe", "deal=platform", "duration=30"]
    assert crm("set", "acme/interactions/2026-11-19-call-hello", *pairs).code == Exit.DONE
    assert crm("set", article, "topics=price,term").code == Exit.DONE
    assert fields(call) == {
        "date": "2026-11-19T15:00:00",
        "type": "call",
        "subject": "Hello",
        "them": ["jane-roe"],
        "deal": "platform",
        "duration": "30",
    }
    assert fields(article)["topics"] == ["price", "term"]


def test_a_stage_takes_its_history_along(crm: Crm, fields: Fields) -> None:
    crm("set", "platform", "stage=Closed won", "reason=Best price")
    assert fields(PLATFORM) == {
        "name": "Platform",
        "stage": "closed_won",
        "amount": "48000",
        "stage_history": ["2026-11-10 discovery", "2026-11-20 closed_won"],
        "close_date": "2026-11-20",
        "reason": "Best price",
    }


def test_the_same_value_changes_nothing(crm: Crm, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    assert crm("set", "acme", "owner=ana", "status=active").err == "nothing to change\n"
    assert git("rev-parse", "HEAD") == before


def test_a_key_of_ones_own_is_told_once_with_the_one_that_may_be_meant(crm: Crm) -> None:
    told = "note: 'ownr' is kept as your own key; did you mean owner?\n"
    assert crm("set", "acme", "ownr=ana").err == told
    assert crm("set", "acme", "ownr=ben").err == ""
    assert crm("set", "acme", "ownr=").err == ""


@pytest.mark.parametrize(
    "record, pair, code, said",
    [
        ("acme", "name=", Exit.USAGE, "name: every customer needs one\nhint: write name=VALUE"),
        ("platform", "stage=", Exit.USAGE, "stage: every deal needs one"),
        ("platform", "stage=won", Exit.USAGE, "no stage 'won'\nhint: did you mean closed_won?"),
        ("platform", "stage+=x", Exit.USAGE, "stage: holds one value, not a list"),
        ("platform", "amount-=5", Exit.USAGE, "hint: write amount=VALUE"),
        ("platform", "amount=lots", Exit.USAGE, "'lots' is not an amount"),
        ("platform", "close_date=soon", Exit.USAGE, "'soon' is not a day"),
        ("platform", "probability=50", Exit.USAGE, "50 is not between 0 and 1"),
        ("platform", "currency=euro", Exit.USAGE, "'euro' is not a currency code"),
        ("platform", "contacts+=kim-lee", Exit.NOT_FOUND, "no contact named 'kim-lee'"),
        ("platform", "contacts-=bob", Exit.NOT_FOUND, "no item of contacts named 'bob'"),
        ("acme", "status=gone", Exit.USAGE, "status: 'gone' is not one of prospect"),
        ("acme", "owner=zoe", Exit.NOT_FOUND, "no team member named 'zoe'"),
        ("acme", "parent=nobody", Exit.NOT_FOUND, "no customer named 'nobody'"),
        ("acme", "=x", Exit.USAGE, "'=x' is no assignment"),
        ("acme", "tier", Exit.USAGE, "'tier' is no assignment\nhint: write KEY=VALUE, KEY+=ITEM"),
        ("acme", "two words=x", Exit.USAGE, "'two words=x' is no assignment"),
        ("bolt", "codename=FALCON", Exit.CONFLICT, f"exists already: {ACME}"),
        ("bolt", "aliases+=acme inc", Exit.CONFLICT, f"exists already: {ACME}"),
        ("bob-smith", "primary=True", Exit.CONFLICT, "first: crm set acme/relationships/jane-roe"),
        ("nobody", "a=b", Exit.NOT_FOUND, "no record named 'nobody'"),
    ],
)
def test_what_does_not_fit_writes_nothing(
    crm: Crm, git: Git, record: str, pair: str, code: Exit, said: str
) -> None:
    ran = crm("set", record, pair)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert git("status", "--short") == ""


def test_an_item_that_is_there_already_is_not_added_twice(crm: Crm) -> None:
    assert crm("set", "acme", "aliases+=Acme Inc").err == "nothing to change\n"


def test_windows_line_ends_and_comments_stay(crm: Crm, tree: Tree, root: Path) -> None:
    tree({ACME: "\ufeff---\r\nname: Acme   # big\r\ntier: growth\r\n---\r\nBody\r\n"})
    crm("set", "acme", "tier=startup")
    assert (root / ACME).read_bytes() == (
        "\ufeff---\r\nname: Acme   # big\r\ntier: startup\r\n---\r\nBody\r\n".encode()
    )


def test_a_file_that_cannot_be_read_is_named_with_its_line(crm: Crm, tree: Tree) -> None:
    tree({ACME: "---\nname: Acme\nowner: [ana\n---\n"})
    ran = crm("set", "acme", "tier=growth")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith(f"error: {ACME}:")
