from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmkb.errors import Ambiguous, Exit, NotFound
from crmkb.store.files.disk import CannotRead
from crmkb.store.files.safe_paths import exists
from crmkb.workspace import Workspace, resolve
from crmkb.workspace.resolve import Lookup
from tests.conftest import Tree
from tests.workspace.conftest import NOW

FILES = {
    "customers/acme/profile.md": (
        "---\nname: Acme Corporation\naliases:\n  - ACME GmbH\nwebsite: https://www.acme.example/x\n"
        "domains:\n  - acme.io.example\ncodename: Roadrunner\n---\n"
    ),
    "customers/acme/deals/platform.md": "---\nname: The Platform\nstage: discovery\n---\n",
    "customers/acme/relationships/bob-smith.md": (
        "---\nname: Bob Smith\nemails:\n  - Bob@Acme.example\n---\n"
    ),
    "customers/acme/interactions/2026-11-20-1430-call-pricing.md": (
        "---\ndate: 2026-11-20T14:30:00\ntype: call\nsubject: Pricing\n---\n"
    ),
    "customers/globex/profile.md": "---\nname: Globex\n---\n",
    "customers/globex/deals/platform.md": "---\nname: Platform\nstage: discovery\n---\n",
    "customers/globex/deals/roadrunner.md": "---\nname: Roadrunner\nstage: discovery\n---\n",
    "customers/globex/deals/globex.md": "---\nname: Own\nstage: discovery\n---\n",
    "customers/globex/relationships/platform.md": "---\nname: Pat Form\n---\n",
    "knowledge_base/pricing/list.md": "---\ntitle: Price list\n---\n",
}

Find = Callable[..., str]


@pytest.fixture
def workspace(tree: Tree) -> Iterator[Workspace]:
    opened = Workspace.open(tree(FILES), NOW)
    yield opened
    if "index" in vars(opened):
        opened.index.close()


@pytest.fixture
def find(workspace: Workspace) -> Find:
    return lambda *arguments, **options: workspace.find(*arguments, **options).path


