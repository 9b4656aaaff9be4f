"""Whatever a person types comes back from the file as it was typed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmkb.actions import log_call, new_contact, new_customer, new_deal, set_
from crmkb.store import markdown
from crmkb.values.display import one_line
from crmkb.workspace import Change, Workspace
from tests.conftest import Crm

NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)

ODD = [
    "---",
    "...",
    "key: value # no comment",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "no",
    "012",
    "12:30",
    "1_000",
    "2026-11-20",
    "- [ ] not a task",
    "# heading",
    "<<: *alias",
    "&a !!python/object:os.system",
    "'single' \"double\" `code`",
    "[[wiki]] [link](x) ![x](y)",
    "| pipe | <b>",
    "C:\\new\\table",
    "naïve 日本 🚀 \u200d",
    "=SUM(A1)",
    "trailing \\",
    "\ufeffmark",
    "<!-- comment -->",
    "$(rm -rf /) ; `x` && y",
]

EMPTY = ("~", "null")  # YAML's words for nothing


def is_one_line(text: str) -> bool:
    """Return whether a text is one line that a file can hold and that says something."""
    return one_line(text) == text and text not in EMPTY


lines = st.one_of(st.sampled_from(ODD), st.text(min_size=1, max_size=40)).filter(is_one_line)
texts = st.lists(st.one_of(lines, st.just("")), min_size=1, max_size=5).map("\n".join)

slow_disk = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return Workspace.open(root, NOW)


def only(change: Change, folder: str) -> tuple[dict[str, Any], str]:
    """Return front matter and body of the one new file in a folder."""
    (written,) = [w for path, w in change.writes.items() if folder in path and w.after]
    document = markdown.parse(written.after or b"")
    return dict(document.fields), document.body


@slow_disk
@given(subject=lines, outcome=lines, topics=st.lists(lines, min_size=1, max_size=3), notes=texts)
@example(subject="---", outcome="{{ x }}", topics=["- a"], notes="---\nname: x\n---\n```")
def test_a_call(
    workspace: Workspace, subject: str, outcome: str, topics: list[str], notes: str
) -> None:
    change = log_call.plan(workspace, "acme", subject, outcome=outcome, topics=topics, notes=notes)
    fields, body = only(change, "interactions")
    assert (fields["subject"], fields["outcome"], fields["topics"]) == (subject, outcome, topics)
    assert f"# {subject}\n" in body
    assert notes.strip() in body


@slow_disk
@given(name=lines, industry=lines, own=lines)
def test_a_customer(workspace: Workspace, name: str, industry: str, own: str) -> None:
    change = new_customer.plan(workspace, name, industry=industry, set_=[f"own={own}"])
    fields, body = only(change, "profile.md")
    assert (fields["name"], fields["industry"]) == (name, industry)
    assert fields["own"] == own
    assert f"# {name}\n" in body


@slow_disk
@given(name=lines, title=lines, phone=lines)
def test_a_contact(workspace: Workspace, name: str, title: str, phone: str) -> None:
    change = new_contact.plan(workspace, "acme", name, title=title, phone=[phone])
    fields, _ = only(change, "relationships")
    assert (fields["name"], fields["title"], fields["phones"]) == (name, title, [phone])


@slow_disk
@given(name=lines, products=st.lists(lines, min_size=1, max_size=3), notes=texts)
def test_a_deal(workspace: Workspace, name: str, products: list[str], notes: str) -> None:
    change = new_deal.plan(workspace, "acme", name, products=products, notes=notes)
    fields, body = only(change, "deals")
    assert (fields["name"], fields["products"]) == (name, products)
    assert notes.strip() in body


@slow_disk
@given(value=lines)
def test_a_key_that_is_set(workspace: Workspace, value: str) -> None:
    change = set_.plan(workspace, "acme", [f"own={value}", f"industry={value}"])
    (write,) = change.writes.values()
    fields = markdown.parse(write.after or b"").fields
    assert (fields["own"], fields["industry"]) == (value, value)


@pytest.mark.parametrize("text", ODD)
def test_the_command_line_takes_it_too(crm: Crm, root: Path, text: str) -> None:
    ran = crm("log-note", "acme", "--notes", text, "--outcome", text, "--", text)
    assert ran.code == 0, ran.err
    (file,) = (root / "customers/acme/interactions").glob("*-note-*.md")
    fields = markdown.parse(file.read_bytes()).fields
    assert (fields["subject"], fields["outcome"]) == (one_line(text), text)
