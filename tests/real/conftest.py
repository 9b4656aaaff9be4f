"""The workspaces of public data, each made once for all tests that ask it questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.real import workspaces
from tests.real.importing import Real, workspace
from tests.real.workspaces import Taken


@dataclass(frozen=True, slots=True)
class Made:
    """A workspace, and what came of the imports that made it."""

    real: Real
    taken: Taken


def make(
    factory: pytest.TempPathFactory, name: str, config: str, bring: Callable[[Real], Taken]
) -> Made:
    """Make a workspace; whoever uses it later must leave it as it is."""
    with workspace(factory.mktemp(name), config) as real:
        return Made(real, bring(real))


@pytest.fixture(scope="session")
def customer_360(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return 300 customers with events of use, NPS and tickets."""
    config = workspaces.CUSTOMER_360
    return make(tmp_path_factory, "customer360", config, workspaces.bring_customer_360)


@pytest.fixture(scope="session")
def customer_success(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return 18 customers with weekly usage."""
    config = workspaces.CUSTOMER_SUCCESS
    return make(tmp_path_factory, "success", config, workspaces.bring_customer_success)


@pytest.fixture(scope="session")
def hubspot(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return 201 customers with deals, tickets and activities."""
    return make(tmp_path_factory, "hubspot", workspaces.NORTHBEAM, workspaces.bring_hubspot)


@pytest.fixture(scope="session")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Real:
    """Return 86 customers with 8,800 deals."""
    made = make(tmp_path_factory, "maven", workspaces.maven_config(), workspaces.bring_maven)
    deals = made.taken["deals"]
    assert (deals["created"], deals["rejected"], deals["unmapped"]) == (8800, 0, [])
    return made.real
