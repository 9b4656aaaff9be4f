"""Compute the positions of keys, values and list items of a header, in characters.

They come from the events of the YAML parser, which are exact except at the end of block collections
and block texts; this module corrects those ends. `document.py` reads the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import yaml

LOADER: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The loader that reads every scalar as text, with libyaml if it is available."""

_COLON = re.compile(r"[ \t]*:")


class Style(Enum):
    """The notation of a value."""

    INLINE = auto()
    """A plain or quoted scalar, or no value."""
    LITERAL = auto()
    """A text after `|` or `>`."""
    FLOW = auto()
    """`[…]` or `{…}`."""
    BLOCK = auto()
    """Items or keys on separate lines."""
    ALIAS = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """The range of a value, without comments and the final line end; `end` is exclusive."""

    start: int
    end: int
    style: Style
    anchored: bool = False
    tagged: bool = False
    items: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A top-level key with its value; `colon` is the index after the colon, 0 for `? key`."""

    key: str
    start: int
    colon: int
    value: Span


@dataclass(frozen=True, slots=True)
class Positions:
    """The top-level keys of a header, in order."""

    entries: list[Entry] = field(default_factory=list)
    style: Style = Style.BLOCK

    def last(self, key: str) -> Entry | None:
        """Return the last entry of a key, the one that counts, or None."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)


def positions(header: str) -> Positions:
    """Return the positions in a header that `document.parse` can read."""
    events = iter(yaml.parse(header, Loader=LOADER))
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            entries = list(_entries(header, events))
            return Positions(entries, Style.FLOW if event.flow_style else Style.BLOCK)
    return Positions()


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
    """Return the end of a block text; trailing blank lines belong to it only with `+`."""
    text = header[start:end]
    if "+" in text.partition("\n")[0].partition("#")[0]:
        return start + len(text.removesuffix("\n").removesuffix("\r"))
    return start + len(text.rstrip())
