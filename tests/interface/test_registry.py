"""The registry holds every action and every query, for faces that know none of them."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crmkb import plugins
from crmkb.interface import registry
from crmkb.interface.answer import Answer, Cell, Findings, Line, Listing, Pages, envelope
from crmkb.workspace import Change
from tests.conftest import Git, Tree
from tests.queries.sample import SAMPLE

PROJECT = Path(__file__).parents[2]
WITH_A_TASK = {
    **SAMPLE,
    "customers/acme/profile.md": f"{SAMPLE['customers/acme/profile.md']}\n- [ ] Call them @ana\n",
}
ENTRIES = [*registry.actions().values(), *registry.queries().values()]


@pytest.fixture
def returned(tree: Tree, git: Git) -> list[dict[str, Any]]:
    """Return what every entry returned to a process that loads no command line."""
    root = tree(WITH_A_TASK)
    git("add", ".")
    git("commit", "--quiet", "-m", "Add the sample")
    done = subprocess.run(
        [sys.executable, str(PROJECT / "tests/interface/walk.py"), str(root)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert done.returncode == 0, done.stderr
    assert git("status", "--porcelain") == ""  # calling writes nothing
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_entry_can_be_called_without_the_command_line(
    returned: list[dict[str, Any]],
) -> None:
    *found, last = returned
    assert last == {"loaded": []}
    assert [each["action"] for each in found if "action" in each] == [*registry.actions()]
    assert [each["query"] for each in found if "query" in each] == [*registry.queries()]
    for each in found:
        if "action" in each:
            assert each["message"]
            continue
        assert each["schema_version"] == 1
        assert each["kind"]
        assert each["data"] is not None
        rows = each["data"] if isinstance(each["data"], list) else []
        keys = {key for row in rows for key in row}
        assert keys <= {*each["fields"]}, each["query"]


def test_the_registry_holds_every_module_of_its_packages() -> None:
    assert {(e.package, e.module_name) for e in ENTRIES} == {
        (package, name)
        for package in (registry.ACTIONS, registry.QUERIES)
        for name in plugins.names(package)
    }
    assert {"list", "show", "timeline", "tasks", "search", "query"} <= registry.queries().keys()
    assert {"health", "check", "report"} <= registry.queries().keys()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_says_what_a_face_needs(entry: registry.Entry) -> None:
    assert entry.summary.endswith(".")
    assert entry.panel
    assert entry.help.partition("\n")[0]
    for parameter in entry.parameters:
        assert parameter.param.help, parameter.name
    returned = inspect.signature(entry.function).return_annotation
    if entry.package == registry.ACTIONS:
        assert returned in ("Change", Change)
        assert entry.answers == frozenset()
    else:
        assert entry.answers <= {Answer, Listing, Findings, Pages}
        assert entry.answers


def test_an_answer_computes_only_the_form_that_is_asked_for() -> None:
    asked = []

    def data() -> list[str]:
        asked.append("data")
        return []

    def blocks() -> list[Line]:
        asked.append("blocks")
        return [Line([Cell("x")])]

    answer = Answer("things", data, blocks)
    assert (
        answer.envelope()
        == envelope("things", [])
        == {
            "schema_version": 1,
            "kind": "things",
            "data": [],
        }
    )
    assert asked == ["data"]
