"""Read the front matter of a Markdown file as byte-exact parts and as fields of text.

Scalars are not typed here: `country: NO` is the text `NO`; the models of `entities` add types.
`fast_header.py` reads simple headers, `yaml_header.py` all others. `editor.py` changes files, and
`writer.py` writes new headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmkb.store.markdown.errors import Unreadable, in_conflict, line_at, not_utf8
from crmkb.store.markdown.fast_header import read_flat, read_queries

Value = str | list[str]
Fields = dict[str, Any]
"""Strings and lists of strings; nested only in definitions such as reports and workflows."""

LARGEST_HEADER = 256 * 1024

_BOM = b"\xef\xbb\xbf"
_OPENING = re.compile(rb"---[ \t]*(?:\r?\n|\Z)")
_CLOSING = re.compile(rb"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_OURS = "<<<<<<< "


@dataclass(frozen=True, slots=True)
class Parts:
    """The bytes of a file in parts; `opening` and `closing` are the fences, empty if missing."""

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
    """A parsed file: its fields, its body, and line numbers."""

    fields: Fields
    body: str
    duplicates: Mapping[str, int]
    """Each repeated key, with the line of its second occurrence; the last value counts."""
    body_line: int
    header: str = field(repr=False, compare=False)

    def line_of(self, key: str, position: int | None = None) -> int:
        """Return the line of a key, or of one item of its list; 1 if the key is missing."""
        from crmkb.store.markdown.positions import positions

        entry = positions(self.header).last(key) if key in self.fields else None
        if entry is None:
            return 1
        items = entry.value.items
        if position is not None and position < len(items):
            return line_at(self.header, items[position].start)
        return line_at(self.header, entry.start)


def split(data: bytes) -> Parts:
    """Split a file into parts; joined, they are the same bytes."""
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
    """Return the parsed file; raise `Unreadable` if its front matter or its text is invalid."""
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
    if f"\n{_OURS}" in f"\n{header}":  # inside quotes or brackets, YAML would read it as text
        raise in_conflict(line_at(header, f"\n{header}".index(f"\n{_OURS}")))
    if not parts.closing:
        raise Unreadable(1, "the front matter is never closed", "add a line '---' after its keys")
    fields, duplicates = _read(header)
    return Document(fields, body, duplicates, line_at(header, len(header)) + 1, header)


def _read(header: str) -> tuple[Fields, Mapping[str, int]]:
    """Return the fields of a header, and the line of the second occurrence of each repeated key."""
    if len(header) > LARGEST_HEADER:
        raise Unreadable(1, "the front matter is larger than 256 KB", "move text to the body")
    fields: Fields | None = read_flat(header)
    if fields is None:
        fields = read_queries(header)
    if fields is not None:
        return fields, {}
    from crmkb.store.markdown.yaml_header import read_yaml  # most files do not need it

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
