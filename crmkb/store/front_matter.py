"""Reads the front matter of a Markdown file: byte-exact parts, and fields as text.

Scalars are never typed here: `country: NO` is the text `NO`; the models of `entities` type them.
What a header holds is left to `flat`, or else to `yaml_header`; changing a file to `edit`, writing
a new header to `dump`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmkb.store.faults import Unreadable, in_conflict, line_at, not_utf8
from crmkb.store.flat import read_flat
from crmkb.store.flat_queries import read_queries

Value = str | list[str]
Fields = dict[str, Any]
"""Texts and lists of texts; nested only in definitions such as reports and workflows."""

LARGEST_HEADER = 256 * 1024

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
        from crmkb.store.outline import outline

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
    fields, duplicates = _read(header)
    return Document(fields, body, duplicates, line_at(header, len(header)) + 1, header)


def _read(header: str) -> tuple[Fields, Mapping[str, int]]:
    """Return the fields of a header, and the line of each key that is given again."""
    if len(header) > LARGEST_HEADER:
        raise Unreadable(1, "the front matter is larger than 256 KB", "move text to the body")
    fields: Fields | None = read_flat(header)
    if fields is None:
        fields = read_queries(header)
    if fields is not None:
        return fields, {}
    from crmkb.store.yaml_header import read_yaml  # most files do without

    return read_yaml(header)


def _newline(text: bytes) -> bytes:
    end = text.find(b"\n")
    return b"\r\n" if end > 0 and text[end - 1 : end] == b"\r" else b"\n"


def _undecodable(data: bytes) -> Unreadable:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return not_utf8(data, error)
    raise AssertionError("the parts of a UTF-8 text are UTF-8")
