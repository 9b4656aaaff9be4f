"""Whole processes timed from outside: several runs in turn with a yardstick, medians and ratios.

The machine may be shared and noisy. What counts is the ratio of two medians whose runs took turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.benchmarks.workspaces import Place

WARM_UPS = 1
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to time; `before` brings its place into the state it starts from, untimed."""

    command: Sequence[str]
    before: Callable[[], object] = field(default=lambda: None)
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of several runs, and the most memory one of them took, in MB (0 if unknown).

    On Linux the memory is that of all its processes together.
    """

    seconds: tuple[float, ...]
    memory: float

    @property
    def median(self) -> float:
        """Return the middle of all runs."""
        return median(self.seconds)

    @property
    def spread(self) -> str:
        """Return the quickest and the slowest run."""
        return f"{min(self.seconds):.3f}–{max(self.seconds):.3f}"


class RunFailed(Exception):
    """A command that was to be timed did not do what it should."""

    def __init__(self, command: Sequence[str], code: int, said: bytes) -> None:
        words = said.decode("utf-8", "replace").strip()
        super().__init__(f"{' '.join(command)} ended with {code}: {words}")


def in_turn(contenders: Sequence[Contender], place: Place, runs: int) -> list[Timing]:
    """Return the timing of each contender; all take part in every round."""
    seconds: list[list[float]] = [[] for _ in contenders]
    memory = [0.0] * len(contenders)
    for round_ in range(runs + WARM_UPS):
        for number, contender in enumerate(contenders):
            contender.before()
            took, peak = _run(contender, place, is_watched=round_ < WARM_UPS)
            memory[number] = max(memory[number], peak)
            if round_ >= WARM_UPS:
                seconds[number].append(took)
    return [Timing(tuple(each), peak) for each, peak in zip(seconds, memory, strict=True)]


def _run(contender: Contender, place: Place, *, is_watched: bool) -> tuple[float, float]:
    """Return seconds and megabytes of one run; one that is watched takes longer."""
    said = place.root / ".git/benchmark.err"
    with said.open("wb") as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            contender.command,
            cwd=place.root,
            env=place.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        watched = _watch(process) if is_watched and sys.platform == "linux" else 0.0
        code, peak = _await_end(process)
        took = time.perf_counter() - begun
    if code not in contender.codes:
        raise RunFailed(contender.command, code, Path(said).read_bytes())
    return took, max(peak, watched)


def _watch(process: subprocess.Popen[bytes]) -> float:
    """Return the most megabytes that a process and those it started held at a time."""
    peak = 0
    while _is_running(process.pid):
        peak = max(peak, sum(map(_held, _with_children(process.pid))))
        time.sleep(_PAUSE_SECONDS)
    return peak * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # it has ended
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _with_children(int(child))


def _held(pid: int) -> int:
    """Return how many pages of a process are in memory."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


def _await_end(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    if sys.platform == "win32":
        return process.wait(), 0.0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    per_megabyte = 1024 * 1024 if sys.platform == "darwin" else 1024
    return process.returncode, usage.ru_maxrss / per_megabyte
