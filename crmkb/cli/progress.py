"""A progress bar on a terminal for work that takes over a second."""

from __future__ import annotations

import sys
import time

PATIENCE = 1.0
_WIDTH = 30


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
            print(f"\r{self._label} [{bar}] {percent:3d} %", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._shown >= 0:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = -1
