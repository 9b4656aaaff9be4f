"""Front matters of every shape a hand can give them, for the tests of the store.

Each sample knows the text of every key apart from what stands around it, so that a test can say
which bytes an edit may touch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

NAMES = ["name", "no", "2025", "content", "on", "First Name", "a:b", "größe", "tags", "<<", "-"]

AWKWARD = [
    *("", " ", "no", "Yes", "on", "null", "~", "true", "=", "<<", "-", "--", "---", "...", "."),
    *("1", "007", "1_000", "0x1F", "0o17", "012", "12:30", "1.10", "+47 123", "1e3", ".5", "-0"),
    *("2026-11-20", "2026-11-20T14:30:00", "2026-13-45", "2026-11-20 14:30:00", "2026-1-2"),
    *("12345678901234567890", "a: b", "a:", ":a", "a #b", "#a", "a#b", "- a", "-a", "? a", "?"),
    *("[x]", "[[Acme]]", "{{date}}", "a, b", "a]b", "*x", "&x", "!x", "|", ">", "|-", "%a", "@a"),
    *("`a`", '"', "'", 'say "hi"', "it's", "C:\\temp", " lead", "trail ", "\tx", "a\tb", "\xa0x"),
    *("🚀", "Zoë — Müller", "a\u2028b", "\x85", "\x07", "\x00", "\ufeff", "\u200d", "\x7f"),
    *(
        "a\nb",
        "a\nb\n",
        "a\n\n",
        "\na",
        "  a\nb",
        "a\n  b\n",
        "a \nb",
        "\n",
        "a\n\n\nb\n",
        "a\r\nb",
    ),
    *("# x\n- y\n", "---\nx\n---\n", "https://acme.example/a?b=c#d", "50,000.00", "€ 50k", "a  b"),
]
"""Texts that YAML likes to take for something else."""

values = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = st.sampled_from(["a", "b", "blue sky", "x-1", "7", "Zoë", "no"])
gaps = st.lists(st.sampled_from(["", "# note: 'x'", "  # - indented", "#"]), max_size=2)
comments = st.sampled_from(["", "", " # why: it's [so", "   #", "  # - x: ]"])


@dataclass(frozen=True)
class Key:
    """One key as it stands in the file; `text` has LF line ends."""

    name: str
    text: str
    value: str | list[str]


@dataclass(frozen=True)
class Sample:
    """A file, in pieces."""

    keys: list[Key]
    gaps: list[str]
    """What stands before each key, and after the last one."""
    bom: bytes
    opening: str
    closing: str
    body: str
    newline: str

    def around(self, name: str) -> tuple[bytes, bytes]:
        """Return the bytes before and after a key; for a new key, around its place."""
        at = next((i for i, key in enumerate(self.keys) if key.name == name), len(self.keys))
        before = [gap + key.text for gap, key in zip(self.gaps, self.keys[:at], strict=False)]
        head = self.opening + "".join(before) + self.gaps[at]
        rest = [
            key.text + gap for key, gap in zip(self.keys[at:], self.gaps[at + 1 :], strict=True)
        ]
        own = self.keys[at].text if at < len(self.keys) else ""
        tail = "".join(rest)[len(own) :] + self.closing + self.body
        return self.bom + self._encoded(head), self._encoded(tail)

    def data(self) -> bytes:
        """Return the bytes of the file."""
        head, tail = self.around("")
        return head + tail

    def fields(self) -> dict[str, str | list[str]]:
        """Return what the file says."""
        return {key.name: key.value for key in self.keys}

    def _encoded(self, text: str) -> bytes:
        return text.replace("\n", self.newline).encode()


def _quoted(name: str) -> str:
    return name if name.replace(" ", "").isalpha() else f'"{name}"'


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Draw a file."""
    indent = draw(st.sampled_from(["", "", "", " ", "   "]))
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    keys = [draw(_keys(name, indent)) for name in names]
    return Sample(
        keys,
        [draw(_gap(before)) for before in [None, *keys]],
        draw(st.sampled_from([b"", b"\xef\xbb\xbf"])),
        draw(st.sampled_from(["---\n", "--- \n"])),
        draw(st.sampled_from(["---\n", "...\n", "--- \t\n"])),
        draw(st.sampled_from(["", "body", "# T\n\n---\nx\n", "\n\nkey: [\n"])),
        draw(st.sampled_from(["\n", "\r\n"])),
    )


