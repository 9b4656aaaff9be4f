from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from crmkb.config.settings import Config
from crmkb.store.index.index import Index
from crmkb.workspace.resolve import Lookup, direct, find, short_ref
from tests.conftest import Tree

CALL = "---\ndate: 2026-11-20\ntype: call\nsubject: Hello\n---\n"
DEAL = "---\nname: A deal\nstage: discovery\n---\n"
PROFILE = "---\nname: A customer\n---\n"

FILES = {
    "customers/acme/profile.md": PROFILE,
    "customers/bolt/profile.md": PROFILE,
    "customers/acme/deals/platform.md": DEAL,
    "customers/acme/deals/renewal.md": DEAL,
    "customers/bolt/deals/renewal.md": DEAL,
    "customers/bolt/deals/acme.md": DEAL,
    "customers/bolt/deals/twin.md": DEAL,
    "customers/bolt/relationships/twin.md": PROFILE,
    "customers/acme/interactions/2026-11-20-0900-call-hello.md": CALL,
    "customers/acme/interactions/2026-11-20-1000-call-hello.md": CALL,
    "customers/bolt/interactions/2026-11-20-1000-call-hello.md": CALL,
    "customers/bolt/interactions/2026-11-20-1100-call-hello.md": CALL,
    "customers/bolt/interactions/2026-11-20-1100-call-goodbye.md": CALL,
    "customers/bolt/interactions/2026-11-19-note-a-day.md": CALL,
    "knowledge_base/icp/growing.md": "---\ntitle: Growing\n---\n",
    "knowledge_base/icp/README.md": "---\ntitle: Who\n---\n",
    "knowledge_base/wins/README.md": "---\ntitle: Won\n---\n",
}


@pytest.fixture
def index(tree: Tree) -> Iterator[Index]:
    opened = Index(tree(FILES), Config(), date(2026, 11, 20))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "path, ref",
    [
        ("customers/acme/profile.md", "acme"),
        ("customers/acme/deals/platform.md", "platform"),
        ("customers/acme/deals/renewal.md", "acme/renewal"),
        ("customers/bolt/deals/acme.md", "bolt/acme"),
        ("customers/bolt/deals/twin.md", "bolt/deals/twin"),
        ("customers/acme/interactions/2026-11-20-0900-call-hello.md", "2026-11-20-0900"),
        ("customers/acme/interactions/2026-11-20-1000-call-hello.md", "acme/2026-11-20-1000"),
        (
            "customers/bolt/interactions/2026-11-20-1100-call-hello.md",
            "2026-11-20-1100-call-hello",
        ),
        ("customers/bolt/interactions/2026-11-19-note-a-day.md", "2026-11-19"),
        ("knowledge_base/icp/growing.md", "growing"),
        ("knowledge_base/icp/README.md", "knowledge_base/icp/README"),
    ],
)
def test_a_record_gets_the_shortest_name_that_fits_no_other(
    index: Index, path: str, ref: str
) -> None:
    assert short_ref(index, path) == ref


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("customers/")])
def test_every_short_name_leads_back_to_its_record(index: Index, path: str) -> None:
    ref = short_ref(index, path)

    assert (direct(index.root, ref, Lookup()) or find(index, ref, Lookup())) == path
