from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.cli.main import all_commands
from crmkb.errors import Exit
from tests.actions.conftest import Fields
from tests.conftest import Crm, Git, Tree

CALL = "customers/acme/interactions/2026-11-20-1430-call-pricing-review.md"
PLATFORM = "customers/acme/deals/platform.md"
TYPES = ["call", "email", "meeting", "demo", "slack", "support", "note", "purchase"]


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_is_a_command(crm: Crm, fields: Fields, git: Git, type_: str) -> None:
    assert crm(f"log-{type_}", "acme", "Pricing review").code == Exit.DONE
    path = f"customers/acme/interactions/2026-11-20-1430-{type_}-pricing-review.md"
    assert fields(path) == {
        "date": "2026-11-20T14:30:00",
        "type": type_,
        "subject": "Pricing review",
        "us": ["ana"],
    }
    assert f"Crm-Action: log-{type_}" in git("log", "-1", "--format=%B")


def test_there_is_no_other_type() -> None:
    assert sorted(name for name in all_commands() if name.startswith("log-")) == sorted(
        f"log-{type_}" for type_ in TYPES
    )


def test_every_option_finds_its_place(crm: Crm, root: Path) -> None:
    options = [
        *("--them", "jane-roe", "--them", "Bob Smith", "--us", "ben", "--us", "@ana"),
        *("--date", "yesterday 3pm", "--duration", "45", "--direction", "inbound"),
        *("--sentiment", "very-positive", "--outcome", "They want a quote"),
        *("--topics", "price", "--topics", "term", "--deal", "platform"),
        *("--next", "Send the quote @ana due:fri", "--next", "Answer @jane-roe"),
        *("--notes", "Three sites.\n\nAll in spring."),
    ]
    ran = crm("log-call", "acme", "Pricing review", *options)
    assert ran.err == (
        "note: --date is Thu 2026-11-19 15:00\nnote: due Fri 2026-11-27: Send the quote\n"
    )
    path = "customers/acme/interactions/2026-11-19-1500-call-pricing-review.md"
    assert (root / path).read_text() == (
        "---\n"
        "date: 2026-11-19T15:00:00\n"
        "type: call\n"
        "subject: Pricing review\n"
        "direction: inbound\n"
        "us:\n  - ben\n  - ana\n"
        "them:\n  - jane-roe\n  - bob-smith\n"
        "sentiment: very_positive\n"
        "outcome: They want a quote\n"
        "duration: 45\n"
        "deal: platform\n"
        "topics:\n  - price\n  - term\n"
        "---\n"
        "\n# Pricing review\n"
        "\n## Notes\n"
        "\nThree sites.\n\nAll in spring.\n"
        "\n## Next steps\n"
        "\n- [ ] Send the quote @ana due:2026-11-27\n"
        "- [ ] Answer @jane-roe\n"
    )


def test_a_support_case_has_severity_and_an_end(crm: Crm, fields: Fields) -> None:
    options = ["--severity", "High", "--resolved", "2026-11-20 16:00"]
    crm("log-support", "acme", "Exports time out", *options)
    found = fields("customers/acme/interactions/2026-11-20-1430-support-exports-time-out.md")
    assert (found["severity"], found["resolved"]) == ("high", "2026-11-20T16:00:00")
    assert "no option '--severity'" in crm("log-call", "acme", "X", "--severity", "high").err


def test_what_follows_a_call_is_in_the_same_commit(crm: Crm, fields: Fields, git: Git) -> None:
    options = ["--stage", "Negotiation", "--new-contact", "Ada King <ada@acme.example>"]
    assert crm("log-call", "acme", "Pricing review", *options).code == Exit.DONE
    ada = "customers/acme/relationships/ada-king.md"
    assert git("show", "--name-only", "--format=").split() == [PLATFORM, CALL, ada]
    assert (fields(CALL)["them"], fields(CALL)["deal"]) == (["ada-king"], "platform")
    assert fields(ada)["emails"] == ["ada@acme.example"]
    assert fields(PLATFORM)["stage_history"] == ["2026-11-10 discovery", "2026-11-20 negotiation"]


def test_someone_new_may_own_a_next_step(crm: Crm) -> None:
    options = ["--new-contact", "Ada King", "--next", "Test it @ada-king"]
    assert crm("log-call", "acme", "X", *options).code == Exit.DONE


def test_someone_who_is_known_is_not_new(crm: Crm, git: Git) -> None:
    ran = crm("log-call", "acme", "X", "--new-contact", "J <jane@acme.example>")
    assert ran.code == Exit.CONFLICT
    assert "exists already: customers/acme/relationships/jane-roe.md" in ran.err
    assert git("status", "--short") == ""


def test_a_stage_without_an_open_deal_says_how_to_make_one(crm: Crm) -> None:
    ran = crm("log-call", "bolt", "X", "--stage", "discovery")
    assert ran.code == Exit.NOT_FOUND
    assert ran.err == (
        "error: no open deal of 'bolt' to move\n"
        "hint: name a closed one with --deal, or make one: crm new-deal bolt NAME\n"
    )


