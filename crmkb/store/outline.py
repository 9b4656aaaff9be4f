"""Where the keys, values and list items of a header stand, in characters.

Made from the events of the YAML parser, whose marks are exact except at the end of block
collections and block texts; those ends are worked out here. What the values mean is left to
`front_matter`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import yaml

LOADER: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads every scalar as text; libyaml when it is there."""

_COLON = re.compile(r"[ \t]*:")


class Style(Enum):
    """How a value is written."""

    INLINE = auto()
    """A plain or quoted scalar, or nothing."""
    LITERAL = auto()
    """A text after `|` or `>`."""
    FLOW = auto()
    """`[…]` or `{…}`."""
    BLOCK = auto()
    """Items or keys on lines of their own."""
    ALIAS = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A value from its first character to its last, without comments and the final line end."""

    start: int
    end: int
    style: Style
    anchored: bool = False
    tagged: bool = False
    items: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A top-level key with its value; `colon` is the place after the colon, 0 after `? key`."""

    key: str
    start: int
    colon: int
    value: Span


@dataclass(frozen=True, slots=True)
class Outline:
    """The top-level keys of a header, in order."""

    entries: list[Entry] = field(default_factory=list)
    style: Style = Style.BLOCK

    def last(self, key: str) -> Entry | None:
        """Return the entry that counts for a key: the last one."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)


def outline(header: str) -> Outline:
    """Return where things stand in a header that `front_matter` can read."""
    events = iter(yaml.parse(header, Loader=LOADER))
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            entries = list(_entries(header, events))
            return Outline(entries, Style.FLOW if event.flow_style else Style.BLOCK)
    return Outline()


def _entries(header: str, events: Iterator[yaml.Event]) -> Iterator[Entry]:
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        key = _span(header, event, events)
        colon = _COLON.match(header, key.end)
        value = _span(header, next(events), events)
        if isinstance(event, yaml.ScalarEvent):
            yield Entry(event.value, key.start, colon.end() if colon else 0, value)


def _span(header: str, event: yaml.Event, events: Iterator[yaml.Event]) -> Span:
    start, end = _marks(event)
    if isinstance(event, yaml.AliasEvent):
        return Span(start, end, Style.ALIAS)
    assert isinstance(event, yaml.NodeEvent)
    anchored = event.anchor is not None
    tagged = getattr(event, "tag", None) is not None
    if isinstance(event, yaml.ScalarEvent):
        if event.style in ("|", ">"):
            end = _literal_end(header, start, end)
            return Span(start, end, Style.LITERAL, anchored, tagged)
        return Span(start, end, Style.INLINE, anchored, tagged)
    flow = bool(getattr(event, "flow_style", False))
    items: list[Span] = []
    while not isinstance(event := next(events), yaml.CollectionEndEvent):
        items.append(_span(header, event, events))
    if flow:
        return Span(start, _marks(event)[1], Style.FLOW, anchored, tagged, tuple(items))
    end = max((item.end for item in items), default=start)
    return Span(start, end, Style.BLOCK, anchored, tagged, tuple(items))


def _marks(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark, "the parser marks every event"
    assert event.end_mark
    return event.start_mark.index, event.end_mark.index


def _literal_end(header: str, start: int, end: int) -> int:
    """Return the end of a block text: with the blank lines after it only when it keeps them."""
    text = header[start:end]
    if "+" in text.partition("\n")[0].partition("#")[0]:
        return start + len(text.removesuffix("\n").removesuffix("\r"))
    return start + len(text.rstrip())
