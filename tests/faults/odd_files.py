"""Files of every shape a hand can give them, drawn by a plain generator so that counts are exact.

Like `markdown_samples`, each file knows what its keys say and which bytes an edit may touch; here
the shapes are wilder, and each key tells what a refusal may lean on (`odd`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.store.markdown.samples import AWKWARD, NAMES, Key, Sample

WORDS = ["a", "b", "blue sky", "x-1", "7", "Zoë", "no", "2026-11-20", "漢字", "🚀 go", "C:/x"]
WORDS += ["1.10", "null"]
MORE_NAMES = ["stage", "close_date", "null", "true", "12:30", "0o17", "🚀", "it's", 'say "hi"', "~"]
SIGNS = "ab7 \t\n:#-[]{},'\"\\|>&*!%@`?=~.éßЖ漢🚀\u200b\u200d\u2028\x85\x00\x1b\xa0\ufeff\uffff"
COMMENTS = ["", "", "", " # why: it's [so", "   #", "\t# tab", "  # - x: ]", " # Zoë — 漢 🚀"]
BODIES = ["", "\n", "body", "# T\n\n---\nx\n", "\n\nkey: [\n", "- [ ] Ring\r\nZoë\n"]
GAPS = ["", "", "# note: 'x'", "#", "  # - indented", "# key: value", "  "]


@dataclass(frozen=True)
class OddKey(Key):
    """A key, what stands behind its value and has to stay, and what makes it hard to edit."""

    behind: str = ""
    odd: str = ""


@dataclass(frozen=True)
class Shape:
    """A value as written behind the colon, what it says, and the two things of `OddKey`."""

    text: str
    value: Any
    behind: str = ""
    odd: str = ""


def odd_file(draw: Random) -> Sample:
    """Draw a file with front matter, and up to six keys."""
    indent = draw.choice(["", "", "", "", " ", "   "])
    names = draw.sample([*NAMES, *MORE_NAMES], draw.randrange(7))
    keys = [_key(draw, name, indent, number) for number, name in enumerate(names)]
    newline = draw.choice(["\n", "\n", "\r\n", "mixed"])
    gaps = [_gap(draw, before) for before in [None, *keys]]
    if newline == "mixed":
        keys = [_mixed(draw, key) for key in keys]
        newline = "\n"
    ends_there = draw.random() < 0.1  # a file may end with its fence
    return Sample(
        list(keys),
        gaps,
        draw.choice([b"", b"", b"\xef\xbb\xbf"]),
        draw.choice(["---\n", "---\n", "--- \n", "---\t\n"]),
        "---" if ends_there else draw.choice(["---\n", "---\n", "...\n", "--- \t\n"]),
        "" if ends_there else draw.choice(BODIES),
        newline,
    )


def text(draw: Random) -> str:
    """Draw a text that somebody may want to write."""
    kind = draw.randrange(10)
    if kind < 5:
        return draw.choice(AWKWARD)
    if kind < 7:
        return draw.choice(WORDS)
    if kind < 9:
        return "".join(draw.choice(SIGNS) for _ in range(draw.randrange(12)))
    codes = (draw.choice([draw.randrange(0xD800), draw.randrange(0xE000, 0x110000)]) for _ in "123")
    return "".join(map(chr, codes))


def name(draw: Random) -> str:
    """Draw a key that somebody may want to add."""
    return draw.choice([*NAMES, *MORE_NAMES]) if draw.random() < 0.7 else text(draw)


def _key(draw: Random, key: str, indent: str, number: int) -> OddKey:
    head = indent + draw.choice(["", "", " "]).join([_quoted(draw, key), ":"])
    shape = draw.choice(SHAPES)(draw, indent)
    shown = shape.text.replace("&anchor", f"&a{number}")
    return OddKey(key, head + shown, shape.value, shape.behind, shape.odd)


def _quoted(draw: Random, key: str) -> str:
    if key.replace(" ", "").isalpha() and key not in ("null", "true"):
        return draw.choice([key, key, f'"{key}"', f"'{key}'"])
    return draw.choice(
        ["'" + key.replace("'", "''") + "'", '"' + key.replace('"', '\\"') + '"'],
    )


def _gap(draw: Random, before: OddKey | None) -> str:
    """Draw blank lines and comments, which a block text would swallow if they were indented."""
    lines = draw.choices(GAPS, k=draw.choice([0, 0, 0, 1, 2]))
    if before and before.odd == "block text":
        lines = [line.strip() for line in lines if line.strip() or "+" not in before.text]
    return "".join(f"{line}\n" for line in lines)


def _mixed(draw: Random, key: OddKey) -> OddKey:
    shown = re.sub("\n", lambda _: draw.choice(["\n", "\r\n"]), key.text)
    return OddKey(key.name, shown, key.value, key.behind, key.odd)


def _comment(draw: Random) -> str:
    return draw.choice(COMMENTS)


def _scalar(draw: Random) -> tuple[str, str]:
    """Draw a scalar as written on one line, and what it says."""
    word = draw.choice(WORDS)
    if draw.random() < 0.2:
        return draw.choice(
            [
                ('"a\\tb \\u00e9\\"c\\""', 'a\tb é"c"'),
                ("'it''s #1: [x]'", "it's #1: [x]"),
                ('"\\x07 \\\\ \\N"', "\x07 \\ \x85"),
                ("''", ""),
            ]
        )
    quote = draw.choice(["", "", "'", '"'])
    return f"{quote}{word}{quote}", word


def _empty(draw: Random, indent: str) -> Shape:
    shown = draw.choice(["", ' ""', " ''", " []", " [ ]", "   "])
    behind = _comment(draw)
    return Shape(f"{shown}{behind}\n", [] if "[" in shown else "", behind)


def _inline(draw: Random, indent: str) -> Shape:
    shown, value = _scalar(draw)
    gap = draw.choice([" ", " ", "   ", "\t", f"\n{indent}  ", f" # c\n\n{indent}    "])
    behind = _comment(draw)
    return Shape(f"{gap}{shown}{behind}\n", value, behind)


def _folded(draw: Random, indent: str) -> Shape:
    quote = draw.choice(["", "'", '"'])
    behind = _comment(draw)
    shown = f" {quote}two\n\n{indent}  lines - of\n{indent}   text{quote}{behind}\n"
    return Shape(shown, "two\nlines - of text", behind)


def _block_text(draw: Random, indent: str) -> Shape:
    sign = draw.choice(["|", "|-", "|+", ">", ">-", ">+", "|2", "|2-"])
    behind = draw.choice(COMMENTS).replace("\t", " ")
    lines = ["# one", "", "two: x"]
    shown = "".join(f"{indent}  {line}\n" if line else "\n" for line in lines)
    value = "# one\n\ntwo: x" if sign[0] == "|" else "# one\ntwo: x"
    end = {"-": "", "+": "\n"}.get(sign[-1], "\n")
    blank = draw.choice(["", "\n", "\n\n"]) if sign[-1] == "+" else ""
    text = f" {sign}{behind}\n{shown}{blank}"
    return Shape(text, f"{value}{end}{blank}", behind, "block text")


def _block_list(draw: Random, indent: str) -> Shape:
    dent = indent + draw.choice(["", "  ", "  ", "    "])
    gap = draw.choice([" ", " ", "   ", f"\n{dent}  ", f" # c\n{dent}   "])
    behind = _comment(draw)
    shown, values = f"{behind}\n", []
    for _ in range(draw.randrange(1, 5)):
        above = draw.choices(GAPS, k=draw.choice([0, 0, 1]))
        shown += "".join(f"{dent}{line}\n" for line in above)
        item, value = _item(draw, dent)
        shown += f"{dent}-{gap}{item}{'' if chr(10) in item else _comment(draw)}\n"
        values.append(value)
    return Shape(shown, values, behind)


def _item(draw: Random, dent: str) -> tuple[str, Any]:
    kind = draw.randrange(20)
    if kind == 0:
        return f"|-\n{dent}    p\n{dent}    - q", "p\n- q"
    if kind == 1:
        return f"two\n{dent}    - lines", "two - lines"
    if kind == 2:
        return f"'two\n\n{dent}    lines'", "two\nlines"
    if kind == 3:
        return "[a, [b]]", ["a", ["b"]]
    if kind == 4:
        return "{a: 1}", {"a": "1"}
    return _scalar(draw)


def _flow_list(draw: Random, indent: str) -> Shape:
    items = [_flow_item(draw) for _ in range(draw.randrange(1, 4))]
    comma, behind = draw.choice(["", "", ","]), _comment(draw)
    values = [value for _, value in items]
    if draw.random() < 0.5:
        separator = draw.choice([", ", ",", " , ", f",\n{indent}  ", f"\n{indent} , "])
        text = separator.join(shown for shown, _ in items)
        pad = draw.choice(["", " "])
        return Shape(f" [{pad}{text}{comma}{pad}]{behind}\n", values, behind)
    lines = [f"{indent}  {shown},{_comment(draw)}\n" for shown, _ in items]
    if not comma:
        lines[-1] = f"{indent}  {items[-1][0]}{_comment(draw)}\n"
    return Shape(f" [{_comment(draw)}\n{''.join(lines)}{indent} ]{behind}\n", values, behind)


def _flow_item(draw: Random) -> tuple[str, Any]:
    kind = draw.randrange(12)
    if kind == 0:
        return "[a, {b: c}]", ["a", {"b": "c"}]
    if kind == 1:
        return "'it''s, so'", "it's, so"
    return _scalar(draw)


def _mapping(draw: Random, indent: str) -> Shape:
    behind = _comment(draw)
    shown = draw.choice([f"{behind}\n{indent}  x: 1 # c\n{indent}  y:\n{indent}  - 2\n", ""])
    if not shown:
        return Shape(f" {{x: 1, y: [2]}}{behind}\n", {"x": "1", "y": ["2"]}, behind, "mapping")
    return Shape(shown, {"x": "1", "y": ["2"]}, behind, "mapping")


def _marked(draw: Random, indent: str) -> Shape:
    """Draw a value with a tag or an anchor, which nobody refers to."""
    mark = draw.choice(["&anchor", "&anchor", "!!str", "!local"])
    behind = _comment(draw)
    odd = "tag" if mark.startswith("!") else ""
    return Shape(f" {mark} word{behind}\n", "word", behind, odd)


SHAPES: list[Callable[[Random, str], Shape]] = [
    *[_empty, _inline, _inline, _inline, _folded, _block_text, _block_text],
    *[_block_list, _block_list, _block_list, _flow_list, _flow_list, _flow_list],
    *[_mapping, _marked],
]
