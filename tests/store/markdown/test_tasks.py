from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.store.markdown.tasks import Task, checkbox, read_tasks, tick


def one(line: str) -> Task:
    (task,) = read_tasks(line)
    return task


def test_a_checkbox_is_a_task_with_owner_and_due_date() -> None:
    assert one("- [ ] Send the quote @ana due:2026-11-27") == Task(
        line=1, text="Send the quote", is_done=False, owner="ana", due="2026-11-27", done_on=""
    )


def test_a_ticked_one_is_done() -> None:
    task = one("- [x] Send the quote due:2026-11-27 done:2026-11-26")

    assert (task.is_done, task.due, task.done_on) == (True, "2026-11-27", "2026-11-26")


@pytest.mark.parametrize(
    "line", ["- [ ] A 📅 2026-11-27", "- [ ] A 📅2026-11-27", "- [ ] A 📅\ufe0f 2026-11-27"]
)
def test_the_due_date_of_obsidian_tasks_is_read(line: str) -> None:
    assert (one(line).text, one(line).due) == ("A", "2026-11-27")


def test_the_done_date_of_obsidian_tasks_is_read() -> None:
    task = one("- [x] A ✅ 2026-11-26")

    assert (task.text, task.done_on) == ("A", "2026-11-26")


@pytest.mark.parametrize(
    "line",
    [
        "* [ ] Call",
        "+ [ ] Call",
        "1. [ ] Call",
        "2) [ ] Call",
        "   - [ ] Call",
        "> - [ ] Call",
        "- [X] Call",
        "- [ ] Call\r",
        "- [ ] Call   ",
    ],
)
def test_every_list_of_markdown_may_hold_tasks(line: str) -> None:
    assert one(line).text == "Call"


@pytest.mark.parametrize(
    "line",
    ["[ ] Call", "- [] Call", "- [-] Call", "- [ ]Call", "- [x](link.md) Call", "a - [ ] Call"],
)
def test_what_only_looks_like_a_checkbox_is_none(line: str) -> None:
    assert list(read_tasks(line)) == []


@pytest.mark.parametrize("fence", ["```", "~~~", "````", "```markdown"])
def test_checkboxes_in_code_are_examples(fence: str) -> None:
    closing = fence.removesuffix("markdown")
    body = f"- [ ] One\n{fence}\n- [ ] No\n{closing}\n- [ ] Two\n"

    assert [(task.line, task.text) for task in read_tasks(body)] == [(1, "One"), (5, "Two")]


def test_a_shorter_fence_does_not_end_a_longer_one() -> None:
    assert list(read_tasks("````\n```\n- [ ] No\n```\n````\n")) == []


@pytest.mark.parametrize(
    "line, owner",
    [
        ("- [ ] Write to bob@acme.example", ""),
        ("- [ ] Ask @ana-maria.lopez, then call", "ana-maria.lopez"),
        ("- [ ] (@ana)", "ana"),
        ("- [ ] @ana and @ben", "ana"),
        ("- [ ] See https://x.example/@ana", ""),
        ("- [ ] @", ""),
    ],
)
def test_an_owner_is_a_word_of_its_own(line: str, owner: str) -> None:
    assert one(line).owner == owner


def test_lines_count_from_where_the_body_begins() -> None:
    assert [task.line for task in read_tasks("\n- [ ] A\n\n- [ ] B", first_line=10)] == [11, 13]


def test_a_new_task_is_one_line() -> None:
    assert checkbox("Send\n the  quote @ana") == "- [ ] Send the quote @ana"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_ticking_keeps_the_rest_of_the_line(end: str) -> None:
    line = f"  * [ ] See [ ] in @ana  {end}"

    assert tick(line, "2026-11-26") == f"  * [x] See [ ] in @ana done:2026-11-26{end}"


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda word: not any(mark in word for mark in ("@", ":", "📅", "✅", "`", "~"))
)


@given(st.lists(WORDS, min_size=1))
def test_a_task_written_and_ticked_is_read_back(words: list[str]) -> None:
    text = " ".join(words)

    open_task = one(checkbox(f"{text} @ana due:2026-11-27"))
    done = one(tick(checkbox(f"{text} @ana due:2026-11-27"), "2026-11-26"))

    assert (open_task.text, open_task.owner, open_task.due) == (text, "ana", "2026-11-27")
    assert (done.text, done.is_done, done.done_on) == (text, True, "2026-11-26")


@given(st.text())
def test_any_text_is_read(body: str) -> None:
    for task in read_tasks(body):
        assert 1 <= task.line <= body.count("\n") + 1
