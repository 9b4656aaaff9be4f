"""One workspace a test, and what `crm check` says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.conftest import Crm, Tree

Found = Callable[[Mapping[str, str | bytes]], list[str]]


@pytest.fixture
def found(tree: Tree, crm: Crm) -> Found:
    """Write files, and return the lines that `crm check` prints of all of them."""

    def run(files: Mapping[str, str | bytes]) -> list[str]:
        tree(files)
        ran = crm("check")
        assert ran.code == (3 if ran.out else 0), ran.err
        return [line.strip() for line in ran.out.splitlines()]

    return run
