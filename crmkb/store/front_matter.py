"""Reads the front matter of a Markdown file: byte-exact parts, and fields as text.

Scalars are never typed here: `country: NO` is the text `NO`; the models of `entities` type them.
Changing a file is left to `edit`, writing a new header to `dump`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from crmkb.store.faults import Unreadable, in_conflict, line_at, not_utf8, not_yaml
from crmkb.store.outline import LOADER, outline

Value = str | list[str]
Fields = dict[str, Any]
"""Texts and lists of texts; nested only in definitions such as reports and workflows."""

LARGEST_HEADER = 256 * 1024
DEEPEST = 20
# A header holds no more values than characters unless aliases repeat them; this much is granted.
_ALIAS_ALLOWANCE = 10_000
# Below so many of the marks that open a level on one line no parser gets into trouble; libyaml
# crashes the process at some 20,000 levels.
_HARMLESS_MARKS = 500

_BOM = b"\xef\xbb\xbf"
_OPENING = re.compile(rb"---[ \t]*(?:\r?\n|\Z)")
_CLOSING = re.compile(rb"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_OURS = "<<<<<<< "


@dataclass(frozen=True, slots=True)
class Parts:
    """The bytes of a file; `opening` and `closing` are empty without front matter."""

    bom: bytes
    opening: bytes
    header: bytes
    closing: bytes
    body: bytes
    newline: bytes

    def joined(self) -> bytes:
        """Return the bytes of the whole file."""
        return b"".join((self.bom, self.opening, self.header, self.closing, self.body))


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its fields, its body, and where things are."""

    fields: Fields
    body: str
    duplicates: Mapping[str, int]
    """Each key given more than once, with the line of the second one; the last one counts."""
    body_line: int
    header: str = field(repr=False, compare=False)

    def line_of(self, key: str, position: int | None = None) -> int:
        """Return the line of a key, or of one item of its list; 1 when it is not there."""
        entry = outline(self.header).last(key) if key in self.fields else None
        if entry is None:
            return 1
        items = entry.value.items
        if position is not None and position < len(items):
            return line_at(self.header, items[position].start)
        return line_at(self.header, entry.start)


def split(data: bytes) -> Parts:
    """Split a file into parts that join to the same bytes."""
    bom = _BOM if data.startswith(_BOM) else b""
    opening = _OPENING.match(data, len(bom))
    if not opening:
        body = data[len(bom) :]
        return Parts(bom, b"", b"", b"", body, _newline(body))
    start = opening.end()
    closing = _CLOSING.search(data, start)
    stop, end = closing.span() if closing else (len(data), len(data))
    return Parts(
        bom,
        data[len(bom) : start],
        data[start:stop],
        data[stop:end],
        data[end:],
        _newline(data[:start]),
    )


def parse(data: bytes) -> Document:
    """Read a file; raise `Unreadable` when its front matter, or its text, is broken."""
    parts = split(data)
    try:
        header, body = parts.header.decode(), parts.body.decode()
    except UnicodeDecodeError:
        raise _undecodable(data) from None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise Unreadable(line, "a NUL byte; this is no text file", "save it as UTF-8 text")
    if not parts.opening:
        if body.startswith(_OURS):
            raise in_conflict(1)
        return Document({}, body, {}, 1, "")
    if f"\n{_OURS}" in f"\n{header}":  # which YAML would take for text within quotes or brackets
        raise in_conflict(line_at(header, f"\n{header}".index(f"\n{_OURS}")))
    if not parts.closing:
        raise Unreadable(1, "the front matter is never closed", "add a line '---' after its keys")
    handler = _Header()
    fields, _ = frontmatter.parse(f"---\n{header}---", handler=handler)
    return Document(fields, body, handler.duplicates, line_at(header, len(header)) + 1, header)


def _newline(text: bytes) -> bytes:
    end = text.find(b"\n")
    return b"\r\n" if end > 0 and text[end - 1 : end] == b"\r" else b"\n"


def _undecodable(data: bytes) -> Unreadable:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return not_utf8(data, error)
    raise AssertionError("the parts of a UTF-8 text are UTF-8")


class _Header(YAMLHandler):
    """Our loader, behind python-frontmatter."""

    def __init__(self) -> None:
        super().__init__()
        self.duplicates: dict[str, int] = {}

    def split(self, text: str) -> tuple[str, str]:
        """Return the header between the fences that `parse` puts around it."""
        return text[4:-3], ""

    def load(self, fm: str, **_: object) -> Fields:
        """Read a header as texts."""
        if len(fm) > LARGEST_HEADER:
            raise Unreadable(1, "the front matter is larger than 256 KB", "move text to the body")
        try:
            _refuse_deep(fm)
            root = yaml.compose(fm, Loader=LOADER)
        except yaml.YAMLError as error:
            raise not_yaml(fm, error) from error
        except RecursionError:
            raise _too_deep(2) from None
        if root is None:
            return {}
        if not isinstance(root, yaml.MappingNode):
            line = line_at(fm, root.start_mark.index)
            raise Unreadable(line, "the front matter is not 'key: value' lines", "name its keys")
        return _Texts(fm, self.duplicates).mapping(root, 1)


class _Texts:
    """Turns YAML nodes into texts, lists and mappings."""

    def __init__(self, header: str, duplicates: dict[str, int]) -> None:
        self.header = header
        self.duplicates = duplicates
        self.allowance = len(header) + _ALIAS_ALLOWANCE

    def mapping(self, node: yaml.MappingNode, depth: int) -> Fields:
        self.count(node, depth)
        fields: Fields = {}
        for key, value in node.value:
            if type(key) is not yaml.ScalarNode:
                raise self.bad_key(key)
            if key.value in fields and depth == 1:
                self.duplicates.setdefault(key.value, self.line(key))
            fields[key.value] = (
                value.value if type(value) is yaml.ScalarNode else self.value(value, depth + 1)
            )
        return fields

    def value(self, node: yaml.Node, depth: int) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            self.count(node, depth)
            return [
                item.value if type(item) is yaml.ScalarNode else self.value(item, depth + 1)
                for item in node.value
            ]
        return node.value

    def count(self, node: yaml.CollectionNode, depth: int) -> None:
        if depth > DEEPEST:
            raise _too_deep(self.line(node))
        self.allowance -= len(node.value)
        if self.allowance < 0:
            raise Unreadable(self.line(node), "too many aliases ('*')", "write the values out")

    def bad_key(self, key: yaml.Node) -> Unreadable:
        index = key.start_mark.index
        if self.header[index - 1 : index + 1] == "{{" or self.header.startswith("{{", index):
            return Unreadable(self.line(key), "an unquoted '{{'", "put the value in quotes")
        return Unreadable(self.line(key), "a key that is no text", "write it as 'key: value'")

    def line(self, node: yaml.Node) -> int:
        return line_at(self.header, node.start_mark.index)


def _refuse_deep(header: str) -> None:
    """Raise for nesting that would exhaust the stack of the parser, before it is let loose."""
    if sum(map(header.count, "[{-?")) < _HARMLESS_MARKS:
        return
    depth = 0
    for event in yaml.parse(header, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _too_deep(line_at(header, event.start_mark.index if event.start_mark else 0))


def _too_deep(line: int) -> Unreadable:
    return Unreadable(line, f"lists and mappings are nested deeper than {DEEPEST}", "flatten them")
