"""Activity: touches by week, month, customer, owner and type; answers, meetings, late logs."""

from __future__ import annotations

from tests.conftest import Crm, Git, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of


def touch(date: str, type: str = "call", **more: str | list[str]) -> str:
    return record(**{"date": date, "type": type, "subject": f"{type} of {date}"} | more)


def acme(*touches: str) -> dict[str, str]:
    folder = "customers/acme/interactions"
    return {
        "customers/acme/profile.md": record(name="Acme", status="active", tier="growth"),
        **{f"{folder}/{number}.md": text for number, text in enumerate(touches)},
    }


def test_touches_are_counted_by_week_month_type_and_owner(tree: Tree, crm: Crm) -> None:
    tree(
        acme(
            touch("2026-11-20", us=["ana", "ben"]),
            touch("2026-11-16", "meeting", us=["ana"]),
            touch("2026-11-15", "email", us=["ben"]),
            touch("2026-10-10", "note", us=["ana"]),
            touch("2026-08-22", us=["ana"]),
            touch("2026-11-21", us=["ana"]),
        )
    )
    found = answers(crm, "activity")
    assert picked(found["totals"][0], "touches week week_before month quarter customers") == (
        *(5, 3, 0, 3, 4),
        1,
    )
    weeks = {row["week_of"]: (row["touches"], row["meetings"]) for row in found["weeks"]}
    assert len(weeks) == 13
    assert (weeks["2026-11-16"], weeks["2026-11-09"]) == ((2, 1), (1, 0))
    assert [
        picked(row, "month touches calls emails meetings_and_demos other")
        for row in found["months"]
    ] == [
        ("2026-11", 3, 1, 1, 1, 0),
        ("2026-10", 1, 0, 0, 0, 1),
        ("2026-09", 0, 0, 0, 0, 0),
        ("2026-08", 1, 1, 0, 0, 0),
    ]
    columns = "owner last_7_days last_30_days last_90_days a_month"
    assert [picked(row, columns) for row in found["owners"]] == [
        ("Ana Ruiz", 2, 2, 3, 1),
        ("Ben Okafor", 2, 2, 2, 0.7),
    ]
    assert [picked(row, "customer last_90_days last_touch") for row in found["busiest"]] == [
        ("Acme", 4, "2026-11-20")
    ]


def test_whose_customer_it_is_counts_where_nobody_is_named(tree: Tree, crm: Crm) -> None:
    files = acme(touch("2026-11-20"))
    files["customers/acme/profile.md"] = record(name="Acme", owner="ben")
    tree(files)
    assert [row["owner"] for row in answers(crm, "activity")["owners"]] == ["Ben Okafor"]


def test_quiet_customers_are_named(tree: Tree, crm: Crm) -> None:
    tree(acme(touch("2026-10-20")))
    tree({"customers/never/profile.md": record(name="Never", status="active")})
    tree({"customers/cold/profile.md": record(name="Cold", status="prospect")})
    quiet = answers(crm, "activity")["quiet"]
    assert [picked(row, "customer silent") for row in quiet] == [("Never", None), ("Acme", 31)]
    assert "> 2 customers whom we serve or sell to have heard nothing" in page(crm, "activity")


def test_emails_are_answered_pending_or_not(tree: Tree, crm: Crm) -> None:
    tree(
        acme(
            touch("2026-09-01T09:00:00", "email", direction="outbound", us=["ana"]),
            touch("2026-09-15T09:00:00", "slack", direction="inbound", us=["ana"]),
            touch("2026-09-20T09:00:00", "email", direction="outbound", us=["ben"]),
            touch("2026-11-05T09:00:00", "email", direction="outbound", us=["ben"]),
            touch("2026-11-06T09:00:00", "email", direction="outbound", us=["ben"]),
        )
    )
    found = answers(crm, "activity")
    columns = "owner emails answered unanswered pending response_rate days_to_answer"
    assert [picked(row, columns) for row in found["answers"]] == [
        ("All", 4, 1, 2, 1, 1 / 3, 14),
        ("Ben Okafor", 3, 0, 2, 1, 0, None),
        ("Ana Ruiz", 1, 1, 0, 0, 1, 14),
    ]
    assert [row["sent"] for row in found["unanswered"]] == ["2026-11-05", "2026-09-20"]


