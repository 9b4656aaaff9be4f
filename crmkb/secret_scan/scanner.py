"""Find and mask secrets in texts: tokens, private keys, cards, accounts and passwords.

Pure functions: `workspace/secret_guard.py` refuses secrets and `checks/secrets.py` reports them. A
text without secrets costs almost nothing: patterns are tried, and even compiled, only if a plain
search finds a trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crmkb.secret_scan import bank_numbers, passwords

Found = tuple[int, int, str, str]
"""The start and end of a secret in a text, the part that may be shown, and its kind in words."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's line, its kind in words, and an excerpt that does not reveal it."""

    line: int
    kind: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.excerpt})"


@dataclass(frozen=True, slots=True)
class _Token:
    """A token with a fixed shape; one of its `traces` occurs in every text that holds it.

    Only the first group of the pattern may be shown.
    """

    kind: str
    traces: tuple[bytes, ...]
    pattern: str


def _token(kind: str, traces: str, shape: str) -> _Token:
    return _Token(kind, tuple(traces.encode().split()), rf"(?<![A-Za-z0-9]){shape}")


# A repetition is bounded if the rest of the pattern may fail: a hostile text would take hours.
_A = "[A-Za-z0-9]"
_W = "[A-Za-z0-9_-]"
_TOKENS = (
    _token("a Slack token", "xox", r"(xox[a-z](?:\.xox[a-z])?-)[A-Za-z0-9_%-]{10,}"),
    _token("a Slack token", "xapp-", rf"(xapp-)\d-{_W}{{10,}}"),
    _token("an AWS access key", "AKIA ASIA", rf"(A(?:KIA|SIA))[A-Z2-7]{{16}}(?!{_A})"),
    _token("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"(gh[pousr]_){_A}{{30,}}"),
    _token("a GitHub token", "github_pat_", r"(github_pat_)\w{30,}"),
    _token("a GitLab token", "glpat-", rf"(glpat-){_W}{{20,}}"),
    _token("a Stripe key", "k_live_ k_test_", rf"([sr]k_(?:live|test)_){_A}{{16,}}"),
    _token("a Stripe key", "whsec_", rf"(whsec_){_A}{{16,}}"),
    _token("a Google API key", "AIza", rf"(AIza){_W}{{33,40}}(?!{_W})"),
    _token("a Google secret", "GOCSPX-", rf"(GOCSPX-){_W}{{20,}}"),
    # A digit, and in parts joined by dashes a capital, exclude ordinary words.
    _token(
        "an API key",
        "sk-",
        rf"(?<!-)(sk-(?:proj-|ant-|or-)?)(?={_W}{{0,99}}\d)"
        rf"(?:{_A}{{20,}}|(?={_W}{{0,99}}[A-Z]){_W}{{24,}})",
    ),
    _token("a SendGrid key", "SG.", rf"(SG\.){_W}{{16,}}\.{_W}{{16,}}"),
    _token("an npm token", "npm_", rf"(npm_){_A}{{36}}"),
    _token("a PyPI token", "pypi-AgE", rf"(pypi-)AgE{_W}{{16,}}"),
    _token("a HubSpot token", "pat-", r"(pat-[a-z]{2}\d-)[0-9a-fA-F-]{32,}"),
    _token("a JSON web token", "eyJ", rf"(eyJ){_W}{{8,999}}\.eyJ{_W}{{8,9999}}\.{_W}{{8,}}"),
    _token(
        "a private key",
        "PRIVATE",
        r"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY)(?: BLOCK)?-----"
        r"(?:[\s>]|\\[nr])+(?:[\w-]+: [^\n]*\n[\s>]*)*[A-Za-z0-9+/=]{16,}",
    ),
    _token("a private key", "PuTTY-User-Key", r"(PuTTY-User-Key-File-)\d:"),
)
_TRACES = [(trace, token) for token in _TOKENS for trace in token.traces]
_WEBHOOK = _token(
    "a Slack webhook",
    "hooks.slack.com",
    r"(hooks\.slack\.com/(?:services|workflows|triggers)/)\w+/[\w/-]{8,}",
)
_PLACEHOLDER = r"[xX*._-]+|[xX]{4,}.*|(?i:your).*"
_CALLED = tuple(trace.encode() for trace in passwords.TRACES)

# Every token is a long word. All characters of words become one letter for a plain search.
_LETTERS = bytes(
    ord("a") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "-_") else ord(" ")
    for code in range(256)
)
_LONG_WORD = b"a" * 15

_TELLING = 6
_TOLD_WORD = r"[a-z0-9]{4,}"


def find_secrets(text: str, before: str = "") -> Iterator[Secret]:
    """Yield the secrets of a text in the order of lines; overlapping ones are reported once.

    Secrets that are already in `before` are left out: a change is checked only for what it adds.
    """
    line, counted = 1, 0
    for start, end, shown, kind in _all_in(text):
        line, counted = line + text.count("\n", counted, start), start
        if not before or text[start:end] not in before:
            yield Secret(line, kind, shown)


def gives_away(name: str, text: str) -> bool:
    """Return whether a name made from a text, such as a file name, reveals a part of a secret."""
    name = name.lower()
    for start, end, shown, _ in _all_in(text):
        hidden = text[start:end].removeprefix(shown.rstrip(" …")).lower()
        if any(word[:_TELLING] in name for word in re.findall(_TOLD_WORD, hidden)):
            return True
    return False


def masked(text: str) -> str:
    """Return a text with each secret replaced by its excerpt."""
    parts, reached = [], 0
    for start, end, shown, _ in _all_in(text):
        parts += [text[reached:start], shown]
        reached = end
    return "".join([*parts, text[reached:]])


def _all_in(text: str) -> list[Found]:
    """Return all matches in order, without those that overlap an earlier one."""
    found = list(_found(text))
    if len(found) < 2:
        return found
    apart: list[Found] = []
    for each in sorted(found, key=lambda one: (one[0], -one[1])):
        if not apart or each[0] >= apart[-1][1]:
            apart.append(each)
    return apart


def _found(text: str) -> Iterator[Found]:
    data = text.encode("utf-8", "surrogatepass")
    if _LONG_WORD in data.translate(_LETTERS):
        for token in dict.fromkeys([token for trace, token in _TRACES if trace in data]):
            yield from _tokens(token, text)
    if _WEBHOOK.traces[0] in data:
        yield from _tokens(_WEBHOOK, text)
    lowered = data.lower()
    if [trace for trace in _CALLED if trace in lowered]:
        yield from passwords.called_secret(text, lowered.decode("utf-8", "surrogatepass"))
    if b"://" in data and b"@" in data:
        yield from passwords.in_links(text)
    if bank_numbers.has_trace(data):
        yield from bank_numbers.cards(text)
        yield from bank_numbers.accounts(text)


def _tokens(token: _Token, text: str) -> Iterator[Found]:
    for match in re.finditer(token.pattern, text):
        if not re.fullmatch(_PLACEHOLDER, text[match.end(1) : match.end()]):
            yield *match.span(), f"{match[1]}…", token.kind