@st.composite
def _gap(draw: st.DrawFn, before: Key | None) -> str:
    """Draw blank lines and comments, which a text would swallow if they were indented."""
    lines = draw(gaps)
    if before and re.search(r": [|>]", before.text):
        lines = [line.strip() for line in lines if line or "|+" not in before.text]
    return "".join(f"{line}\n" for line in lines)


@st.composite
def _keys(draw: st.DrawFn, name: str, indent: str) -> Key:
    head = indent + draw(st.sampled_from(["", " "])).join([_quoted(name), ":"])
    shape = draw(
        st.sampled_from([_empty, _inline, _folded, _literal, _block, _block, _flow, _flow])
    )
    text, value = draw(shape(indent))
    return Key(name, head + text, value)


_Shaped = tuple[str, str | list[str]]
"""What stands behind the colon, and what it says."""


@st.composite
def _empty(draw: st.DrawFn, indent: str) -> _Shaped:
    text = draw(st.sampled_from(["", ' ""', " []", " [ ]"]))
    return f"{text}{draw(comments)}\n", [] if "[" in text else ""


@st.composite
def _inline(draw: st.DrawFn, indent: str) -> _Shaped:
    text, value = draw(_scalars())
    gap = draw(st.sampled_from([" ", "   ", f"\n{indent}  ", f" # c\n\n{indent}    "]))
    return f"{gap}{text}{draw(comments)}\n", value


@st.composite
def _folded(draw: st.DrawFn, indent: str) -> _Shaped:
    quote = draw(st.sampled_from(["", "'", '"']))
    return f" {quote}two\n\n{indent}  lines{quote}{draw(comments)}\n", "two\nlines"


@st.composite
def _literal(draw: st.DrawFn, indent: str) -> _Shaped:
    blank = draw(st.sampled_from(["", "\n", "\n\n"]))
    sign = draw(st.sampled_from(["|", "|-", "|+", ">-", "|2-"]))
    comment = draw(comments).replace("\t", " ")
    text = f" {sign}{comment}\n{indent}  # one\n\n{indent}  two: x\n"
    value = "# one\n\ntwo: x" if "|" in sign else "# one\ntwo: x"
    if sign == "|+":
        return text + blank, f"{value}\n{blank}"
    return text, value + ("\n" if sign == "|" else "")


@st.composite
def _block(draw: st.DrawFn, indent: str) -> _Shaped:
    dent = indent + draw(st.sampled_from(["", "  ", "    "]))
    gap = draw(st.sampled_from([" ", "   ", f"\n{dent}  "]))
    text, value = f"{draw(comments)}\n", []
    for _ in range(draw(st.integers(1, 3))):
        text += "".join(f"{dent}{line}\n" for line in draw(gaps))
        shown, meant = draw(_scalars() | st.just((f"|-\n{dent}    p\n{dent}    q", "p\nq")))
        comment = "" if "\n" in shown else draw(comments)
        text += f"{dent}-{gap}{shown}{comment}\n"
        value.append(meant)
    return text, value


@st.composite
def _flow(draw: st.DrawFn, indent: str) -> _Shaped:
    items = draw(st.lists(_scalars(), min_size=1, max_size=3))
    comma = draw(st.sampled_from(["", ","]))
    comment = draw(comments)
    if draw(st.booleans()):
        separator = draw(st.sampled_from([", ", ",", " , ", f",\n{indent}  "]))
        text = separator.join(shown for shown, _ in items)
        return f" [{text}{comma}]{comment}\n", [meant for _, meant in items]
    lines = [f"{indent}  {shown},{draw(comments)}\n" for shown, _ in items]
    if not comma:
        lines[-1] = f"{indent}  {items[-1][0]}{comment}\n"
    return f" [{comment}\n{''.join(lines)}{indent} ]\n", [meant for _, meant in items]


@st.composite
def _scalars(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a scalar as written, and what it says."""
    word = draw(words)
    quote = draw(st.sampled_from(["", "", "'", '"']))
    return f"{quote}{word}{quote}", word
