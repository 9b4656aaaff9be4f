"""Documents that are run: their console blocks are played, their file blocks are written.

    ```console
    $ crm check
    customers/acme/profile.md:3: tier: 'gold' is not one of …
    [exit 3]
    ```

What a command prints must be what stands below it. `…` within a line stands for any text, on a
line of its own for any lines, a commit id for any other; `[exit 3]` is the code when it is not 0.
A command goes on in the next line after `\\`. A block whose fence names a path is written there
first (```` ```markdown templates/reports/mine.md ````), and what readers need not see is played
from a comment (`<!-- console` … `-->`). Where and how commands run is left to `stage.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_OPENING = re.compile(r"(?P<fence>`{3,})(?P<info>[^`]*)|<!-- (?P<hidden>console)")
_COMMIT_ID = re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b")
_EXIT = re.compile(r"\[exit (\d+)\]")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, or a hidden one: what its fence says, its lines, and where they begin."""

    info: str
    lines: tuple[str, ...]
    start: int

    @property
    def is_console(self) -> bool:
        """Return whether the block holds commands and what they print."""
        return self.info == "console"

    @property
    def path(self) -> str:
        """Return the path that the fence names, or an empty text."""
        return self.info.partition(" ")[2].strip()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command and what follows it in the document."""

    command: str
    typed: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, to both of its ends, and its exit code."""

    text: str
    code: int = 0

    @property
    def lines(self) -> list[str]:
        """Return the lines as a document shows them."""
        shown = [line.rstrip() for line in self.text.rstrip("\n").split("\n")]
        return [*([] if shown == [""] else shown), *([f"[exit {self.code}]"] if self.code else [])]


Run = Callable[[str], Printed]
Write = Callable[[str, str], None]


def play(document: str, run: Run, write: Write) -> str:
    """Play a document and return it with what its commands print now.

    What fits stays as it is written, so a document that holds comes back unchanged.
    """
    lines = document.split("\n")
    played: list[str] = []
    reached = 0
    for block in blocks(document):
        if block.path:
            write(block.path, "\n".join([*block.lines, ""]))
        if block.is_console:
            played += [*lines[reached : block.start], *_played(block, run)]
            reached = block.start + len(block.lines)
    return "\n".join([*played, *lines[reached:]])


def blocks(document: str) -> Iterator[Block]:
    """Yield the blocks of a document in their order."""
    lines = document.split("\n")
    number = 0
    while number < len(lines):
        opening = _OPENING.match(lines[number])
        number += 1
        if opening is None:
            continue
        closing = opening["fence"] or "-->"
        start = number
        while number < len(lines) and lines[number].rstrip() != closing:
            number += 1
        if number == len(lines):
            raise ValueError(f"line {start}: a block is not closed")
        info = opening["hidden"] or (opening["info"] or "").strip()
        yield Block(info, tuple(lines[start:number]), start)
        number += 1


def exchanges(block: Block) -> Iterator[Exchange]:
    """Yield the commands of a console block, each with what follows it."""
    lines = list(block.lines)
    while lines:
        if not lines[0].startswith("$ "):
            raise ValueError(f"line {block.start + 1}: a console block begins with '$ '")
        typed = [lines.pop(0)]
        while typed[-1].endswith("\\"):
            typed.append(lines.pop(0))
        answer = []
        while lines and not lines[0].startswith("$ "):
            answer.append(lines.pop(0))
        command = "\n".join(typed).removeprefix("$ ")
        yield Exchange(command, tuple(typed), tuple(answer))


def fits(answer: tuple[str, ...], printed: Printed) -> bool:
    """Return whether what was printed is what the document says."""
    expected = "\n".join(line.rstrip() for line in answer).rstrip("\n").split("\n")
    said, true = expected[-1], printed.lines[-1] if printed.code else ""
    if (said if _EXIT.fullmatch(said) else "") != true:
        return False  # `…` stands for no code
    pattern = "".join(map(_pattern, expected if answer else []))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed.lines)) is not None


def _played(block: Block, run: Run) -> Iterator[str]:
    for exchange in exchanges(block):
        printed = run(exchange.command)
        yield from exchange.typed
        if fits(exchange.answer, printed):
            yield from exchange.answer
        else:
            yield from printed.lines
            yield from [""] if exchange.answer[-1:] == ("",) else []


def _pattern(line: str) -> str:
    if line == "…":
        return r"(?:.*\n)*?"
    parts = re.split(r"(…)", line)
    return "".join(".*" if part == "…" else _any_commit(part) for part in parts) + r"\n"


def _any_commit(text: str) -> str:
    """Return the pattern of a text in which each commit id may be another of its length."""
    pieces, reached = [], 0
    for found in _COMMIT_ID.finditer(text):
        pieces += [re.escape(text[reached : found.start()]), f"[0-9a-f]{{{len(found[0])}}}"]
        reached = found.end()
    return "".join([*pieces, re.escape(text[reached:])])
