from __future__ import annotations

import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.entities import entities
from crmkb.errors import Exit
from crmkb.schema.layout import customer_of, matches, ref_of, slug_of
from crmkb.store.files.locate import NotAWorkspace, find_git, find_workspace, state_dir, work_dir
from crmkb.store.files.safe_paths import OutsideWorkspace, exists, inside, many_inside


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_the_nearest_workspace_above_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "inner/customers/acme"
    inner.mkdir(parents=True)
    (tmp_path / "crm.toml").touch()
    (tmp_path / "inner/crm.toml").touch()

    assert find_workspace(inner) == tmp_path / "inner"
    assert find_workspace(tmp_path) == tmp_path


def test_where_there_is_no_workspace_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").mkdir()

    with pytest.raises(NotAWorkspace) as caught:
        find_workspace(tmp_path)

    assert caught.value.exit_code == Exit.NOT_FOUND
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint is not None
    assert "crm init" in caught.value.hint


def test_each_work_tree_keeps_its_own_state(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    main.mkdir()
    git(main, "init", "--quiet")
    git(main, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(main, "worktree", "add", str(linked))

    assert state_dir(main) == main / ".git/crmkb"
    assert state_dir(linked) == main / ".git/worktrees/linked/crmkb"


def test_each_workspace_of_a_repository_keeps_its_own_state(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    places = {state_dir(tmp_path / name) for name in (".", "sales", "sales/north")}

    assert len(places) == 3
    assert {place and place.parent for place in places} == {tmp_path / ".git"}


def test_without_git_lock_and_journal_lie_in_the_workspace(tmp_path: Path) -> None:
    assert find_git(tmp_path) is None
    assert state_dir(tmp_path) is None
    assert work_dir(tmp_path) == tmp_path / ".crmkb"


@pytest.mark.parametrize(
    "path, customer, slug, ref",
    [
        ("customers/acme/profile.md", "acme", "acme", "acme"),
        ("customers/acme/deals/a.b.md", "acme", "a.b", "acme/deals/a.b"),
        ("customers/acme/deals/profile.md", "acme", "acme", "acme/deals"),
        ("customers/stray.md", "", "stray", "stray"),
        ("knowledge_base/icp/x.md", "", "x", "knowledge_base/icp/x"),
        ("customers/acme/context/usage.csv", "acme", "usage", "acme/context/usage.csv"),
    ],
)
def test_a_path_tells_customer_slug_and_ref(path: str, customer: str, slug: str, ref: str) -> None:
    assert (customer_of(path), slug_of(path), ref_of(path)) == (customer, slug, ref)


@pytest.mark.parametrize(
    "path, noun",
    [
        ("customers/acme/profile.md", "customer"),
        ("customers/acme/deals/x.md", "deal"),
        ("customers/acme/relationships/x.md", "contact"),
        ("customers/acme/interactions/x.md", "interaction"),
        ("knowledge_base/x.md", "article"),
        ("knowledge_base/a/b/x.md", "article"),
        ("customers/acme/deals/deeper/x.md", None),
        ("customers/acme/deals/.md", None),
        ("customers/acme/x.md", None),
        ("customers/profile.md", None),
        ("customers/acme/deals/x.mdx", None),
        ("customers/acme/deals/xamd", None),
        ("knowledge_base.md", None),
        ("x/customers/acme/profile.md", None),
    ],
)
def test_a_path_tells_its_kind(path: str, noun: str | None) -> None:
    found = [each.noun for each in entities().values() if matches(path, each.pattern)]
    assert found == ([noun] if noun else [])


@pytest.mark.parametrize(
    "path",
    ["..", "../x", "a/../../x", "/etc/passwd", "a\0b", ".git/config", "a/.GIT/hooks/x"],
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutsideWorkspace):
        inside(tmp_path, path)


@pytest.mark.parametrize("path", ["a/../x.md", "x/..", "{root}/x.md"])
def test_a_path_is_plain_also_where_it_stays_inside(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutsideWorkspace):
        inside(tmp_path, path.format(root=tmp_path))


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / "out").symlink_to(tmp_path)
    (root / "hooks").symlink_to(root / ".git")
    (root / "loop").symlink_to("loop")
    (root / "in").symlink_to(root)

    for path in ("out/x.md", "hooks/x.md"):
        with pytest.raises(OutsideWorkspace):
            inside(root, path)
    assert inside(root, "in/x.md") == root / "in/x.md"
    assert not exists(inside(root, "loop/x.md"))


def test_of_many_paths_each_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a/out.md").symlink_to(tmp_path)
    (root / "a/in.md").symlink_to(root / "a/x.md")
    (root / "above").symlink_to(tmp_path)
    (tmp_path / "back.md").symlink_to(root / "a/x.md")

    full_path = many_inside(root)
    for path in ("x.md", "a/x.md", "a/in.md"):
        assert full_path(path) == root / path
    for path in ("/x.md", "../x.md", "a/out.md", "a/..", "a/.git", "a/b\0c", "above/x.md"):
        with pytest.raises(OutsideWorkspace) as caught:
            full_path(path)
        assert repr(path) in caught.value.message
    for path in ("above/back.md", "above/root", "above/x.md"):
        with pytest.raises(OutsideWorkspace):
            full_path(path)


@given(st.lists(st.text()))
def test_no_text_leads_out(paths: list[str]) -> None:
    root = Path("/workspace")
    full_path = many_inside(root)
    for path in paths:
        for find in (partial(inside, root), full_path):
            with suppress(OutsideWorkspace):
                assert find(path).is_relative_to(root)
