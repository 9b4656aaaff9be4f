"""Errors in front matter, with messages for users.

`document.py` and `editor.py` detect the errors; `yaml_errors.py` translates YAML errors.
"""

from __future__ import annotations

from crmkb.errors import CrmError


class Unreadable(CrmError):
    """A file or its front matter cannot be read; `line` is the line in the file, from 1."""

    def __init__(self, line: int, reason: str, hint: str | None = None) -> None:
        super().__init__(f"line {line}: {reason}", hint)
        self.line = line
        self.reason = reason


class CannotEdit(CrmError):
    """An edit is not possible without changing or losing something else."""

    def __init__(self, key: str, line: int, reason: str) -> None:
        super().__init__(f"cannot change {key!r}: {reason}", hint=f"edit line {line} by hand")
        self.key = key
        self.line = line
        self.reason = reason


def not_utf8(data: bytes, error: UnicodeDecodeError) -> Unreadable:
    """Return the error for bytes that are not UTF-8, with a guess at the encoding."""
    line = data.count(b"\n", 0, error.start) + 1
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Unreadable(1, "the file is UTF-16, not UTF-8", "save it as UTF-8")
    reason = f"byte 0x{data[error.start]:02x} is not UTF-8; the file looks like cp1252 (Windows)"
    return Unreadable(line, reason, "save it as UTF-8")


def in_conflict(line: int) -> Unreadable:
    """Return the error for a file with an unresolved git merge conflict."""
    hint = "choose one side and remove the marker lines"
    return Unreadable(line, "an unresolved git conflict", hint)


def line_at(header: str, index: int) -> int:
    """Return the line in the file of a character index in its header; the fence is line 1."""
    return header.count("\n", 0, index) + 2
