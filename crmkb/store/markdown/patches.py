"""Compute the replacements of characters that change one key of a header.

Comments after and between values are kept if their value is kept. `editor.py` checks the result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmkb.store.markdown.positions import Entry, Positions, Span, Style
from crmkb.store.markdown.writer import Written, entry, item, scalar, write

_DASH = re.compile(r"^ *-(?=\s)", re.MULTILINE)
# After an item of a flow list: its comma, and the line end if at most a comment precedes it.
_BEHIND_ITEM = re.compile(r"(?P<comma>[ \t]*,[ \t]*)?(?P<rest>(?:[ \t]*#.*)?\r?\n)?")


@dataclass(frozen=True, slots=True)
class Patch:
    """A range of characters in a header, and the text that replaces it, with LF line ends."""

    start: int
    stop: int
    text: str = ""


def added(header: str, whole: Positions, key: str, value: str | list[str]) -> list[Patch]:
    """Return the patches that add a key before the closing fence."""
    indent = _indent(header, whole.entries[0].start) if whole.entries else ""
    return [Patch(len(header), len(header), entry(key, value, indent))]


def removed(header: str, found: Entry) -> list[Patch]:
    """Return the patches that remove a key and its value."""
    return [Patch(_line_start(header, found.start), _line_end(header, found.value.end))]


def replaced(header: str, found: Entry, value: str | list[str]) -> list[Patch]:
    """Return the patches that replace a key's value; a comment after it is kept."""
    indent, literal = _indent(header, found.start), _may_be_literal(header, found)
    return _rewritten(header, found, write(value, indent, literal=literal))


def appended(header: str, found: Entry, old: str | list[str], text: str) -> list[Patch]:
    """Return the patches that append an item to the value `old` of a key."""
    if not old:
        return replaced(header, found, [text])
    if isinstance(old, str):
        return _made_list(header, found, old, text)
    if found.value.style is Style.FLOW:
        return _appended_to_flow(header, found.value, text)
    end = _line_end(header, found.value.end)
    indent, literal = _indent(header, _dash(header, found, 0)), _may_be_literal(header, found)
    return [Patch(end, end, item(text, indent, literal=literal))]


def dropped(header: str, found: Entry, position: int) -> list[Patch]:
    """Return the patches that remove an item of a list; without items, `[]` remains."""
    items = found.value.items
    if found.value.style is Style.FLOW:
        if len(items) == 1:
            return replaced(header, found, [])
        return _dropped_from_flow(header, items, position)
    start = _line_start(header, _dash(header, found, position))
    lines = Patch(start, _line_end(header, items[position].end))
    return [lines] if len(items) > 1 else [Patch(found.colon, found.colon, " []"), lines]


def _rewritten(header: str, found: Entry, new: Written) -> list[Patch]:
    start, stop = found.value.start, found.value.end
    if start == stop or found.value.style is Style.BLOCK:
        start = stop = found.colon
    elif found.value.style is Style.LITERAL:
        stop = start + len(header[start:stop].split()[0])
    below = _line_end(header, stop)
    old_below = Patch(below, max(below, _line_end(header, found.value.end)), new.below)
    if new.inline:
        before = " " if start == found.colon else ""
        after = " " if header.startswith("#", stop) else ""
        return [Patch(start, stop, before + new.inline + after), old_below]
    line, comment = _line_start(header, start), header[stop:below].lstrip(" \t")
    if header[line:start].strip():
        return [Patch(len(header[:start].rstrip(" ")), stop), old_below]
    # The value was alone on its line: delete the line unless it has a comment.
    gone = Patch(start, below - len(comment)) if comment.strip() else Patch(line, below)
    return [gone, old_below]


def _made_list(header: str, found: Entry, old: str, text: str) -> list[Patch]:
    """Return the patches that make a list of a text, with its quotes, and a second item."""
    written = header[found.value.start : found.value.end]
    if found.value.style is Style.LITERAL or "\n" in written:
        return replaced(header, found, [old, text])
    indent = _indent(header, found.start) + "  "
    second = item(text, indent, literal=_may_be_literal(header, found))
    return _rewritten(header, found, Written("", f"{indent}- {written}\n{second}"))


def _appended_to_flow(header: str, value: Span, text: str) -> list[Patch]:
    last, text = value.items[-1], scalar(text, in_flow=True)
    behind = _behind(header, last)
    if not (_is_first_on_line(header, last) and behind["rest"]):
        return [Patch(last.end, last.end, f", {text}")]
    line = _indent(header, last.start) + text
    if behind["comma"]:
        return [Patch(behind.end(), behind.end(), f"{line},\n")]
    return [Patch(last.end, last.end, ","), Patch(behind.end(), behind.end(), f"{line}\n")]


def _dropped_from_flow(header: str, items: tuple[Span, ...], position: int) -> list[Patch]:
    """Return the patches that remove an item with its comma, or its whole line if it is alone."""
    gone, behind = items[position], _behind(header, items[position])
    is_last = gone is items[-1]
    if not (is_last or behind["comma"]):  # its comma is at the start of the next item's line
        return [Patch(gone.start, items[position + 1].start)]
    before = items[position - 1] if position else gone
    if _is_first_on_line(header, gone) and behind["rest"]:
        cut = Patch(_line_start(header, gone.start), behind.end())
    elif is_last and "#" not in header[before.end : gone.start]:
        return [Patch(before.end, gone.end)]
    else:
        cut = Patch(gone.start, max(gone.end, behind.end("comma")))
    return [cut, *(_comma(header, before) if is_last and not behind["comma"] else [])]


def _comma(header: str, span: Span) -> list[Patch]:
    """Return the patches that remove the comma after an item of a flow list."""
    comma = header.find(",", span.end, _behind(header, span).end("comma"))
    return [Patch(comma, comma + 1)] if comma >= 0 else []


def _behind(header: str, span: Span) -> re.Match[str]:
    match = _BEHIND_ITEM.match(header, span.end)
    assert match, "the pattern matches nothing, too"
    return match


def _dash(header: str, found: Entry, position: int) -> int:
    """Return the index of the dash of an item of a block list."""
    before = found.value.items[position - 1].end if position else found.colon
    dash = _DASH.search(header, _line_end(header, before))
    assert dash, "every item of a block list has a dash"
    return dash.end() - 1


def _is_first_on_line(header: str, span: Span) -> bool:
    return not header[_line_start(header, span.start) : span.start].strip()


def _may_be_literal(header: str, found: Entry) -> bool:
    """Return whether a value may be a block text, which would include an indented comment below."""
    return not header[_line_end(header, found.value.end) :].lstrip("\r\n").startswith(" ")


def _indent(header: str, index: int) -> str:
    """Return the leading spaces of the line at an index."""
    line = header[_line_start(header, index) :]
    return line[: len(line) - len(line.lstrip(" "))]


def _line_start(header: str, index: int) -> int:
    return header.rfind("\n", 0, index) + 1


def _line_end(header: str, index: int) -> int:
    """Return the index after the next line end."""
    return header.find("\n", index) + 1 or len(header)
