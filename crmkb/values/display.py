"""Text for a terminal: printable, on one line, measured and cut in columns."""

from __future__ import annotations

import re
import unicodedata

_ESCAPE_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS
    r"|\x1b[ -/]*[0-~]"
)


_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")


_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: no escape sequences, controls or bidi overrides.

    Newlines and tabs stay; every other line end becomes a newline.
    """
    text = _LINE_ENDS.sub("\n", _ESCAPE_SEQUENCES.sub("", text))
    return _SURROGATES.sub("\ufffd", _UNPRINTABLE.sub("", text))


def one_line(text: str) -> str:
    """Return printable text on one line: newlines, tabs and runs of blanks become one blank."""
    return " ".join(printable(text).split())


def text_width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def shorten(text: str, width: int) -> str:
    """Return the text, cut to `width` columns of a terminal and ended by `…` if it is longer."""
    if text_width(text) <= width:
        return text
    used = end = 0
    for char in text:
        used += _columns(char)
        if used > width - 1:
            break
        end += 1
    return text[:end].rstrip(" \u200d") + "…" if width > 0 else ""


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
