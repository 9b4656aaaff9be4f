"""What is wrong with a page as GitHub would show it: links, tables, markup, left-over values.

Markdown is parsed by markdown-it, in CommonMark with GitHub's tables. Mermaid blocks are returned
by `pictures`, for Mermaid itself to judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
NOTICE = re.compile(
    r"<!-- Made by crm from \S+\. Please do not edit: the next run replaces it\. -->\n"
)
UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
LEFT_OVER = re.compile(
    r"\bnan\b|\binf\b|\{\{|\}\}|\{%|%\}|<built-in|Undefined|(?<!^)(?<![.:] )\bNone\b(?!\.)"
)


def pictures(text: str) -> list[str]:
    """Return the Mermaid blocks of a page."""
    return [
        token.content
        for token in PARSER.parse(_body(text))
        if token.type == "fence" and token.info == "mermaid"
    ]


def wrongs(root: Path, path: str) -> list[str]:
    """Return what is wrong with a page of a workspace, besides its pictures."""
    if not (root / path).exists():
        return ["was not made"]
    body = _body((root / path).read_text(encoding="utf-8"))
    tokens = PARSER.parse(body)
    return [
        *_raw_html(tokens),
        *_uneven_tables(body, tokens),
        *_left_overs(tokens),
        *_dead_links(root, path, tokens),
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    seen: Counter[str] = Counter()
    found = set()
    tokens = PARSER.parse(_body(text))
    for opened, inline in pairwise(tokens):
        if opened.type != "heading_open":
            continue
        words = "".join(child.content for child in inline.children or ())
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def _body(text: str) -> str:
    return text.split("---\n", 2)[2] if text.startswith("---\n") else text


def _raw_html(tokens: list[Token]) -> Iterator[str]:
    for token in _all(tokens):
        is_notice = token.type == "html_block" and NOTICE.fullmatch(token.content)
        is_break = token.content == "<br>"  # a second line in a cell has no other way
        if token.type in ("html_block", "html_inline") and not (is_notice or is_break):
            yield f"raw HTML: {token.content!r}"


def _uneven_tables(body: str, tokens: list[Token]) -> Iterator[str]:
    lines = body.splitlines()
    for token in tokens:
        if token.type == "table_open" and token.map:
            rows = lines[token.map[0] : token.map[1]]
            if len({len(UNESCAPED_PIPE.split(row.strip())) for row in rows}) != 1:
                yield f"uneven table: {rows[0]}"
        if token.type == "inline" and re.search(r"^\|.*\|$", token.content, re.MULTILINE):
            yield f"a table that is none: {token.content[:80]!r}"


def _left_overs(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type != "inline":
            continue
        text = "".join(c.content for c in token.children or () if c.type == "text")
        if text in ("None", "True", "False") or LEFT_OVER.search(text):
            yield f"left over: {text!r}"


def _dead_links(root: Path, path: str, tokens: list[Token]) -> Iterator[str]:
    own = (root / path).read_text(encoding="utf-8")
    for token in _all(tokens):
        if token.type != "link_open":
            continue
        target = str(token.attrs["href"])
        place, _, anchor = target.partition("#")
        name, _, query = place.partition("?")
        file = ((root / path).parent / unquote(name)).resolve() if name else root / path
        if re.match(r"[a-z]+:", target):
            yield f"leaves the workspace: {target}"
        elif not (file.is_file() and file.is_relative_to(root.resolve())):
            yield f"leads nowhere: {target}"
        elif query == "plain=1":
            lines = file.read_text(encoding="utf-8", errors="replace").count("\n") + 1
            if not 1 <= int(anchor.removeprefix("L")) <= lines:
                yield f"no such line: {target}"
        elif anchor and anchor not in anchors(own if not name else file.read_text("utf-8")):
            yield f"no such heading: {target}"


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()
