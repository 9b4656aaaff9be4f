"""Translate errors of the YAML parser into messages for users."""

from __future__ import annotations

import re

import yaml

from crmkb.store.markdown.errors import Unreadable, in_conflict, line_at

_CONFLICT = re.compile(r"^(?:<{7} |={7}\r?$|>{7} )", re.MULTILINE)
_TEMPLATE_MARK = re.compile(r"(?:^|[:\-]\s)\s*\{\{")
_QUOTE_IT = "put the value in quotes"
_STRAY = "a line that does not go with the one above"
_CHECK_INDENTATION = "begin it in the same column"

# Part of a message of PyYAML, its most frequent cause, and a hint. The libyaml and the pure Python
# parser word some messages differently.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    ("tab character", "a tab where YAML wants blanks", "replace the tab by blanks"),
    ("mapping values are not allowed", "an unquoted ': ' inside a value", _QUOTE_IT),
    ("undefined alias", "an unquoted value that begins with '*'", _QUOTE_IT),
    ("while scanning an alias", "an unquoted value that begins with '*'", _QUOTE_IT),
    ("while scanning an anchor", "an unquoted value that begins with '&'", _QUOTE_IT),
    ("while scanning a tag", "an unquoted value that begins with '!'", _QUOTE_IT),
    ("sequence entries are not allowed", "an unquoted value that begins with '- '", _QUOTE_IT),
    ("second occurrence", "an anchor ('&') that is given twice", _QUOTE_IT),
    ("escape", "a backslash inside double quotes", "use single quotes, or write it twice"),
    ("expected hex", "a backslash inside double quotes", "use single quotes, or write it twice"),
    ("scanning a quoted scalar", "a quote that is never closed", "close the quote"),
    ("a simple key", "a line without a 'key: value'", "add the missing colon, or indent the line"),
    ("',' or ']'", "a '[' list that is not closed or lacks a comma", "close the list, or quote it"),
    ("',' or '}'", "a '{' that is not closed or lacks a comma", _QUOTE_IT),
    ("a flow node", "a '[' or '{' that is not closed", "close it, or put the value in quotes"),
    ("expected a single document", "text after '---' or '...' in the front matter", "remove it"),
    ("block scalar", "a '|' or '>' text that is not written right", "indent its lines by blanks"),
    ("expected key", _STRAY, _CHECK_INDENTATION),
    ("<block end>", _STRAY, _CHECK_INDENTATION),
)


def not_yaml(header: str, error: yaml.YAMLError) -> Unreadable:
    """Return the error for a header that is not valid YAML."""
    if conflict := _CONFLICT.search(header):
        return in_conflict(line_at(header, conflict.start()))
    index = _place(error, header)
    line = line_at(header, index)
    start = header.rfind("\n", 0, index) + 1
    words = header[start:].partition("\n")[0]
    if _TEMPLATE_MARK.search(words):
        return Unreadable(line, "an unquoted '{{'", _QUOTE_IT)
    return Unreadable(line, *_meaning(error, header, index))


def _place(error: yaml.YAMLError, header: str) -> int:
    """Return the index to report: the start of the invalid part, if the parser knows it."""
    if isinstance(error, yaml.reader.ReaderError):
        return next((i for i, char in enumerate(header) if ord(char) == _code(error)), 0)
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0
    context = error.context or ""
    begins_there = "simple key" in context or "scalar" in context or "flow" in context
    begins_there = begins_there and "tab character" not in (error.problem or "")
    mark = error.context_mark if begins_there else error.problem_mark
    mark = mark or error.problem_mark or error.context_mark
    return min(mark.index, len(header)) if mark else 0


def _code(error: yaml.reader.ReaderError) -> int:
    character = error.character
    return character if isinstance(character, int) else ord(character)


def _meaning(error: yaml.YAMLError, header: str, index: int) -> tuple[str, str | None]:
    """Return the reason and the hint for an error of the parser at an index."""
    if isinstance(error, yaml.reader.ReaderError):
        return f"a control character (U+{_code(error):04X})", "remove it"
    words = " ".join(str(error).split())
    if "cannot start any token" in words:
        return _bad_start(header[index : index + 1])
    for part, reason, hint in _MEANINGS:
        if part not in words:
            continue
        if reason is _STRAY and header[:index].rstrip(" ").endswith(("'", '"')):
            return "text behind a closing quote", "write a quote inside single quotes twice: ''"
        return reason, hint
    return f"not YAML: {getattr(error, 'problem', None) or words}", None


def _bad_start(character: str) -> tuple[str, str]:
    if character == "\t":
        return "a tab where YAML wants blanks", "replace the tab by blanks"
    return f"an unquoted value that begins with {character!r}", _QUOTE_IT