def test_meetings_have_four_marks(tree: Tree, crm: Crm) -> None:
    whole = touch("2026-11-02", "meeting", them=["a", "b"], outcome="Yes", sentiment="positive")
    tree(acme(whole + "- [x] Send it\n", touch("2026-11-03", "demo", them=["a"], outcome="No")))
    [row] = [row for row in answers(crm, "activity")["quality"] if row["owner"] == "All"]
    assert picked(row, "meetings quality outcome next_step two_of_theirs sentiment") == (
        *(2, 0.625, 1, 0.5),
        *(0.5, 0.5),
    )


def test_what_is_committed_a_day_later_is_late(tree: Tree, crm: Crm, git: Git) -> None:
    def commit(*options: str) -> None:
        git("add", ".")
        git("commit", "--quiet", *options)

    tree(acme(touch("2026-11-10T10:00:00", us=["ana"]), touch("2026-11-11", us=["ana"])))
    commit("--date", "2026-11-12T08:00:00+00:00", "-m", "Both")
    tree({"customers/acme/interactions/9.md": touch("2026-11-01", us=["ben"])})
    commit("--date", "2026-11-15T08:00:00+00:00", "-m", "Import\n\nCrm-Action: import")
    tree({"customers/acme/interactions/8.md": touch("2026-11-19", us=["ben"])})
    found = answers(crm, "activity")
    assert [picked(row, "owner logged late share days_to_log") for row in found["late"]] == [
        ("All", 2, 1, 0.5, 1.5),
        ("Ana Ruiz", 2, 1, 0.5, 1.5),
    ]


def test_late_logs_are_unknown_where_git_does_not_tell(tree: Tree, crm: Crm) -> None:
    tree(acme(touch("2026-11-10")))
    assert "*Unknown: git does not tell when" in page(crm, "activity")


def test_a_tier_narrows_every_part(tree: Tree, crm: Crm) -> None:
    tree(acme(touch("2026-11-10", "meeting"), touch("2026-11-11", "email", direction="outbound")))
    found = answers(crm, "activity", "--tier", "startup", "--as-of", "2026-11-20")
    assert found["totals"][0]["touches"] == 0
    for name in ("owners", "busiest", "quiet", "answers", "unanswered", "quality", "late"):
        assert found[name] == []


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    shown = page(crm, "activity")
    assert "**Nothing is logged up to 20 Nov 2026.**" in shown
    assert "crm log-call CUSTOMER" in shown


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = f"'{EVIL}'"
    files = {"customers/evil/profile.md": record(name=evil, status="active", owner=evil)}
    for number, type_ in enumerate(("email", "meeting", "call")):
        files[f"customers/evil/interactions/{number}.md"] = record(
            date="2026-10-01", type=type_, subject=evil, direction="outbound", us=[evil]
        )
    assert wrongs_of(crm, tree(files), "activity") == []


def test_each_type_has_its_frequency(tree: Tree, crm: Crm) -> None:
    tree(acme(touch("2026-11-20"), touch("2026-11-10"), touch("2026-09-10", "slack")))
    columns = "type last_7_days last_30_days last_90_days a_week a_month"
    assert [picked(row, columns) for row in answers(crm, "activity")["types"]] == [
        ("call", 1, 2, 2, 0.2, 0.7),
        ("slack", 0, 0, 1, 0.1, 0.3),
    ]


def test_who_is_below_the_busiest_twenty_can_be_seen_too(tree: Tree, crm: Crm) -> None:
    for number in range(21):
        folder = f"customers/c{number}"
        tree(
            {
                f"{folder}/profile.md": record(name=f"C{number}", status="active"),
                f"{folder}/interactions/1.md": touch("2026-11-20"),
            }
        )
    assert "All of them:\n`crm query" in page(crm, "activity")
