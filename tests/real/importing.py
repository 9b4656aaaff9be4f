"""A workspace for files that others wrote: kept for all tests of a module, asked with SQL."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crmkb.cli.main import main
from tests.conftest import Ran, keep_the_machine_out

DATA = Path(__file__).parents[2] / "../shared/data"
FIGURES = DATA / "expected_figures.json"

needs_data = pytest.mark.skipif(not FIGURES.is_file(), reason="no real data here")


def expected(name: str) -> dict[str, Any]:
    """Return the figures that were computed independently of the product."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"), parse_float=Decimal)
    found: dict[str, Any] = figures[name]
    return found


def as_typed(options: str) -> list[str]:
    """Return options parted by `|` as words: `a=b` is a `--map`, `a:b=c` a `--value`."""
    words: list[str] = []
    for option in filter(None, map(str.strip, options.split("|"))):
        if option.startswith("--"):
            words += option.split(" ", 1)
        else:
            words += ["--value" if ":" in option.partition("=")[0] else "--map", option]
    return words


class Real:
    """A workspace in a repository of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def crm(self, *arguments: Any) -> Ran:
        """Run `crm` in the workspace."""
        ends = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with redirect_stdout(ends[0]), redirect_stderr(ends[1]):
            code = main([str(argument) for argument in ("-C", self.root, *arguments)])
        for end in ends:
            end.seek(0)
        return Ran(code, ends[0].read(), ends[1].read())

    def bring(self, kind: str, file: str, options: str) -> dict[str, Any]:
        """Import a file of the real data and return the result; see `as_typed`."""
        rejects = self.root.parent / f"{kind}.rejects.csv"
        words = [*as_typed(options), "--rejects", rejects, "--json"]
        ran = self.crm("import", kind, DATA / file, *words)
        assert ran.out, ran.err
        data: dict[str, Any] = json.loads(ran.out)["data"]
        assert ran.code == (3 if data["rejected"] else 0)
        return data

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows that `crm query` gives."""
        ran = self.crm("query", sql, "--json")
        assert ran.code == 0, ran.err
        data = json.loads(ran.out, parse_float=Decimal)["data"]
        return [tuple(row.values()) for row in data]

    def git(self, *arguments: str) -> str:
        """Run git in the workspace and return what it prints."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout


@contextmanager
def workspace(folder: Path, config: str) -> Iterator[Real]:
    """Make a workspace with these settings; the machine's own are out of reach."""
    with pytest.MonkeyPatch.context() as patch:
        (folder / "home").mkdir()
        keep_the_machine_out(patch, folder / "home")
        patch.chdir(folder)
        real = Real(folder / "workspace")
        real.root.mkdir()
        (real.root / "crm.toml").write_text(config, encoding="utf-8")
        real.git("init", "--quiet")
        real.git("config", "gc.auto", "0")  # no work behind the tests' back
        real.git("add", ".")
        real.git("commit", "--quiet", "-m", "Begin")
        yield real
        os.chdir(folder.parent)
