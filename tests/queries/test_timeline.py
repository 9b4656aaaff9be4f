from __future__ import annotations

import json

import pytest

from tests.conftest import Crm, Git, Tree
from tests.queries.sample import DAY, SAMPLE

AT = "2026-11-15T12:00:00+01:00"


@pytest.fixture(autouse=True)
def sample(tree: Tree, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(SAMPLE)
    monkeypatch.setenv("GIT_AUTHOR_DATE", AT)
    git("add", ".")
    git("commit", "--quiet", "-m", "Write the sample")


def test_all_that_happened_comes_newest_first(crm: Crm) -> None:
    ran = crm("timeline", "acme", DAY)

    assert ran.out == (
        "day         time   what   text                                  record\n"
        "2026-11-18  14:30  call   Pricing review                        2026-11-18-1430\n"
        "2026-11-15  12:00  edit   Write the sample (Ana Ruiz, 6 files)  acme\n"
        "2026-11-12         done   Call back @ben                        platform\n"
        "2026-11-10         stage  Platform: Negotiation                 platform\n"
        "2026-09-01         stage  Platform: Discovery                   platform\n"
    )
    assert ran.err == "note: 1 interaction with a date still to come\n"


def test_commits_of_commands_are_no_edits_by_hand(crm: Crm, git: Git, tree: Tree) -> None:
    tree({"customers/acme/deals/renewal.md": "---\nname: Renewal\nstage: discovery\n---\nMore.\n"})
    git("commit", "-a", "--quiet", "-m", "Set amount\n\nCrm-Action: set")
    tree({"customers/acme/deals/renewal.md": "---\nname: Renewal\nstage: discovery\n---\nLess.\n"})
    git("commit", "-a", "--quiet", "-m", "Fix by hand")

    events = json.loads(crm("timeline", "acme", "--json", DAY).out)["data"]

    assert sorted(event["text"] for event in events if event["kind"] == "edit") == [
        "Fix by hand (Ana Ruiz, 1 file)",
        "Write the sample (Ana Ruiz, 6 files)",
    ]


def test_since_and_limit_narrow_it(crm: Crm) -> None:
    assert len(crm("timeline", "acme", "--since=2026-11-12", DAY).out.splitlines()) == 4
    assert len(crm("timeline", "acme", "--limit=1", DAY).out.splitlines()) == 2
    assert crm("timeline", "acme", "--since=2026-11-19", DAY).err.endswith(
        "nothing since 2026-11-19\n"
    )


def test_json_tells_where_each_thing_is_written(crm: Crm) -> None:
    told = json.loads(crm("timeline", "ACME Inc", "--json", DAY).out)

    assert told["kind"] == "events"
    assert told["data"][2] == {
        "ref": "acme/deals/platform",
        "path": "customers/acme/deals/platform.md",
        "line": 14,
        "when": "2026-11-12",
        "kind": "task",
        "what": "done",
        "text": "Call back @ben",
    }


@pytest.mark.parametrize(
    "arguments, code, error",
    [
        (["acne"], 4, "no customer named 'acne'"),
        (["acme", "--since", "whenever"], 2, "'whenever' is not a day"),
        ([], 2, "CUSTOMER is missing"),
    ],
)
def test_what_is_wrong_is_said(crm: Crm, arguments: list[str], code: int, error: str) -> None:
    ran = crm("timeline", *arguments)

    assert ran.code == code
    assert error in ran.err
