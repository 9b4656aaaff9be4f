"""Labelled passwords and keys: `password: …`, `api_key=…`, `https://user:…@host`.

Only values that look real count; prose such as `password: see the vault`, variable names, code and
placeholders do not. Part of `scanner`, which finds all other kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Found = tuple[int, int, str, str]
"""The start and end of a secret in a text, the part that may be shown, and its kind in words."""

TRACES = ("pass", "pwd", "kennwort", "secret", "token", "_key", "api")
"""One of these, in lower case, occurs in every text that labels a password or key."""

_PASSWORD = r"pass(?:wor[dt]|wd|phrase|code|ord)|kennwort|pwd|mot de passe"
_KEY = r"(?:secret|api|access|private|auth)(?:[ _-]?access)?(?:[ _-]?key|[ _-]token)|secret|token"
# For text in lower case. Up to four words may follow: "password for the demo system: …".
_CALLED = (
    rf"(?:(?P<password>{_PASSWORD})|{_KEY})s?(?:[ _-][(]?[^\W_]{{1,20}}[)]?){{0,4}}?"
    r"[\"'`*_]{0,3}[ \t]*(?:[:=|]|:=|=>|\bis\b)[*_]{0,2}[ \t]*"
    r"(?P<value>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|`[^`\n]{1,200}`|[^\s|]{1,200})"
)
_IN_LINK = r"://[^\s/:@'\"<>]{0,64}:(?P<value>[^\s/@'\"<>]{3,64})@(?=[\w\[])"

_SHORTEST_PASSWORD, _SHORTEST_KEY = 6, 12
_CODE = (
    r"[<(\[{].*|\$[\w{(].*|%\w+%|%[({].*|.*(?:\{\{|\$\{|\w\(|\w\[).*|(?:[.~]{0,2}/|\w+://|www\.).*"
    r"|[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+|[A-Z]+(?:_[A-Z0-9]+)+"
)
_NO_SECRET = (
    r"(?:your|my|the|some|an?|insert)[_-].*|\W*(?:example|placeholder|change[_-]?me|redacted|dummy"
    r"|hidden|masked|removed|n/a|xxx|todo).*"
    r"|(?:1|last|one|nord)-?pass.*|keepass.*|bitwarden.*|dashlane.*"
    r"|(?:oauth|openid|saml|sha-?|md|aes-?|base|rsa-?|utf-?|office|iso|tls|v)[\d.]+\W*"
    r"|\d+-?[a-z]{1,12}|[\w.+-]+@[\w-]+\.[a-z]{2,}|\d{4}-\d\d-\d\d.*|\d\d?[./]\d\d?[./]\d{2,4}"
)
_PART = r"(?:[a-z]+(?:\d{1,5}[a-z]?)?|\d{1,4})"
_WORDS_WITH_DASHES = rf"{_PART}(?:[-_./:]{_PART})+"


def called_secret(text: str, lowered: str) -> Iterator[Found]:
    """Yield the labelled passwords and keys of a text; `lowered` is the text in lower case."""
    for match in re.finditer(_CALLED, lowered):
        is_password = match["password"] is not None
        start, (begin, end) = match.start(), match.span("value")
        if is_real(text[begin:end], is_password=is_password):
            kind = "a password" if is_password else "a key or token"
            yield start, end, f"{text[start:begin].strip()} …", kind


def in_links(text: str) -> Iterator[Found]:
    """Yield the passwords in server addresses."""
    for match in re.finditer(_IN_LINK, text):
        value = match["value"]
        is_word = value.lower() in ("password", "pass", "passwd", "pwd", "secret", "token")
        if not (is_word or _is_no_secret(value)):
            yield *match.span(), "://…:…@", "a password in a link"


def is_real(value: str, *, is_password: bool) -> bool:
    """Return whether a value looks like a password or key in use, not like prose or code."""
    value = _bare(value)
    shortest = _SHORTEST_PASSWORD if is_password else _SHORTEST_KEY
    if len(value) < shortest or len(set(value)) < 3 or " " in value:
        return False
    if _is_no_secret(value):
        return False
    has_letters, has_digits = any(map(str.isalpha, value)), any(map(str.isdecimal, value))
    if not is_password:
        return has_letters and has_digits and not re.fullmatch(_WORDS_WITH_DASHES, value)
    has_signs = any(not char.isalnum() and char not in "-_./,:;'’–—…" for char in value)
    return has_digits or (has_signs and has_letters)


def _is_no_secret(value: str) -> bool:
    is_code = re.fullmatch(_CODE, value)
    return bool(is_code or re.fullmatch(_NO_SECRET, value, re.IGNORECASE))


def _bare(value: str) -> str:
    """Return a value without the quotes, Markdown marks and punctuation around it."""
    if value[0] == value[-1] and value[0] in "\"'`":
        return value[1:-1]
    return value.lstrip("\"'`*").rstrip("\"'`*_.,;:)]}>?!")
