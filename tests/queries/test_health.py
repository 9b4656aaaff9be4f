from __future__ import annotations

import json

import pytest

from tests.conftest import Crm, Tree

DAY = "--as-of=2026-11-20"
USAGE = "date,active_users,licensed_users\n"

FILES = {
    "customers/acme/profile.md": "---\nname: Acme Corp\nstatus: active\ncsm: ben\n---\n",
    "customers/acme/context/usage.csv": f"{USAGE}2026-10-19,80,100\n2026-11-16,60,100\n",
    "customers/bolt/profile.md": "---\nname: Bolt\nstatus: pilot\n---\n",
    "customers/bolt/context/usage.csv": f"{USAGE}2026-10-19,80,100\n2026-11-16,84,100\n",
    "customers/calm/profile.md": "---\nname: Calm\nstatus: active\n---\n",
    "customers/dawn/profile.md": "---\nname: Dawn\nstatus: prospect\n---\n",
}


def test_the_portfolio_is_listed_worst_first(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    told = crm("health", DAY)
    assert told.code == 0
    assert told.out == (
        "customer   health  band       30 days  90 days  known  csm         biggest reason\n"
        "Acme Corp      47  at risk        -53            30 %  Ben Okafor  Four-week trend: 60"
        " active users in the week to 2026-11-16,…\n"
        "Bolt          100  excellent        0            30 %\n"
        "Calm               unknown                        0 %              nothing is known\n"
    )


def test_one_customer_is_told_with_evidence_and_what_to_do(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    told = crm("health", "acme", DAY).out
    assert told.startswith(
        "Acme Corp, 2026-11-20: 47 of 100, at risk (yellow)\n"
        "-53 in 30 days; 30 % of the weights known\n"
        "\nUsage: 47 of 100 (counts 100 %)\n"
        "  37.5 of 50  Adoption: 60 of 100 licensed users active (60 %) in the week to 2026-11-16"
        "  customers/acme/context/usage.csv:3\n"
        "     unknown  Features in use: features in use are not recorded\n"
        "     0 of 30  Four-week trend: 60 active users in the week to 2026-11-16, 80 four weeks"
        " before (-25 %)  customers/acme/context/usage.csv:3\n"
        "\nSupport: unknown (left out)\n"
    )
    assert "What to do\n  1. Ask the three quietest users what they do instead." in told


def test_nothing_known_is_said(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    told = crm("health", "calm", DAY).out
    assert told.startswith("Calm, 2026-11-20: health is unknown\n0 % of the weights known\n")
    assert "Get their usage into `context/usage.csv`" in told


def test_programs_get_all_of_it(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    told = json.loads(crm("health", "acme", "--json", DAY).out)
    assert (told["schema_version"], told["kind"]) == (1, "health")
    (acme,) = told["data"]
    assert {key: acme[key] for key in ("customer", "day", "score", "band", "coverage")} == {
        "customer": "acme",
        "day": "2026-11-20",
        "score": 47,
        "band": "at risk",
        "coverage": 0.3,
    }
    assert acme["factors"][0]["signals"][0] == {
        "signal": "adoption",
        "name": "Adoption",
        "points": 37.5,
        "most": 50,
        "cost": 15.6,
        "evidence": "60 of 100 licensed users active (60 %) in the week to 2026-11-16",
        "path": "customers/acme/context/usage.csv",
        "line": 3,
        "advice": None,
    }
    assert acme["factors"][1]["points"] is None
    assert acme["recommendations"][0]["advice"] == "usage_falling"
    assert [each["customer"] for each in json.loads(crm("health", "--json", DAY).out)["data"]] == [
        *("acme", "bolt", "calm"),
    ]


def test_it_can_be_asked_for_any_day(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    told = json.loads(crm("health", "acme", "--json", "--as-of", "2026-10-20").out)
    assert (told["data"][0]["score"], told["data"][0]["change_30"]) == (100, None)


@pytest.mark.parametrize(
    "name, code, told",
    [
        ("dawn", 4, "'dawn' was not served on 2026-11-20, its status is prospect"),
        ("acne", 4, "no customer named 'acne'"),
    ],
)
def test_who_has_no_health_is_said(tree: Tree, crm: Crm, name: str, code: int, told: str) -> None:
    tree(FILES)
    ran = crm("health", name, DAY)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_an_empty_workspace_says_who_would_be_here(crm: Crm) -> None:
    ran = crm("health", DAY)
    assert (ran.code, ran.out) == (0, "")
    assert "no customer is served" in ran.err


PLAYBOOK = "knowledge_base/playbooks/customer-health.md"


def test_a_teams_own_page_wins(tree: Tree, crm: Crm) -> None:
    row = "| `usage_falling` | Sing \\| dance | us |"
    table = f"| Signal | Recommendation | who |\n|---|---|---|\n{row}\n"
    tree(FILES | {PLAYBOOK: f"---\ntitle: Ours\n---\n# Ours\n\n{table}\nThat is all.\n"})
    ran = crm("health", "acme", DAY)
    assert ran.out.endswith(
        "What to do\n  1. Sing | dance (us)\n     60 active users in the week to 2026-11-16,"
        " 80 four weeks before (-25 %)  customers/acme/context/usage.csv:3\n"
    )
    assert ran.err == ""


@pytest.mark.parametrize(
    "page, told",
    [
        ("---\ntitle: X\n---\nNo table.\n", ":1: no table with the columns signal and recomm"),
        (
            "| signal | recommendation |\n|---|---|\n| usage_faling | Sing |\n",
            ":3: usage_faling: is no signal of health",
        ),
        (
            "| signal | recommendation |\n|---|---|\n| nps_low | Ring |\n| nps_low | Sing |\n",
            ":4: nps_low: is here twice",
        ),
        ("| signal | recommendation |\n|---|---|\n| nps_low | |\n", ":3: nps_low: has no recomm"),
        ("| signal | recommendation |\n|---|---|\n| nps_low\n", ":3: nps_low: has no recomm"),
    ],
)
def test_a_broken_page_is_told_and_the_usual_one_helps(
    tree: Tree, crm: Crm, page: str, told: str
) -> None:
    tree(FILES | {PLAYBOOK: page})
    ran = crm("health", "acme", DAY)
    assert f"note: {PLAYBOOK}{told}" in ran.err
    assert f"{PLAYBOOK}{told}" in crm("check", PLAYBOOK).out + crm("check").out


def test_a_row_may_end_without_a_bar(tree: Tree, crm: Crm) -> None:
    tree(FILES | {PLAYBOOK: "| signal | recommendation\n|---|---\n| usage_falling | Sing\n"})
    assert "What to do\n  1. Sing\n" in crm("health", "acme", DAY).out


def test_lines_that_count_in_no_score_are_named(tree: Tree, crm: Crm) -> None:
    bad = "customers/bolt/context/usage.csv"
    lines = "".join(f"2026-11-{day},x,100\n" for day in range(10, 17))
    tree(FILES | {bad: f"{USAGE}2026-11-09,84,100\n{lines}"})
    ran = crm("health", DAY)
    assert "Bolt          100  excellent" in ran.out
    assert f"note: {bad}:3: active_users: 'x' is not a whole number\n" in ran.err
    assert ran.err.endswith("note: 2 more are unreadable; crm check names them all\n")
    assert crm("health", "bolt", DAY, "--json").err == ran.err
    assert crm("health", "acme", DAY).err == ""


def test_points_that_are_taken_away_are_shown_as_such(tree: Tree, crm: Crm) -> None:
    line = "2026-11-01,33,100\n"  # 20.6 of 50 points, of which the cap leaves 10
    tree(FILES | {"customers/bolt/context/usage.csv": USAGE + line})
    rules = "[health.usage]\nsilent_cap = 40.5\n"
    tree({"crm.toml": f'[workspace]\nname = "x"\n{rules}'})
    assert "        -0.4  No usage: no usage in the 14 days" in crm("health", "bolt", DAY).out
