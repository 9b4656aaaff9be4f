"""The layer rule holds for the code, and the checker can tell when it would not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.layers import violations

ROOT = Path(__file__).resolve().parent.parent

# A small house: every layer has a module to import.
HOUSE = dict.fromkeys(
    [
        "crmkb/__init__.py",
        "crmkb/errors.py",
        "crmkb/plugins.py",
        "crmkb/values/dates.py",
        "crmkb/values/names.py",
        "crmkb/schema/layout.py",
        "crmkb/config/settings.py",
        "crmkb/entities/__init__.py",
        "crmkb/entities/deal.py",
        "crmkb/store/__init__.py",
        "crmkb/store/git/repository.py",
        "crmkb/store/index/index.py",
        "crmkb/metrics/health.py",
        "crmkb/knowledge/health_playbook.py",
        "crmkb/workspace/__init__.py",
        "crmkb/workspace/workspace.py",
        "crmkb/scores/health.py",
        "crmkb/imports/plan.py",
        "crmkb/interface/params.py",
        "crmkb/interface/registry.py",
        "crmkb/actions/set_.py",
        "crmkb/queries/report.py",
        "crmkb/reports/render.py",
        "crmkb/automation/steps/log.py",
        "crmkb/cli/main.py",
        "crmkb/server/mcp.py",
    ],
    "",
)


def found(path: str, source: str) -> list[str]:
    return violations(HOUSE | {path: source})


def test_the_code_keeps_the_layer_rule() -> None:
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "crmkb").rglob("*.py"))
    }
    assert len(sources) > 10
    assert violations(sources) == []


@pytest.mark.parametrize(
    "path, source",
    [
        ("crmkb/errors.py", "import crmkb.values.dates"),
        ("crmkb/store/index/index.py", "from crmkb.metrics import health"),
        ("crmkb/knowledge/health_playbook.py", "from crmkb.scores import health"),
        ("crmkb/interface/params.py", "from crmkb.actions import set_"),
        ("crmkb/actions/set_.py", "from crmkb.interface import registry"),
        ("crmkb/values/dates.py", "from crmkb.entities.deal import Deal"),
        ("crmkb/store/index/index.py", "from crmkb.workspace import Workspace"),
        ("crmkb/store/index/index.py", "from crmkb import workspace"),
        ("crmkb/store/index/index.py", "from ... import workspace"),
        ("crmkb/store/index/index.py", "from ...workspace import Workspace"),
        ("crmkb/store/__init__.py", "from ..cli import main"),
        ("crmkb/store/index/index.py", "def late():\n    from crmkb.actions import set_"),
        ("crmkb/values/dates.py", "if TYPE_CHECKING:\n    from crmkb.workspace import Workspace"),
        ("crmkb/__init__.py", "from crmkb.errors import CrmError"),
        ("crmkb/values/dates.py", "import crmkb.cli.unheard_of"),
    ],
)
def test_an_import_upwards_is_told(path: str, source: str) -> None:
    (told,) = found(path, source)
    assert told.startswith(f"{path}:{source.count(chr(10)) + 1}: imports crmkb.")
    assert told.endswith("which lies above")


@pytest.mark.parametrize(
    "path, source",
    [
        ("crmkb/scores/health.py", "from crmkb.workspace import Workspace"),
        ("crmkb/actions/set_.py", "from crmkb.reports import render"),
        ("crmkb/reports/render.py", "from ..actions.set_ import plan"),
        ("crmkb/reports/render.py", "from crmkb.queries import report"),
        ("crmkb/cli/main.py", "from crmkb.server import mcp"),
        ("crmkb/server/mcp.py", "from crmkb.cli.main import main"),
    ],
)
def test_an_import_from_the_room_beside_is_told(path: str, source: str) -> None:
    (told,) = found(path, source)
    assert told.endswith("which lies beside")


@pytest.mark.parametrize(
    "path, source",
    [
        (
            "crmkb/values/names.py",
            "from crmkb import __version__\nfrom . import dates\nfrom ..errors import CrmError",
        ),
        (
            "crmkb/store/index/index.py",
            "from .. import git\nfrom crmkb.store.git.repository import log",
        ),
        ("crmkb/store/git/history.py", "from git.cmd import Git"),
        ("crmkb/store/git/process.py", "import os\nenvironment = os.environ"),
        ("crmkb/store/index/index.py", "import sqlite3, time\ntime.monotonic()"),
        ("crmkb/actions/set_.py", "from crmkb.interface.params import Day"),
        ("crmkb/queries/report.py", "from crmkb.reports import render"),
        ("crmkb/automation/steps/log.py", "from crmkb.actions import set_"),
        ("crmkb/server/mcp.py", "from crmkb.interface import registry"),
        ("crmkb/plugins.py", "from importlib import import_module"),
        ("crmkb/cli/main.py", "import os, typer\nprint(os.environ)\nworkspace.apply(change)"),
        ("crmkb/__main__.py", "from crmkb.cli.main import main"),
        ("crmkb/workspace/workspace.py", "def apply(change): ...\napply(change)"),
        ("crmkb/workspace/workspace.py", "try: f()\nexcept BaseException:\n    g()\n    raise"),
        (
            "crmkb/values/dates.py",
            "from datetime import time\ntime.max\nrow.now()\nself.print(input)",
        ),
    ],
)
def test_what_is_allowed_is_not_told(path: str, source: str) -> None:
    assert found(path, source) == []


@pytest.mark.parametrize(
    "path, source, what",
    [
        ("crmkb/values/dates.py", "import yaml", "imports yaml"),
        ("crmkb/cli/main.py", "from yaml import safe_load", "imports yaml.safe_load"),
        ("crmkb/workspace/workspace.py", "import frontmatter", "imports frontmatter"),
        ("crmkb/workspace/workspace.py", "import sqlite3 as sql", "imports sqlite3"),
        ("crmkb/store/index/index.py", "from git import Repo", "imports git.Repo"),
        ("crmkb/actions/set_.py", "import typer", "imports typer"),
        ("crmkb/reports/render.py", "from rich.table import Table", "imports rich.table.Table"),
        ("crmkb/cli/main.py", "import click", "imports click"),
        ("crmkb/actions/set_.py", "from urllib import request", "imports urllib.request"),
        ("crmkb/values/names.py", "from importlib import import_module", "import_module"),
    ],
)
def test_an_import_away_from_its_home_is_told(path: str, source: str, what: str) -> None:
    (told,) = found(path, source)
    assert told.startswith(f"{path}:1: imports ")
    assert what in told


@pytest.mark.parametrize(
    "source, what",
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as dt\ndt.datetime.now(tz)", "datetime.datetime.now"),
        ("from datetime import date as Day\nf(default=Day.today)", "datetime.date.today"),
        ("import time\ntime.time()", "time.time"),
        ("from time import time as clock\nclock()", "time.time"),
        ("import os\nos.environ.get('X')", "os.environ"),
        ("import os.path\nos.getenv('X')", "os.getenv"),
        ("from os import environ\nenviron['X']", "os.environ"),
        ("from pathlib import Path\nPath.cwd()", "pathlib.Path.cwd"),
        ("import sys\nsys.stderr.write('x')", "sys.stderr"),
    ],
)
def test_clock_and_environment_below_the_border_are_told(source: str, what: str) -> None:
    assert found("crmkb/workspace/workspace.py", source) == [
        f"crmkb/workspace/workspace.py:2: uses {what}"
    ]


@pytest.mark.parametrize(
    "source, what",
    [
        ("print('x')", "calls print"),
        ("input('x')", "calls input"),
        ("workspace.apply(change)", "calls apply"),
        ("apply(workspace.root, change)", "calls apply"),
        ("try: f()\nexcept: pass", "catches everything"),
        ("try: f()\nexcept Exception: pass", "catches everything"),
        ("try: f()\nexcept (OSError, BaseException): pass", "catches everything"),
        ("with contextlib.suppress(Exception): f()", "catches everything"),
    ],
)
def test_what_an_action_may_not_do_is_told(source: str, what: str) -> None:
    line = source.count("\n") + 1
    assert found("crmkb/actions/set_.py", source) == [f"crmkb/actions/set_.py:{line}: {what}"]


@pytest.mark.parametrize("module", ["actions.set_", "queries.report"])
@pytest.mark.parametrize("face", ["crmkb/cli/main.py", "crmkb/server/mcp.py"])
def test_a_face_that_names_an_action_or_a_query_is_reported(face: str, module: str) -> None:
    (message,) = found(face, f"from crmkb.{module} import plan")
    assert message.endswith("which a face reaches through the registry")


def test_a_broad_except_is_told_at_the_border_too() -> None:
    assert found("crmkb/cli/main.py", "try: f()\nexcept Exception: pass") != []


def test_an_import_cycle_is_told_even_when_it_is_lazy() -> None:
    sources = {
        "crmkb/values/dates.py": "from crmkb.values import names",
        "crmkb/values/names.py": "def late():\n    from .dates import read_day",
    }
    (told,) = violations(HOUSE | sources)
    assert told.startswith("import cycle: ")
    assert {"crmkb.values.dates", "crmkb.values.names"} == set(
        told.removeprefix("import cycle: ").split(" -> ")
    )


def test_a_package_without_a_layer_is_told() -> None:
    assert found("crmkb/misc/things.py", "") == [
        "crmkb/misc/things.py:1: lies in a package that has no layer"
    ]
