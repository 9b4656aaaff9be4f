"""`crm check` over vaults of other people, put into the knowledge base of a workspace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from crmkb.store.markdown import Unreadable, parse
from tests.conftest import Crm

DATA = Path(__file__).parents[2] / "../shared/data"
VAULTS = ("md_vaults", "md_crm", "frontmatter_tests")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real data here")


@pytest.mark.parametrize("vault", VAULTS)
def test_every_broken_file_is_named_and_nothing_else_is_called_broken(
    root: Path, crm: Crm, vault: str
) -> None:
    shutil.copytree(DATA / vault, root / "knowledge_base" / vault)
    ran = crm("check", "--json")
    problems = json.loads(ran.out)["data"]
    assert ran.code == (3 if problems else 0)
    told = {(one["path"], one["line"]) for one in problems if not one["field"]}
    assert told == broken_files(root)


def test_links_called_dead_are_dead_and_the_others_are_not(root: Path, crm: Crm) -> None:
    for vault in VAULTS:
        shutil.copytree(DATA / vault, root / "knowledge_base" / vault)
    problems = json.loads(crm("check", "--json").out)["data"]
    dead = [one for one in problems if one["field"] == "link"]
    assert dead
    for one in dead:
        target = unquote(one["message"].split("'")[1].partition("#")[0].partition("?")[0])
        place = (root / one["path"]).parent / target
        assert not place.exists() or not place.resolve().is_relative_to(root), one


def test_nothing_in_them_is_mended_unasked(root: Path, crm: Crm) -> None:
    for vault in VAULTS:
        shutil.copytree(DATA / vault, root / "knowledge_base" / vault)
    ran = crm("check", "--fix", "--dry-run", "--json")
    assert ran.code == 3
    assert json.loads(ran.out)["data"]["files"] == []


def broken_files(root: Path) -> set[tuple[str, int]]:
    """Return the files that the store cannot read, each with the line it names."""
    found = set()
    for path in root.glob("knowledge_base/**/*.md"):
        inside = path.relative_to(root)
        if any(part.startswith(".") for part in inside.parts):
            continue
        try:
            parse(path.read_bytes())
        except Unreadable as error:
            found.add((inside.as_posix(), error.line))
    return found
