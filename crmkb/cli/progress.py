"""Progress on a terminal for work that takes over a second: a bar, or only a label."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from crmkb.workspace.feedback import Feedback

PATIENCE = 1.0
_WIDTH = 30
_CLEARED = "\r\033[K"


class Progress:
    """A progress bar, called with the done and the total count; silent for the first second."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._began = time.monotonic()
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar, or clear it when the work is done."""
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
    """Return a progress bar, or None if stderr is not a terminal."""
    return Progress(label) if sys.stderr.isatty() else None


@contextmanager
def under_way(label: str) -> Iterator[None]:
    """Show a label for work of unknown length that takes over a second.

    Nothing else may be printed meanwhile.
    """
    if not sys.stderr.isatty():
        yield
        return
    from threading import Timer  # needed only on a terminal

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


class TerminalFeedback(Feedback):
    """Feedback that shows the progress of work on a terminal."""

    def progress(self, label: str) -> Progress | None:
        """Return a progress bar, or None if stderr is not a terminal."""
        return progress(label)

    def under_way(self, label: str) -> AbstractContextManager[None]:
        """Show the label while the work runs."""
        return under_way(label)
