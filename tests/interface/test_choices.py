from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.cli.completion import completions
from crmkb.config.settings import Config, load_config
from crmkb.interface.choices import choices_of
from tests.conftest import Crm, Tree

FILES = {
    "customers/acme/profile.md": "---\nname: Acme Corporation\n---\n",
    "customers/bolt/profile.md": "---\nname: Bolt\n---\n",
    "customers/left-over/context/x.txt": "no profile here",
    "customers/acme/deals/platform.md": (
        "---\nname: Platform\nstage: discovery\n---\n- [ ] Later due:2026-12-01\n- [x] Done\n"
    ),
    "customers/acme/relationships/jane-roe.md": "---\nname: Jane Roe\n---\n- [ ] Ring\n",
    "customers/bolt/deals/renewal.md": "---\nname: Renewal\nstage: discovery\n---\n",
    "templates/reports/mine.md": "---\ntitle: Mine\nqueries: {}\n---\n",
}


@pytest.fixture(autouse=True)
def files(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    crm("list", "customers")


@pytest.mark.parametrize(
    "choices, within, expected",
    [
        ("customers", "", [("acme", "Acme Corporation"), ("bolt", "Bolt")]),
        ("deals", "", [("acme/deals/platform", "Platform"), ("bolt/deals/renewal", "Renewal")]),
        ("deals", "customers/acme/", [("platform", "Platform")]),
        ("contacts", "customers/acme/", [("jane-roe", "Jane Roe")]),
        ("contacts", "customers/bolt/", []),
        ("tasks", "customers/acme/", [("Ring", ""), ("Later", "due 2026-12-01")]),
        ("tasks", "customers/acme/deals/platform.md", [("Later", "due 2026-12-01")]),
        ("team", "", [("ana", "Ana Ruiz"), ("ben", "Ben Okafor")]),
        ("days", "", [("today", ""), ("tomorrow", ""), ("fri", ""), ("eom", "")]),
        ("nothing of the kind", "", []),
    ],
)
def test_what_is_on_offer(
    root: Path, choices: str, within: str, expected: list[tuple[str, str]]
) -> None:
    assert choices_of(choices, root, load_config(root), within) == expected


def test_stages_kinds_and_reports_are_on_offer(root: Path) -> None:
    def values(choices: str) -> list[str]:
        return [value for value, _ in choices_of(choices, root, Config())]

    assert values("stages")[:2] == ["qualified_lead", "discovery"]
    assert {"customers", "deals", "tasks", "articles"} <= set(values("kinds"))
    assert {"mine", "pipeline_dashboard"} <= set(values("reports"))
    assert values("records")[:3] == ["acme", "bolt", "acme/deals/platform"]


def test_completion_follows_what_was_typed(root: Path) -> None:
    assert completions("customers", "b", root) == [("bolt", "Bolt")]
    assert completions("deals", "", root, "bolt") == [("renewal", "Renewal")]
    assert len(completions("deals", "", root, "no such customer")) == 2


def test_completion_is_silent_where_anything_is_wrong(
    root: Path, tmp_path: Path, tree: Tree
) -> None:
    assert completions("customers", "", tmp_path / "nowhere") == []
    for file in (root / ".git/crmkb").glob("index.sqlite*"):
        file.write_bytes(b"not a database, but long enough" * 10)
    assert completions("deals", "", root) == []
    tree({"crm.toml": "broken ["})
    assert completions("stages", "", root) == []
