"""The bodies of files: links and tasks."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Found

PATH = "customers/acme/profile.md"
OTHERS: dict[str, str | bytes] = {
    "customers/acme/deals/my deal (2).md": "---\nname: My deal\nstage: discovery\n---\n",
    "customers/acme/relationships/bob-smith.md": "---\nname: Bob Smith\n---\n",
    "customers/acme/context/plan.png": b"\x89PNG",
    "reporting/pipeline.md": "# Pipeline\n",
    "templates/x.md": "text",
}


def with_body(body: str) -> dict[str, str | bytes]:
    return {**OTHERS, PATH: f"---\nname: Acme\n---\n\n{body}\n"}


@pytest.mark.parametrize(
    "body",
    [
        "[deal](<deals/my deal (2).md>)",
        "[deal](deals/my%20deal%20(2).md)",
        "[deal](deals/my%20deal%20%282%29.md#risks)",
        "[report](../../reporting/pipeline.md) and [template](../../templates/x.md)",
        "![plan](context/plan.png 'The plan') and [folder](context/) and [here](.)",
        "[web](https://acme.example/x) [mail](mailto:a@acme.example) [top](#top) [root](/docs/x)",
        "`[code](no.md)` and ``a ` [code](no.md)``\n\n```\n[code](no.md)\n```",
        "[site]({{site.url}}/x)",
        "[brackets] (no.md)",
    ],
)
def test_a_link_that_leads_somewhere_is_no_finding(found: Found, body: str) -> None:
    assert found(with_body(body)) == []


@pytest.mark.parametrize(
    "target, message, hint",
    [
        ("deals/none.md", "leads nowhere", "mend the link, or write the file"),
        ("bob-smith.md", "leads nowhere", "did you mean relationships/bob-smith.md?"),
        ("www.acme.example", "leads nowhere", "write https://www.acme.example"),
        ("../../../x.md", "leads out of the workspace", "copy the file into the workspace"),
        ("%2e%2e/../../../etc/passwd", "leads out of the workspace", "copy the file"),
    ],
)
def test_a_dead_link_is_told_with_its_line(
    found: Found, target: str, message: str, hint: str
) -> None:
    said, advice = found(with_body(f"One\n[two]({target}) three"))
    assert said == f"{PATH}:6: link: {target!r} {message}"
    assert advice.startswith(hint)


@pytest.mark.parametrize(
    "task",
    [
        "- [ ] Send it @ana due:2026-11-27",
        "- [ ] Send it @bob-smith 📅 2026-11-27",
        "- [x] Send it @ben due:2026-11-27 done:2026-11-26",
        "- [x] Sent, nobody knows when",
        "- [ ] Write to ana@elsewhere.example, overdue: no",
        "```\n- [ ] An example @nobody due:soon\n```",
    ],
)
def test_a_good_task_is_no_finding(found: Found, task: str) -> None:
    assert found(with_body(task)) == []


@pytest.mark.parametrize(
    "task, message, hint",
    [
        ("- [ ] a due:fri", "due: 'fri' is not a day", "write the day itself, such as due:2026"),
        ("- [ ] a due:2026-02-30", "due: '2026-02-30' is not a day", "write the day itself"),
        ("- [ ] a (due:2026-11-27)", "due: '2026-11-27)' is not a day", "write due:2026-11-27"),
        ("- [ ] a 📅 27.11.2026", "due: '27.11.2026' is not a day", "write due:2026-11-27"),
        ("- [x] a done:26.11.2026", "done: '26.11.2026' is not a day", "write done:2026-11-26"),
        ("- [ ] a due: 2026-11-27", "due: has no day right behind it", "write due:2026-11-27"),
        ("- [ ] a @zed", "task: @zed is neither in the team nor a contact of acme", "write one of"),
        ("- [ ] a @bne", "task: @bne is neither in the team nor a contact", "did you mean ben?"),
    ],
)
def test_a_task_that_cannot_be_read_as_meant_is_told(
    found: Found, task: str, message: str, hint: str
) -> None:
    said, advice = found(with_body(task))
    assert said.startswith(f"{PATH}:5: {message}")
    assert advice.startswith(hint)
