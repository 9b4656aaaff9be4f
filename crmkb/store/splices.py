"""The replacements of characters by which one key of a header is changed.

Comments behind and between values stay wherever their value does. That the outcome is what was
meant is checked by `edit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmkb.store.dump import Written, entry, item, scalar, write
from crmkb.store.outline import Entry, Outline, Span, Style

_DASH = re.compile(r"^ *-(?=\s)", re.MULTILINE)
# Behind an item of a flow list: its comma, and the end of the line if at most a comment follows.
_BEHIND_ITEM = re.compile(r"(?P<comma>[ \t]*,[ \t]*)?(?P<rest>(?:[ \t]*#.*)?\r?\n)?")


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters of a header to be replaced by others, which have LF line ends."""

    start: int
    stop: int
    text: str = ""


def added(header: str, whole: Outline, key: str, value: str | list[str]) -> list[Splice]:
    """Return what adds a key before the closing fence."""
    indent = _indent(header, whole.entries[0].start) if whole.entries else ""
    return [Splice(len(header), len(header), entry(key, value, indent))]


def removed(header: str, found: Entry) -> list[Splice]:
    """Return what removes a key with its value."""
    return [Splice(_line_start(header, found.start), _line_end(header, found.value.end))]


def replaced(header: str, found: Entry, value: str | list[str]) -> list[Splice]:
    """Return what replaces the value of a key; a comment behind it stays."""
    indent, literal = _indent(header, found.start), _may_be_literal(header, found)
    return _rewritten(header, found, write(value, indent, literal=literal))


def appended(header: str, found: Entry, old: str | list[str], text: str) -> list[Splice]:
    """Return what adds an item to the value `old` of a key."""
    if not old:
        return replaced(header, found, [text])
    if isinstance(old, str):
        return _made_list(header, found, old, text)
    if found.value.style is Style.FLOW:
        return _appended_to_flow(header, found.value, text)
    end = _line_end(header, found.value.end)
    indent, literal = _indent(header, _dash(header, found, 0)), _may_be_literal(header, found)
    return [Splice(end, end, item(text, indent, literal=literal))]


def dropped(header: str, found: Entry, position: int) -> list[Splice]:
    """Return what removes an item of a list; after the last one `[]` is left."""
    items = found.value.items
    if found.value.style is Style.FLOW:
        if len(items) == 1:
            return replaced(header, found, [])
        return _dropped_from_flow(header, items, position)
    start = _line_start(header, _dash(header, found, position))
    lines = Splice(start, _line_end(header, items[position].end))
    return [lines] if len(items) > 1 else [Splice(found.colon, found.colon, " []"), lines]


def _rewritten(header: str, found: Entry, new: Written) -> list[Splice]:
    start, stop = found.value.start, found.value.end
    if start == stop or found.value.style is Style.BLOCK:
        start = stop = found.colon
    elif found.value.style is Style.LITERAL:
        stop = start + len(header[start:stop].split()[0])
    below = _line_end(header, stop)
    old_below = Splice(below, max(below, _line_end(header, found.value.end)), new.below)
    if new.inline:
        before = " " if start == found.colon else ""
        after = " " if header.startswith("#", stop) else ""
        return [Splice(start, stop, before + new.inline + after), old_below]
    line, comment = _line_start(header, start), header[stop:below].lstrip(" \t")
    if header[line:start].strip():
        return [Splice(len(header[:start].rstrip(" ")), stop), old_below]
    # The value had a line of its own, which only a comment keeps.
    gone = Splice(start, below - len(comment)) if comment.strip() else Splice(line, below)
    return [gone, old_below]


def _made_list(header: str, found: Entry, old: str, text: str) -> list[Splice]:
    """Return what makes a list of a text, which keeps its quotes, and a further item."""
    written = header[found.value.start : found.value.end]
    if found.value.style is Style.LITERAL or "\n" in written:
        return replaced(header, found, [old, text])
    indent = _indent(header, found.start) + "  "
    second = item(text, indent, literal=_may_be_literal(header, found))
    return _rewritten(header, found, Written("", f"{indent}- {written}\n{second}"))


def _appended_to_flow(header: str, value: Span, text: str) -> list[Splice]:
    last, text = value.items[-1], scalar(text, in_flow=True)
    behind = _behind(header, last)
    if not (_is_first_on_line(header, last) and behind["rest"]):
        return [Splice(last.end, last.end, f", {text}")]
    line = _indent(header, last.start) + text
    if behind["comma"]:
        return [Splice(behind.end(), behind.end(), f"{line},\n")]
    return [Splice(last.end, last.end, ","), Splice(behind.end(), behind.end(), f"{line}\n")]


def _dropped_from_flow(header: str, items: tuple[Span, ...], position: int) -> list[Splice]:
    """Return what removes an item with its comma, or its line if it has one of its own."""
    gone, behind = items[position], _behind(header, items[position])
    is_last = gone is items[-1]
    if not (is_last or behind["comma"]):  # its comma begins the line of the next one
        return [Splice(gone.start, items[position + 1].start)]
    before = items[position - 1] if position else gone
    if _is_first_on_line(header, gone) and behind["rest"]:
        cut = Splice(_line_start(header, gone.start), behind.end())
    elif is_last and "#" not in header[before.end : gone.start]:
        return [Splice(before.end, gone.end)]
    else:
        cut = Splice(gone.start, max(gone.end, behind.end("comma")))
    return [cut, *(_comma(header, before) if is_last and not behind["comma"] else [])]


def _comma(header: str, span: Span) -> list[Splice]:
    """Return what removes the comma behind an item of a flow list."""
    comma = header.find(",", span.end, _behind(header, span).end("comma"))
    return [Splice(comma, comma + 1)] if comma >= 0 else []


def _behind(header: str, span: Span) -> re.Match[str]:
    match = _BEHIND_ITEM.match(header, span.end)
    assert match, "the pattern matches nothing, too"
    return match


def _dash(header: str, found: Entry, position: int) -> int:
    """Return the place of the dash of an item of a block list."""
    before = found.value.items[position - 1].end if position else found.colon
    dash = _DASH.search(header, _line_end(header, before))
    assert dash, "every item of a block list has a dash"
    return dash.end() - 1


def _is_first_on_line(header: str, span: Span) -> bool:
    return not header[_line_start(header, span.start) : span.start].strip()


def _may_be_literal(header: str, found: Entry) -> bool:
    """Tell whether a value may end in a block text, which swallows an indented comment below."""
    return not header[_line_end(header, found.value.end) :].lstrip("\r\n").startswith(" ")


def _indent(header: str, index: int) -> str:
    """Return the blanks with which a line begins."""
    line = header[_line_start(header, index) :]
    return line[: len(line) - len(line.lstrip(" "))]


def _line_start(header: str, index: int) -> int:
    return header.rfind("\n", 0, index) + 1


def _line_end(header: str, index: int) -> int:
    """Return the place behind the line end that follows."""
    return header.find("\n", index) + 1 or len(header)
