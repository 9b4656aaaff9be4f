"""The ways in which files get spoilt: by disks, editors, merges, and programs that guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from crmkb.store.markdown.prose import prose_lines

ENCODINGS = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp437", "shift_jis", "cp037"]
LABELS = [("HEAD", "main"), ("Updated upstream", "Stashed changes"), ("ours: a", "3f2c1d0 (Log)")]


def truncated(draw: Random, data: bytes) -> bytes:
    """Cut a file off anywhere."""
    return data[: draw.randrange(len(data) + 1)]


def bits_flipped(draw: Random, data: bytes) -> bytes:
    """Turn round up to eight bits."""
    spoilt = bytearray(data)
    for _ in range(draw.randrange(1, 9) if spoilt else 0):
        spoilt[draw.randrange(len(spoilt))] ^= 1 << draw.randrange(8)
    return bytes(spoilt)


def conflict(draw: Random, data: bytes) -> bytes:
    """Leave what git leaves around lines on which two people disagree."""
    newline = "\r\n" if b"\r\n" in data else "\n"
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    lines = text.split("\n")
    places = [number for number, _ in prose_lines(text, 0)]
    start, stop = sorted((draw.choice(places), draw.choice(places)))
    stop = min(stop, start + draw.choice([0, 1, 2, 5, 40]))
    ours, theirs = lines[start:stop], [f"{line}x" for line in lines[start:stop]]
    first, second = draw.choice(LABELS)
    base = draw.choice([[], [], ["||||||| base", *ours]])
    both = [f"<<<<<<< {first}", *ours, *base, "=======", *theirs, f">>>>>>> {second}"]
    return newline.join([*lines[:start], *both, *lines[stop:]]).encode()


def block_twice(draw: Random, data: bytes) -> bytes:
    """Paste some lines twice, in the same place or another."""
    lines = data.splitlines(keepends=True)
    start = draw.choice([0, draw.randrange(len(lines) + 1)])
    block = lines[start : start + draw.randrange(1, 30)]
    at = draw.choice([start, draw.randrange(len(lines) + 1)])
    return b"".join([*lines[:at], *block, *lines[at:]])


def wrong_encoding(draw: Random, data: bytes) -> bytes:
    """Save as something else than UTF-8, with and without letters that would show it."""
    text = data.decode("utf-8-sig") + draw.choice(["", "caf\xe9\n"])
    return text.encode(draw.choice(ENCODINGS), "replace")


def nulls(draw: Random, data: bytes) -> bytes:
    """Put zeros where a disk did not get to writing: within, at the end, everywhere."""
    at = draw.randrange(len(data) + 1)
    count = draw.choice([1, 7, 512])
    return draw.choice(
        [
            data[:at] + bytes(count) + data[at:],
            data[:at] + bytes(len(data) - at),
            bytes(len(data)),
            data + bytes(count),
        ]
    )


def lines_lost(draw: Random, data: bytes) -> bytes:
    """Lose lines, fences not spared."""
    lines = data.splitlines(keepends=True)
    return b"".join(line for line in lines if draw.random() > 0.1)


def lines_moved(draw: Random, data: bytes) -> bytes:
    """Move lines about, within the first ones above all."""
    lines = data.splitlines(keepends=True)
    top = lines[:12]
    draw.shuffle(top)
    return b"".join([*top, *lines[12:]])


def signs_typed(draw: Random, data: bytes) -> bytes:
    """Type signs that mean something to YAML, or to terminals, into the first lines."""
    text = data.decode()
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(min(len(text), 400) + 1)
        signs = ["'", '"', "\t", ": ", "\n- ", "{{", "[", "}", "*", "&", "!", "|", "\r", "\x1b[2J"]
        signs += ["\x85", "\u2028", "\ufeff", "---\n", "\n---\n", "# ", "%", "\n? ", "\n<<: *a\n"]
        text = text[:at] + draw.choice(signs) + text[at:]
    return text.encode()


def noise(draw: Random, data: bytes) -> bytes:
    """Hold bytes that are not ours at all, or come first."""
    junk = draw.randbytes(draw.choice([1, 16, 300]))
    return draw.choice([junk, junk + data, data[:200] + junk + data[200:]])


DAMAGES: Mapping[str, Callable[[Random, bytes], bytes]] = {
    damage.__name__.replace("_", " "): damage
    for damage in (
        *(truncated, bits_flipped, conflict, block_twice, wrong_encoding, nulls),
        *(lines_lost, lines_moved, signs_typed, noise),
    )
}
"""Every way by its name; each takes a file in UTF-8."""
