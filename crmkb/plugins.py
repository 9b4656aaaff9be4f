"""One new thing is one new file: find the modules of a package by their file names.

Modules with a leading underscore in their name are shared code of the package, not plugins.
Listing plugins imports nothing: names and summaries are read from the files.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent


def names(package: str) -> list[str]:
    """Return the plugins of a package such as `actions` or `cli.commands`, sorted."""
    files = _folder(package).glob("*.py")
    return sorted(file.stem for file in files if not file.stem.startswith("_"))


def load(package: str, name: str) -> ModuleType:
    """Import and return one plugin module of a package."""
    return import_module(f"crmkb.{package}.{name}")


@dataclass(frozen=True, slots=True)
class About:
    """The first docstring line of a plugin, and its `PANEL` in help."""

    summary: str
    panel: str


def about(package: str, name: str) -> About:
    """Return the description of a plugin without importing it."""
    tree = syntax(package, name)
    docstring = ast.get_docstring(tree) or ""
    panels = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PANEL"
    )
    return About(docstring.partition("\n")[0], next(panels, ""))


def syntax(package: str, name: str) -> ast.Module:
    """Return the syntax tree of a plugin's file."""
    return ast.parse((_folder(package) / f"{name}.py").read_text(encoding="utf-8"))


def _folder(package: str) -> Path:
    return ROOT.joinpath(*package.split("."))