@pytest.mark.parametrize(
    "name", ["..", "knowledge_base/../note", "../customers/acme", "acme/../globex", ".hidden"]
)
def test_a_name_with_dots_spells_no_path(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def looked_for(full: Path) -> bool:
        assert ".." not in full.parts
        return exists(full)

    monkeypatch.setattr(resolve, "exists", looked_for)
    text = "---\nname: Acme\n---\n"
    places = ("profile.md", "note.md", "knowledge_base/x.md", "customers/.hidden/profile.md")
    root = tree({**FILES, **dict.fromkeys(places, text)})

    assert resolve.direct(root, name, Lookup()) is None


@pytest.mark.parametrize(
    "name",
    [
        "acme",
        "Acme",
        "Acme Corporation",
        "acme corporation",
        "  ACME   corporation ",
        "acme gmbh",
        "acme.example",
        "www.acme.example",
        "ACME.IO.example",
        "https://acme.example/pricing",
        "bob@acme.example",
        "someone.else@acme.example",
        "roadrunner",
        "customers/acme",
        "customers/acme/",
        "./customers/acme/profile.md",
        "acme/profile",
    ],
)
def test_a_customer_by_any_of_its_names(find: Find, name: str) -> None:
    assert find(name, "customer") == "customers/acme/profile.md"


@pytest.mark.parametrize(
    "name",
    [
        "acme/deals/platform",
        "acme/platform",
        "ACME/Platform",
        "acme.example/platform",
        "Acme Corporation/the platform",
        "the platform",
        "customers/acme/deals/platform.md",
        "./customers/acme/deals/platform.md",
    ],
)
def test_a_deal_by_any_of_its_names(find: Find, name: str) -> None:
    assert find(name, "deal") == "customers/acme/deals/platform.md"


@pytest.mark.parametrize(
    "name", ["bob-smith", "BOB SMITH", "bob@acme.example", "acme/bob-smith", "acme/bob smith"]
)
def test_a_contact_by_any_of_its_names(find: Find, name: str) -> None:
    assert find(name, "contact") == "customers/acme/relationships/bob-smith.md"


def test_an_interaction_by_its_moment(find: Find) -> None:
    path = "customers/acme/interactions/2026-11-20-1430-call-pricing.md"

    assert find("2026-11-20-1430", "interaction") == path
    assert find("acme/2026-11-20-1430-call-pricing") == path


@pytest.mark.parametrize(
    "name", ["price list", "list", "knowledge_base/pricing/list", "knowledge_base/pricing/list.md"]
)
def test_an_article(find: Find, name: str) -> None:
    assert find(name, "article") == "knowledge_base/pricing/list.md"


def test_of_one_customer_a_short_name_is_enough(find: Find) -> None:
    assert find("platform", "deal", customer="globex") == "customers/globex/deals/platform.md"
    assert find("Platform", "deal", customer="globex") == "customers/globex/deals/platform.md"


def test_a_slug_goes_before_other_names(find: Find) -> None:
    assert find("roadrunner") == "customers/globex/deals/roadrunner.md"


def test_a_name_that_fits_several_names_them(find: Find) -> None:
    with pytest.raises(Ambiguous) as caught:
        find("platform", "deal")

    assert caught.value.exit_code == Exit.NOT_FOUND
    assert caught.value.message == "'platform' fits 2 deals"
    assert caught.value.hint == "say which: acme/deals/platform, globex/deals/platform"


def test_two_kinds_of_one_customer_are_told_apart(find: Find) -> None:
    with pytest.raises(Ambiguous) as caught:
        find("platform", customer="globex")

    assert caught.value.candidates == ["globex/deals/platform", "globex/relationships/platform"]


def test_an_unknown_name_gets_the_close_ones(find: Find) -> None:
    with pytest.raises(NotFound) as caught:
        find("acne", "customer")

    assert caught.value.exit_code == Exit.NOT_FOUND
    assert caught.value.message == "no customer named 'acne'"
    assert caught.value.hint == "did you mean acme?"


def test_nothing_is_taken_for_the_nearest(find: Find) -> None:
    for name in ("acm", "plat", "bob", ""):
        with pytest.raises(NotFound):
            find(name)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../outside",
        "acme/../../outside",
        "acme/deals/../../../../outside",
        "customers/../../outside",
        "knowledge_base/../../outside",
        "/etc/passwd",
        "//etc/passwd",
        "..\\outside",
        "acme\\deals\\platform",
        "C:\\outside",
        ".git/config",
        "acme/.git/config",
        "a\0b",
        "x" * 5000,
        "é" * 200,
        "'; DROP TABLE names; --",
        "%",
    ],
)
def test_no_name_leads_out_of_the_workspace(find: Find, root: Path, name: str) -> None:
    outside = root.parent / "outside.md"
    outside.write_text("---\nname: Outside\n---\n")
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "profile.md").write_text("---\nname: Outside\n---\n")

    with pytest.raises(NotFound):
        find(name)


def test_a_path_that_is_spelled_out_needs_no_index(workspace: Workspace) -> None:
    for name in ("acme", "acme/deals/platform", "knowledge_base/pricing/list"):
        workspace.find(name)

    assert "index" not in vars(workspace)


def test_on_a_disk_that_ignores_case_only_the_true_spelling_is_a_path(
    root: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(FILES)
    monkeypatch.setattr(resolve, "exists", lambda full: True)

    assert resolve.direct(root, "acme", Lookup()) == "customers/acme/profile.md"
    assert resolve.direct(root, "ACME", Lookup()) is None
    assert resolve.direct(root, "acme/Deals/platform", Lookup()) is None
    assert resolve.direct(root, "acme/deals/Platform", Lookup()) is None


def test_a_customer_without_a_profile_is_not_found(find: Find, tree: Tree) -> None:
    tree({"customers/empty/deals/x.md": "---\nname: X\nstage: discovery\n---\n"})

    with pytest.raises(NotFound):
        find("empty", "customer")


def test_a_folder_where_a_file_should_be_is_told(find: Find, tree: Tree) -> None:
    tree({"customers/odd/profile.md/x": ""})

    with pytest.raises(CannotRead, match="Is a directory"):
        find("odd", "customer")
