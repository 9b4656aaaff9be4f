"""Change keys of a front matter and leave every other byte unchanged.

Each edit replaces the characters of its key's value. Then the result is parsed and must have
exactly the expected fields; otherwise nothing changes and `CannotEdit` gives the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from crmkb.store.markdown.document import Document, Fields, Parts, parse, split
from crmkb.store.markdown.errors import CannotEdit, Unreadable
from crmkb.store.markdown.operations import Append, Discard, Edit, Remove, Set
from crmkb.store.markdown.patches import Patch, added, appended, dropped, removed, replaced
from crmkb.store.markdown.positions import Entry, Style, positions
from crmkb.store.markdown.writer import refuse_half_characters


@dataclass(frozen=True, slots=True)
class _Drop:
    """Remove the item at a position of a list."""

    key: str
    position: int


_Step = Set | Remove | Append | _Drop


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the file with its front matter edited; raise `CannotEdit` if that is not safe."""
    document = parse(data)
    for change in edits:
        for step in _steps(document.fields, change):
            meant = _expected(document, step)
            data = _patched(split(data), document, step)
            document = _checked(data, document, step.key, meant)
    return data


def _steps(fields: Fields, change: Edit) -> Sequence[_Step]:
    """Return the steps of an edit, none if the file already has the value.

    When a list is set to another one, the items that stay keep their lines and comments.
    """
    old = fields.get(change.key)
    match change:
        case Remove():
            return [change] if change.key in fields else []
        case Append():
            return [change]
        case Discard() if isinstance(old, list):
            found = [at for at, text in enumerate(old) if text == change.item]
            return [_Drop(change.key, at) for at in reversed(found)]
        case Discard():
            return [Set(change.key, [])] if old == change.item else []
        case Set(key, list(new)) if isinstance(old, list) and old != new:
            kept = [at for at, text in enumerate(old) if text in new]
            added = new[len(kept) :]
            if not kept or [old[at] for at in kept] + added != new:
                return [change]
            drops = [_Drop(key, at) for at in reversed(range(len(old))) if at not in kept]
            return [*drops, *(Append(key, text) for text in added)]
        case Set():
            return [] if change.key in fields and old == change.value else [change]
    assert_never(change)


def _expected(document: Document, step: _Step) -> Fields:
    """Return the fields that the file must have after a step."""
    fields, key = dict(document.fields), step.key
    old = fields.get(key, "")
    match step:
        case Set(_, value):
            fields[key] = value
        case Remove():
            del fields[key]
        case Append(_, text):
            if isinstance(old, dict):
                raise CannotEdit(key, document.line_of(key), "it holds keys, not a list")
            fields[key] = [*old, text] if isinstance(old, list) else [*filter(None, [old]), text]
        case _Drop(_, position):
            fields[key] = [*old[:position], *old[position + 1 :]]
    return fields


def _patched(parts: Parts, document: Document, step: _Step) -> bytes:
    """Return the file after a step."""
    newline = parts.newline.decode()
    if not parts.opening:
        fence = f"---{newline}".encode()
        parts = replace(parts, opening=fence, closing=fence)
    header = document.header
    for patch in sorted(_patches(document, step), key=lambda patch: patch.start, reverse=True):
        text = patch.text.replace("\n", newline)
        header = header[: patch.start] + text + header[patch.stop :]
    return replace(parts, header=header.encode()).joined()


def _checked(data: bytes, before: Document, key: str, meant: Fields) -> Document:
    """Return the parsed result; raise `CannotEdit` unless it has exactly the expected fields."""
    try:
        after = parse(data)
    except Unreadable as error:
        reason = f"the result could not be read ({error.reason})"
        raise CannotEdit(key, before.line_of(key), reason) from error
    same_order = list(after.fields) == list(meant)
    if after.fields != meant or not same_order or after.body != before.body:
        raise CannotEdit(key, before.line_of(key), "something else would change with it")
    return after


def _patches(document: Document, step: _Step) -> list[Patch]:
    """Return the replacements for a step."""
    header, key = document.header, step.key
    whole = positions(header)
    if whole.style is Style.FLOW:
        raise CannotEdit(key, 2, "the front matter is written as one '{…}'")
    found = whole.last(key)
    if found and (reason := _obstacle(document, found, step)):
        raise CannotEdit(key, document.line_of(key), reason)
    match step:
        case Set(_, value):
            refuse_half_characters(key, value)
            return replaced(header, found, value) if found else added(header, whole, key, value)
        case Append(_, text):
            refuse_half_characters(key, text)
            if found is None:
                return added(header, whole, key, [text])
            return appended(header, found, document.fields[key], text)
        case Remove():
            return removed(header, _known(found, key))
        case _Drop(_, position):
            return dropped(header, _known(found, key), position)
    assert_never(step)


def _known(found: Entry | None, key: str) -> Entry:
    if found is None:
        raise CannotEdit(key, 2, "its place cannot be found")
    return found


def _obstacle(document: Document, found: Entry, step: _Step) -> str | None:
    """Return why a key must be edited by hand, or None if it need not."""
    if second := document.duplicates.get(step.key):
        return f"it is given again on line {second}"
    if not found.colon:
        return "it is written with '? '"
    if found.value.tagged and not isinstance(step, Remove):
        return "its value has a YAML tag"
    if found.value.style is Style.ALIAS and isinstance(step, Append | _Drop):
        return "its value is a YAML alias"
    return None
