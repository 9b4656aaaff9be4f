"""Ask a report for its rows and its page, on Friday 2026-11-20 unless said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Crm
from tests.reports.looked_at import pictures, wrongs

DAY = ("--as-of", "2026-11-20")
EVIL = '|<b>x](javascript:1)"q'
"""A name that would break a table, a link and a picture."""


def answers(crm: Crm, report: str, *options: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each query of a report."""
    ran = crm("report", report, "--json", *(options or DAY))
    assert ran.code == 0, ran.err
    [told] = json.loads(ran.out)["data"].values()
    queries: dict[str, list[dict[str, Any]]] = told["queries"]
    return queries


def page(crm: Crm, report: str, *options: str) -> str:
    """Return the page of a report, without its front matter, with plain blanks only."""
    ran = crm("report", report, "--stdout", *(options or DAY))
    assert ran.code == 0, ran.err
    return ran.out.split("---\n", 2)[2].replace("\u00a0", " ").replace("&nbsp;", " ")


def wrongs_of(crm: Crm, root: Path, report: str) -> list[str]:
    """Make a page and return what is wrong with it, its pictures included."""
    assert crm("report", report, "--no-commit", *DAY).code == 0
    text = (root / f"reporting/{report}.md").read_text(encoding="utf-8")
    odd = [source for source in pictures(text) if source.count('"') % 2]
    return [*wrongs(root, f"reporting/{report}.md"), *odd]


def picked(row: dict[str, Any], columns: str) -> tuple[Any, ...]:
    """Return some columns of a row."""
    return tuple(row[column] for column in columns.split())


def record(**keys: str | float | list[str]) -> str:
    """Return the file of a record."""
    lines = []
    for key, value in keys.items():
        if isinstance(value, list):
            lines += [f"{key}:", *(f"  - {item}" for item in value)]
        else:
            lines.append(f"{key}: {value}")
    return "\n".join(["---", *lines, "---", ""])
