"""What a person at a terminal sees of work that takes over a second: how far it is, or its name."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

PATIENCE = 1.0
_WIDTH = 30
_CLEARED = "\r\033[K"

Item = TypeVar("Item")


class Progress:
    """Called with how much is done and how much there is; silent for the first second."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._began = time.monotonic()
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        """Show how far the work is."""
        if time.monotonic() - self._began < PATIENCE:
            return
        if done >= total:
            self._clear()
            return
        percent = 100 * done // total
        if percent != self._shown:
            self._shown = percent
            filled = _WIDTH * done // total
            bar = "#" * filled + "-" * (_WIDTH - filled)
            _show(f"\r{self._label} [{bar}] {percent:3d} %")

    def _clear(self) -> None:
        if self._shown >= 0:
            _show(_CLEARED)
            self._shown = -1


def progress(label: str) -> Progress | None:
    """Return a bar for work that tells how far it is, None where nobody would see it."""
    return Progress(label) if sys.stderr.isatty() else None


def each(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield items, with a bar that tells how many are done."""
    bar = progress(label)
    for done, item in enumerate(items):
        if bar:
            bar(done, len(items))
        yield item
    if bar:
        bar(len(items), len(items))


@contextmanager
def under_way(label: str) -> Iterator[None]:
    """Say what is under way when it takes over a second, and cannot tell how far it is.

    Nothing else may be printed meanwhile.
    """
    if not sys.stderr.isatty():
        yield
        return
    from threading import Timer  # only for a person

    shown: list[str] = []

    def show() -> None:
        shown.append(label)
        _show(f"\r{label} …")

    timer = Timer(PATIENCE, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown:
            _show(_CLEARED)


def _show(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)
