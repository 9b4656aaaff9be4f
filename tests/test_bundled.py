"""What travels with the program is found in a wheel and in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmkb import bundled as module
from crmkb.bundled import NotShipped, shipped

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "crmkb"
    package.mkdir()
    monkeypatch.setattr(module, "PACKAGE", package)
    return package


@pytest.mark.parametrize("name", ["templates", "knowledge_base", "customers", "crm.toml"])
def test_a_checkout_ships_what_lies_at_its_root(name: str) -> None:
    assert shipped(name) == ROOT / name


def test_a_wheel_ships_what_it_carries(package: Path) -> None:
    (package / "_shipped" / "templates").mkdir(parents=True)
    assert shipped("templates") == package / "_shipped" / "templates"


def test_a_wheel_never_takes_a_neighbour_in_site_packages_for_its_own(package: Path) -> None:
    (package / "_shipped").mkdir()
    (package.parent / "templates").mkdir()
    with pytest.raises(NotShipped, match="has no 'templates'"):
        shipped("templates")


def test_what_is_missing_is_said_with_a_way_out(package: Path) -> None:
    with pytest.raises(NotShipped) as raised:
        shipped("templates")
    assert raised.value.hint == "install crmkb again"
    assert str(raised.value).endswith(str(package.parent))
