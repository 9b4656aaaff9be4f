"""Upcoming meetings: what is to come in 14 days, for whom, and what to read before."""

from __future__ import annotations

from tests.conftest import Crm, Tree
from tests.reports.asked import EVIL, answers, page, picked, record, wrongs_of

ACME = "customers/acme"
OLD = f"{ACME}/interactions/2026-11-01-call-old.md"
TERMS = f"{ACME}/interactions/2026-11-23-1000-meeting-terms.md"


def meeting(date: str, subject: str, **more: str | list[str]) -> str:
    return record(**{"date": date, "type": "meeting", "subject": subject} | more)


FILES = {
    f"{ACME}/profile.md": record(name="Acme", status="active", tier="growth", owner="ana"),
    f"{ACME}/context/summary.md": "# Acme\n",
    f"{ACME}/deals/platform.md": record(name="Platform", stage="discovery")
    + "- [ ] Quote @ben due:2026-11-25\n- [ ] Old @ben due:2026-11-10\n"
    "- [ ] Sign @jane due:2026-11-30\n- [ ] Far @ana due:2026-12-05\n- [x] Done @ana\n",
    f"{ACME}/relationships/jane.md": record(name="Jane Roe", title="CFO", role="economic_buyer"),
    f"{ACME}/relationships/joe.md": record(name="Joe", role="champion", left="2026-11-01"),
    OLD: meeting("2026-11-01", "Old times"),
    TERMS: meeting(
        "2026-11-23T10:00:00", "Terms", us=["ana", "ben"], them=["jane", "joe"], deal="platform"
    ),
    f"{ACME}/interactions/today.md": meeting("2026-11-20", "Today"),
    f"{ACME}/interactions/was.md": meeting("2026-11-20", "Was today", outcome="Went well"),
    f"{ACME}/interactions/far.md": meeting("2026-12-05", "Far away"),
    "customers/gone/profile.md": record(name="Gone", archived="2026-11-01"),
    "customers/gone/interactions/1.md": meeting("2026-11-24", "Never"),
}


def test_meetings_of_14_days_are_told_with_what_to_read(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "upcoming_meetings")
    assert [picked(row, "day clock subject deal") for row in found["meetings"]] == [
        ("2026-11-20", None, "Today", None),
        ("2026-11-23", "10:00", "Terms", "Platform"),
    ]
    shown = page(crm, "upcoming_meetings")
    assert "### 20 Nov 2026, today\n\n- **[Today]" in shown
    assert "- 10:00 **[Terms](../customers/acme/interactions/2026-11-23" in shown
    assert "meeting with **[Acme](../customers/acme/profile.md)**: Ana Ruiz, Ben Okafor\n" in shown
    assert (
        "They: [Jane Roe](../customers/acme/relationships/jane.md) (CFO, economic buyer),"
        " [Joe](../customers/acme/relationships/joe.md) (champion, **has left**)\n"
    ) in shown
    assert "Read: [summary](../customers/acme/context/summary.md), [profile]" in shown
    assert "last: [Was today](../customers/acme/interactions/was.md), today" in shown


def test_days_and_owners_count_meetings_and_tasks(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "upcoming_meetings")
    assert [picked(row, "day meetings tasks_due") for row in found["days"]] == [
        ("2026-11-20", 1, 0),
        ("2026-11-23", 1, 0),
        ("2026-11-25", 0, 1),
    ]
    assert [picked(row, "owner meetings tasks_due overdue") for row in found["owners"]] == [
        ("Ana Ruiz", 2, 0, 0),
        ("Ben Okafor", 1, 1, 1),
    ]
    assert [picked(row, "task late") for row in found["overdue"]] == [("Old", 10)]
    assert [picked(row, "task who") for row in found["theirs"]] == [("Sign", "Jane Roe")]


def test_the_page_of_one_owner_holds_what_is_theirs(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "upcoming_meetings", "--owner", "ben", "--as-of", "2026-11-20")
    assert [row["subject"] for row in found["meetings"]] == ["Terms"]
    assert [row["task"] for row in found["due"]] == ["Quote"]
    none = answers(crm, "upcoming_meetings", "--tier", "startup", "--as-of", "2026-11-20")
    assert none["meetings"] == none["due"] == none["overdue"] == []


def test_more_than_forty_meetings_are_cut(tree: Tree, crm: Crm) -> None:
    names = [f"{ACME}/interactions/{number}.md" for number in range(43)]
    tree({**FILES, **dict.fromkeys(names, meeting("2026-11-24", "Again"))})
    assert "5 more meetings are not shown." in page(crm, "upcoming_meetings")


def test_an_empty_page_says_how_to_fill_it(crm: Crm) -> None:
    shown = page(crm, "upcoming_meetings")
    assert "**Nothing is planned for the 14 days from 20 Nov 2026.**" in shown
    assert "crm log-meeting CUSTOMER" in shown


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    evil = f"'{EVIL}'"
    root = tree(
        {
            "customers/evil/profile.md": record(name=evil),
            "customers/evil/deals/d.md": record(name=evil, stage="discovery")
            + f"- [ ] {EVIL} due:2026-11-25\n- [ ] {EVIL} @e due:2026-11-25\n",
            "customers/evil/relationships/e.md": record(name=evil, title=evil),
            "customers/evil/interactions/1.md": meeting(
                "2026-11-24", evil, us=[evil], them=["e", evil], deal="d"
            ),
            "customers/evil/interactions/0.md": meeting("2026-11-10", evil),
        }
    )
    assert wrongs_of(crm, root, "upcoming_meetings") == []
