"""Write values as YAML that all parsers read as the same text.

A value is plain if YAML 1.1 and 1.2 both read it as text, or if it is a date, a number or
true/false, which other tools expect to be typed. Otherwise it is quoted. `editor.py` inserts the
lines into a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from crmkb.store.markdown.errors import CannotEdit

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
# Tools that parse numbers round those with more digits than a double holds, so these are quoted.
_NUMBER = re.compile(r"-?(?=(?:\d\.?){1,15}$)(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_RETYPED = re.compile(
    r"""~ | = | << | y | n | yes | no | on | off | true | false | null
    | [-+]?\.(?:inf|nan)
    | [-+]?0[xob][\da-f_]+
    | [-+]?[\d.][\d_.:]*(?:e[-+]?\d+)?
    | \d{4}-\d\d?-\d\d?(?:[T\s][\d:.\sZ+-]*)?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
# What a plain scalar may not begin with, and what it may not contain.
_NOT_PLAIN = re.compile(r"""[-?:,\[\]{}#&*!|>'"%@`+]|.*(?::(?:\s|$)|\s\#|[^\S ])""", re.DOTALL)
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}?:]")
_PLAIN_KEY = re.compile(r"[^\W\d][\w -]*")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPED = re.compile(f'["\\\\\n\t]|{_UNPRINTABLE.pattern}')
_BLANK_ENDS = re.compile(r"\A[ \t]|[ \t]$|\A\n|\A\Z|\n\n\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A value as YAML: the text after the colon, and the lines below with their line ends."""

    inline: str
    below: str = ""


def dump(fields: Mapping[str, str | list[str]]) -> str:
    """Return fields as the lines of a front matter, without fences; raise `CannotEdit`."""
    for key, value in fields.items():
        refuse_half_characters(key, value)
    return "".join(entry(key, value) for key, value in fields.items())


def entry(key: str, value: str | list[str], indent: str = "") -> str:
    """Return the lines of one key."""
    written = write(value, indent)
    inline = f" {written.inline}" if written.inline else ""
    return f"{indent}{_key(key)}:{inline}\n{written.below}"


def write(value: str | list[str], indent: str = "", *, literal: bool = True) -> Written:
    """Return a value as written for a key that is indented by `indent`.

    A text of several lines is written as a block only if `literal` is set.
    """
    if isinstance(value, str):
        return _text(value, indent + "  ", literal)
    if not value:
        return Written("[]")
    return Written("", "".join(item(text, indent + "  ", literal=literal) for text in value))


def item(text: str, indent: str, *, literal: bool = True) -> str:
    """Return the line, or lines, of one item of a block list."""
    written = _text(text, indent + "  ", literal)
    return f"{indent}- {written.inline}\n{written.below}"


def scalar(text: str, *, in_flow: bool = False) -> str:
    """Return a text as a scalar on one line; `in_flow` if it is inside brackets."""
    plain = _is_plain(text) and not (in_flow and _NOT_PLAIN_IN_FLOW.search(text))
    return text if _is_typed(text) or plain else _quoted(text)


def refuse_half_characters(key: str, value: str | Iterable[str]) -> None:
    """Raise `CannotEdit` for a key or value that no UTF-8 file can hold."""
    try:
        f"{key}{value if isinstance(value, str) else ''.join(value)}".encode()
    except UnicodeEncodeError:
        raise CannotEdit(key, 1, "the text holds half a character (a lone surrogate)") from None


@lru_cache(maxsize=256)
def _key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and not _RETYPED.fullmatch(key) and key == key.strip()
    return key if plain else _quoted(key)


def _text(text: str, indent: str, literal: bool) -> Written:
    """Return a text, as a literal block if it has several lines and the block is exact."""
    is_long = literal and "\n" in text
    if not is_long or _UNPRINTABLE.search(text) or _BLANK_ENDS.search(text):
        return Written(scalar(text))
    lines = text.removesuffix("\n").split("\n")
    below = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
    return Written("|" if text.endswith("\n") else "|-", below)


def _is_typed(text: str) -> bool:
    """Return whether other tools should read the text as a date, a number or true/false."""
    if text in ("true", "false") or (_NUMBER.fullmatch(text) and text != "-0"):
        return True
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_plain(text: str) -> bool:
    """Return whether YAML 1.1 and 1.2 both read the unquoted text as the same text."""
    if not text or text != text.strip() or _RETYPED.fullmatch(text):
        return False
    return not (_NOT_PLAIN.match(text) or _UNPRINTABLE.search(text))


def _quoted(text: str) -> str:
    if re.search(r'["\\]', text) and not (_UNPRINTABLE.search(text) or re.search(r"[\n\t]", text)):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    return _ESCAPES.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
