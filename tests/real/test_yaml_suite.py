"""Reads the mappings of the official YAML suite as front matter, and edits each of their keys.

Of the suite, what cannot be a front matter is left out: several documents, directives, lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmkb.store.markdown import Append, CannotEdit, Remove, Set, Unreadable, edit, parse

SUITE = Path(__file__).parents[2] / "../shared/data/yaml_test_suite"
EVENT = re.compile(r"(?P<kind>=VAL) (?:&(?P<anchor>\S+) )?(?:<\S+> )?[:'\"|>](?P<text>.*)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "\\": "\\"}
MARKS = {"␣": " ", "←": "\r", "⇔": "\ufeff", "↵": "", "∎\n": ""}

NOT_READ = {"2JQS", "2SXE", "3GZX", "4ABK", "4MUZ", "58MP", "5MUD"}
"""YAML 1.2 that PyYAML refuses: empty keys, colons in odd places of braces, repeated anchors."""

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="no real data here")


def cases() -> Iterator[tuple[str, str, str]]:
    """Yield the name of each case, its header, and its events; those that fail have none."""
    for path in sorted(SUITE.rglob("*.yaml")):
        case: dict[str, Any] = {}
        for position, change in enumerate(yaml.safe_load(path.read_text("utf-8"))):
            case |= change
            header = re.sub("—*»", "\t", case["yaml"])
            for mark, char in MARKS.items():
                header = header.replace(mark, char)
            header = re.sub(r"\A---\s*\n|^\.\.\.\n\Z", "", header, flags=re.MULTILINE)
            if not re.search(r"^(---|\.\.\.|%)", header, re.MULTILINE):
                tree = "" if case.get("fail") else case["tree"].replace("␣", " ")
                yield f"{path.stem}-{position}", header.rstrip("\n") + "\n", tree


def scalars(tree: str) -> list[str]:
    """Return the scalars of the events of a document, aliases resolved."""
    anchors: dict[str, str] = {}
    found = []
    for line in tree.splitlines():
        event = EVENT.fullmatch(line.strip())
        if event and event["kind"] == "=VAL":
            found.append(re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], event["text"]))
            anchors[event["anchor"]] = found[-1]
        elif line.strip().startswith("=ALI *"):
            found.append(anchors[line.strip()[6:]])
    return found


def flat(value: Any) -> list[str]:
    """Return the scalars of a value, keys included, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in flat(part)]
    return [text for item in value for text in flat(item)]


MAPPINGS = [case for case in cases() if re.search(r"\+DOC(?: ---)?\s+\+MAP", case[2])]
REST = [case for case in cases() if case not in MAPPINGS]


@pytest.mark.parametrize(("name", "header", "tree"), REST, ids=[case[0] for case in REST])
def test_what_is_broken_or_no_mapping_is_said_with_a_line(
    name: str, header: str, tree: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(f"---\n{header}---\n".encode())
    assert caught.value.line > 1


@pytest.mark.parametrize(("name", "header", "tree"), MAPPINGS, ids=[case[0] for case in MAPPINGS])
def test_a_mapping_is_read_as_text_and_edited_exactly_or_not_at_all(
    name: str, header: str, tree: str
) -> None:
    data = f"---\n{header}---\nbody".encode()
    if name.split("-")[0] in NOT_READ:
        with pytest.raises(Unreadable):
            parse(data)
        return
    before = parse(data)
    assert flat(before.fields) == scalars(tree)
    for key, value in before.fields.items():
        assert edit(data, [Set(key, value)]) == data
        for change in (Set(key, "a: b"), Set(key, ["1"]), Append(key, "new"), Remove(key)):
            try:
                after = parse(edit(data, [change]))
            except CannotEdit:
                continue
            assert {**after.fields, key: ""} == {**before.fields, key: ""}
            assert after.body == "body"
