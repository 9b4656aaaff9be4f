"""What a page tells people to type can be typed: its commands and their options exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Crm, Tree

TEMPLATES = Path(__file__).parents[2] / "templates" / "reports"
_COMMAND = re.compile(r"(?:^ {4}|`)crm ([a-z-]+)([^`\n]*)", re.MULTILINE)


def hints() -> Iterator[tuple[str, str]]:
    """Yield each command of the templates with its options, one at a time."""
    for template in sorted(TEMPLATES.glob("*.md")):
        body = template.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        for command, rest in _COMMAND.findall(body):
            yield from ((command, option) for option in re.findall(r"--[a-z-]+", rest) or [""])


@pytest.mark.parametrize("command, option", sorted(set(hints())))
def test_a_command_named_by_a_page_has_that_option(crm: Crm, command: str, option: str) -> None:
    told = crm(command, "--help").out + crm("--help").out
    assert re.search(rf"{re.escape(option)}(?![\w-])", told)


def test_there_are_hints() -> None:
    assert len({command for command, _ in hints()}) > 8


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.md")), ids=lambda each: each.stem)
def test_a_day_named_by_a_page_is_understood(tree: Tree, crm: Crm, template: Path) -> None:
    tree({"customers/acme/profile.md": "---\nname: Acme\n---\n"})
    text = template.read_text(encoding="utf-8")
    for option, day in set(re.findall(r"--(date|close-date) \"([^\"]*)\"", text)):
        command = "log-meeting" if option == "date" else "new-deal"
        assert crm(command, "acme", "Terms", f"--{option}", day, "--dry-run").code == 0
