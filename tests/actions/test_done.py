from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.errors import Exit
from tests.conftest import Crm, Git, Tree

NOTES = "customers/acme/context/notes.md"
TASKS = (
    "# Notes\r\n"
    "\r\n"
    "- [ ] Send the quote @ana due:2026-11-27\r\n"
    "- [ ] Send\r\n"
    "* [ ] Call `Jane` 📅 2026-11-30\r\n"
    "- [x] Call Bob done:2026-11-12\r\n"
    "```\r\n- [ ] An example\r\n```\r\n"
    "1. [ ] Last, without a line end"
)


@pytest.fixture(autouse=True)
def tasks(tree: Tree) -> None:
    tree({NOTES: TASKS, "customers/bolt/context/notes.md": "- [ ] Send it\n"})


@pytest.mark.parametrize(
    "words, before, after",
    [
        (
            "quote",
            "- [ ] Send the quote @ana due:2026-11-27\r",
            "- [x] Send the quote @ana due:2026-11-27 done:2026-11-20\r",
        ),
        ("SEND", "- [ ] Send\r", "- [x] Send done:2026-11-20\r"),
        (
            "call",
            "* [ ] Call `Jane` 📅 2026-11-30",
            "* [x] Call `Jane` 📅 2026-11-30 done:2026-11-20",
        ),
        (
            "last",
            "1. [ ] Last, without a line end",
            "1. [x] Last, without a line end done:2026-11-20",
        ),
    ],
)
def test_one_line_is_ticked_and_nothing_else_changes(
    crm: Crm, root: Path, words: str, before: str, after: str
) -> None:
    assert crm("done", "acme", words).code == Exit.DONE
    assert (root / NOTES).read_bytes().decode() == TASKS.replace(before, after)


def test_the_day_may_be_said(crm: Crm, root: Path) -> None:
    ran = crm("done", "acme", "quote", "--on", "yesterday")
    assert ran.err == "note: --on is Thu 2026-11-19\n"
    assert "done:2026-11-19" in (root / NOTES).read_text()


def test_words_of_several_tasks_are_refused_with_their_places(crm: Crm, git: Git) -> None:
    git("add", ".")
    git("commit", "--quiet", "-m", "Notes")
    ran = crm("done", "acme", "sen")
    assert ran.code == Exit.NOT_FOUND
    assert ran.err == (
        "error: 'sen' fits 2 open tasks\n"
        f"hint: say which: 'Send the quote' ({NOTES}:3), 'Send' ({NOTES}:4)\n"
    )
    assert git("status", "--short") == ""


@pytest.mark.parametrize("words", ["Call Bob", "an example", "nothing", "Send it"])
def test_only_open_tasks_of_the_record_are_meant(crm: Crm, words: str) -> None:
    ran = crm("done", "acme", words)
    assert (ran.code, f"no open task named {words!r}" in ran.err) == (Exit.NOT_FOUND, True)


def test_a_task_of_a_deal_is_ticked_by_its_deal_only(crm: Crm, tree: Tree, root: Path) -> None:
    deal = "customers/acme/deals/platform.md"
    tree({deal: "---\nname: Platform\nstage: discovery\n---\n- [ ] Ask for budget\n"})
    assert crm("done", "acme/relationships/bob-smith", "budget").code == Exit.NOT_FOUND
    assert crm("done", "platform", "budget").code == Exit.DONE
    assert (root / deal).read_text().endswith("- [x] Ask for budget done:2026-11-20\n")
