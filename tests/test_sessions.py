"""Every command that a document shows is run, and prints what the document says.

The documents in `sessions/` are acceptance tests; README, CONTRIBUTING and `docs/` are played the
same way. Where one differs, `python3 -m tests.write_documents` writes down what is true now.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

import pytest

from crmkb.cli.main import all_commands
from tests.documents import (
    DATA,
    ELSEWHERE,
    commands,
    documents,
    is_played,
    needs_data,
    played,
)
from tests.stage import ROOT
from tests.transcripts import blocks

TEXTS = {path: path.read_text(encoding="utf-8") for path in documents()}
PLAYED = [path for path, text in TEXTS.items() if is_played(text)]

_COMMAND = re.compile(r"^\s*(\$ |crm |python3? run\.py|pipx |uv )")
_INLINE = re.compile(r"(?<!`)`crm ([a-z][^`]*)`(?!`)")
_LINK = re.compile(r"\]\(<?([^)>\s]+)>?\)")
_FILE = re.compile(r"`((?:\w+/)+[\w*]+\.(?:py|sql|toml))`")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """Return a document without its blocks."""
    lines = text.split("\n")
    for block in blocks(text):
        lines[block.start : block.start + len(block.lines)] = [""] * len(block.lines)
    return "\n".join(lines)


@pytest.mark.skipif(os.name == "nt", reason="the documents speak to a POSIX shell")
@pytest.mark.parametrize("path", PLAYED, ids=name)
def test_a_document_says_what_happens(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = TEXTS[path]
    if needs_data(said) and not DATA.is_dir():
        pytest.skip("the real data is not here")
    true = played(path, tmp_path, monkeypatch)
    differing = difflib.unified_diff(
        said.split("\n"),
        true.split("\n"),
        f"{name(path)}: what it says",
        "what happens",
        n=2,
        lineterm="",
    )
    if wrong := "\n".join(differing):
        pytest.fail(wrong, pytrace=False)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_no_command_of_a_document_escapes(path: Path) -> None:
    unplayed = [block for block in blocks(TEXTS[path]) if not block.is_console and not block.path]
    escaped = [line for block in unplayed for line in block.lines if _COMMAND.match(line)]
    assert escaped == []


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_a_command_named_in_a_sentence_exists(path: Path) -> None:
    named = {match[1].split()[0] for match in _INLINE.finditer(TEXTS[path])}
    assert sorted(named - all_commands().keys()) == []


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_a_link_leads_somewhere(path: Path) -> None:
    targets = (match[1].partition("#")[0] for match in _LINK.finditer(prose(TEXTS[path])))
    ours = (target for target in targets if target and "://" not in target)
    assert [target for target in ours if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_a_file_of_the_code_named_in_a_sentence_exists(path: Path) -> None:
    named = {re.sub("NAME|NOUN", "*", found[1]) for found in _FILE.finditer(prose(TEXTS[path]))}
    homes = (ROOT, ROOT / "crmkb")
    assert sorted(file for file in named if not any(any(h.glob(file)) for h in homes)) == []


def test_every_file_on_the_map_of_the_code_exists() -> None:
    named = re.findall(r"\b\w+\.(?:py|sql|toml)\b", TEXTS[ROOT / "docs/architecture.md"])
    there = {path.name for top in ("crmkb", "tests") for path in (ROOT / top).rglob("*.*")}
    assert sorted({*named} - there - {"crm.toml"}) == []


def test_what_is_tried_elsewhere_is_named_somewhere() -> None:
    shown = {command for text in TEXTS.values() for command in commands(text)}
    assert sorted(ELSEWHERE.keys() - shown) == []