def test_a_stage_with_several_open_deals_says_which_there_are(crm: Crm, tree: Tree) -> None:
    tree({"customers/acme/deals/renewal.md": "---\nname: Renewal\nstage: discovery\n---\n"})
    ran = crm("log-call", "acme", "X", "--stage", "negotiation")
    assert ran.code == Exit.NOT_FOUND
    assert ran.err == (
        "error: --stage fits 2 open deals of 'acme'\n"
        "hint: say which with --deal: platform, renewal\n"
    )
    named = crm("log-call", "acme", "X", "--stage", "negotiation", "--deal", "renewal")
    assert named.code == Exit.DONE


def test_a_stage_that_the_deal_is_in_already_is_told(crm: Crm, fields: Fields) -> None:
    ran = crm("log-call", "acme", "Pricing review", "--stage", "discovery")
    assert ran.err == "note: acme/deals/platform is in discovery already\n"
    assert fields(CALL)["deal"] == "platform"


def test_calls_of_one_minute_get_a_file_each(crm: Crm) -> None:
    made = [crm("log-call", "acme", "Pricing review").out.split()[-3] for _ in range(3)]
    assert made == [CALL, CALL.replace(".md", "-2.md"), CALL.replace(".md", "-3.md")]


@pytest.mark.parametrize(
    "words, stamp, written",
    [
        ("2026-11-19", "2026-11-19", "2026-11-19"),
        ("2026-11-19 09:05", "2026-11-19-0905", "2026-11-19T09:05:00"),
        ("2026-11-19T09:05:00+00:00", "2026-11-19-1005", "2026-11-19T09:05:00+00:00"),
        ("2026-11-19T23:30:00-05:00", "2026-11-20-0530", "2026-11-19T23:30:00-05:00"),
    ],
)
def test_the_file_is_named_by_wall_time_and_the_date_kept_as_given(
    crm: Crm, fields: Fields, words: str, stamp: str, written: str
) -> None:
    assert crm("log-call", "acme", "X", "--date", words).code == Exit.DONE
    assert fields(f"customers/acme/interactions/{stamp}-call-x.md")["date"] == written


def test_a_day_ahead_is_told(crm: Crm) -> None:
    ran = crm("log-meeting", "acme", "X", "--date", "mon 10:00")
    assert ran.err == (
        "note: --date is Mon 2026-11-23 10:00\nnote: Mon 2026-11-23 10:00 is in the future\n"
    )


@pytest.mark.parametrize(
    "subject, stem",
    [
        ("CON", "con-x"),
        ("¿Qué tal?", "que-tal"),
        ("件名", "件名"),
        ("../../x", "x"),
        ("x" * 300, "x" * 60),
        ("🚀 up", "up"),
    ],
)
def test_any_subject_makes_a_file_name(crm: Crm, fields: Fields, subject: str, stem: str) -> None:
    assert crm("log-note", "acme", subject).code == Exit.DONE
    path = f"customers/acme/interactions/2026-11-20-1430-note-{stem}.md"
    assert fields(path)["subject"] == subject


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["nobody", "X"], Exit.NOT_FOUND, "error: no customer named 'nobody'"),
        (["acne", "X"], Exit.NOT_FOUND, "hint: did you mean acme?"),
        (["acme"], Exit.USAGE, "error: SUBJECT is missing\nhint: usage: crm log-call CUSTOMER SUB"),
        (["acme", " "], Exit.USAGE, "error: SUBJECT is missing"),
        (["acme", "X", "--them", "kim-lee"], Exit.NOT_FOUND, "no contact named 'kim-lee'"),
        (["acme", "X", "--us", "zoe"], Exit.NOT_FOUND, "no team member named 'zoe'"),
        (["acme", "X", "--deal", "nope"], Exit.NOT_FOUND, "no deal named 'nope'"),
        (["acme", "X", "--stage", "nope"], Exit.USAGE, "no stage 'nope'\nhint: the stages are"),
        (["acme", "X", "--date", "whenever"], Exit.USAGE, "--date: 'whenever' is not a day or"),
        (["acme", "X", "--duration", "1h"], Exit.USAGE, "--duration: '1h' is not a whole number"),
        (["acme", "X", "--sentiment", "ok"], Exit.USAGE, "--sentiment: 'ok' is not one of"),
        (["acme", "X", "--next", "a due:soon"], Exit.USAGE, "'soon' is not a day"),
        (["acme", "X", "--next", "a @zoe"], Exit.NOT_FOUND, "no team member named 'zoe'"),
        (["acme", "X", "--new-contact", "<nope>"], Exit.USAGE, "'<nope>' is not a person"),
        (["acme", "X", "--sentimnt", "ok"], Exit.USAGE, "hint: did you mean --sentiment?"),
    ],
)
def test_what_does_not_fit_writes_nothing(
    crm: Crm, git: Git, arguments: list[str], code: Exit, said: str
) -> None:
    ran = crm("log-call", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert ran.out == ""
    assert git("status", "--short") == ""
