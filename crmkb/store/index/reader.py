"""Read files into rows in batches, with the help of a second process if there are many files.

The batches come in the order of the requested paths, and do not depend on which process read them.
`stale_files.py` finds the files to read; `refresh.py` writes the rows.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmkb.config.settings import Config
from crmkb.store.index.batch import Batch, Request, read_batch

if TYPE_CHECKING:
    from crmkb.store.index.second_process import SecondProcess

MANY = 5_000
"""With fewer files, the first process is done before a second one is ready."""

_BATCH = 250
_REQUESTS_AHEAD = 3
_MOST_HELD = 8


def read_all(
    root: Path, config: Config, paths: Sequence[str], held: Callable[[str], str]
) -> Generator[Batch, None, None]:
    """Yield the rows of files in batches and in order; close the generator if it is not exhausted.

    `held` returns the blob id of a file's indexed bytes, or an empty string.
    """
    work = _Work(root, config, paths, held)
    second = _start_second() if len(paths) >= MANY else None
    if second is None:
        yield from map(work.do, range(len(work)))
    else:
        with closing(second):
            yield from _by_two(work, second)


def _start_second() -> SecondProcess | None:
    """Return a second process, or None if there is one processor or starting it fails."""
    from crmkb.store.index.second_process import SecondProcess  # most commands read few files

    try:
        return SecondProcess() if (os.cpu_count() or 1) > 1 else None
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class _Work:
    """The batches to read, by number."""

    root: Path
    config: Config
    paths: Sequence[str]
    held: Callable[[str], str]

    def __len__(self) -> int:
        return -(-len(self.paths) // _BATCH)

    def requests(self, number: int) -> list[Request]:
        start = number * _BATCH
        return [(path, self.held(path)) for path in self.paths[start : start + _BATCH]]

    def do(self, number: int) -> Batch:
        return read_batch(self.root, self.config, self.requests(number))


def _by_two(work: _Work, second: SecondProcess) -> Iterator[Batch]:
    """Yield the batches; keep the second process busy and read the others here.

    Batches that the second process failed to read are read here too, so that errors in our code
    are raised in this process.
    """
    from crmkb.store.index.second_process import Gone

    left, requests = deque(range(len(work))), deque[int]()
    made: dict[int, Batch] = {}
    for number in range(len(work)):
        while True:
            try:
                while len(requests) < min(_REQUESTS_AHEAD, len(left)) and not second.is_gone:
                    requests.append(left.popleft())
                    second.ask(work.root, work.config, work.requests(requests[-1]))
                must_wait = number not in made and (not left or len(made) >= _MOST_HELD)
                if requests and (must_wait or second.has_answer()):
                    made[requests[0]] = second.answer()
                    requests.popleft()
                    continue
            except Gone:
                left.extendleft(reversed(requests))
                requests.clear()
            if number in made:
                break
            made[left[0]] = work.do(left[0])
            left.popleft()
        yield made.pop(number)
