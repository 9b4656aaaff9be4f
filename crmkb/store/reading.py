"""Files read into rows, in portions: by this process, and where there are many by a second one.

What is read comes in the order asked for, and is the same whoever read it. Finding the files is
left to `difference`, writing the rows to `refresh`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmkb.config import Config
from crmkb.store.portion import Asked, Portion, read_portion

if TYPE_CHECKING:
    from crmkb.store.second_process import SecondProcess

MANY = 5_000
"""With fewer files, a second process would be ready when the first one is."""

_PORTION = 250
_ASKED_AHEAD = 3
_MOST_HELD = 8


def read_all(
    root: Path, config: Config, paths: Sequence[str], held: Callable[[str], str]
) -> Generator[Portion, None, None]:
    """Yield what files hold, in portions and in order; close it when it is not read to its end.

    `held` tells the id of the bytes whose rows there are, or an empty text.
    """
    work = _Work(root, config, paths, held)
    second = _begun() if len(paths) >= MANY else None
    if second is None:
        yield from map(work.do, range(len(work)))
    else:
        with closing(second):
            yield from _by_two(work, second)


def _begun() -> SecondProcess | None:
    """Return a second process, or None where there can be none."""
    from crmkb.store.second_process import SecondProcess  # most commands read few files

    try:
        return SecondProcess() if (os.cpu_count() or 1) > 1 else None
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class _Work:
    """The portions to read, by number."""

    root: Path
    config: Config
    paths: Sequence[str]
    held: Callable[[str], str]

    def __len__(self) -> int:
        return -(-len(self.paths) // _PORTION)

    def asked(self, number: int) -> list[Asked]:
        start = number * _PORTION
        return [(path, self.held(path)) for path in self.paths[start : start + _PORTION]]

    def do(self, number: int) -> Portion:
        return read_portion(self.root, self.config, self.asked(number))


def _by_two(work: _Work, second: SecondProcess) -> Iterator[Portion]:
    """Yield what files hold: the second process is always asked for some, the rest is read here.

    What it was asked in vain is read here too, so that a fault of ours shows where it can be told.
    """
    from crmkb.store.second_process import Gone

    left, asked = deque(range(len(work))), deque[int]()
    made: dict[int, Portion] = {}
    for number in range(len(work)):
        while True:
            try:
                while len(asked) < min(_ASKED_AHEAD, len(left)) and not second.is_gone:
                    asked.append(left.popleft())
                    second.ask(work.root, work.config, work.asked(asked[-1]))
                must_wait = number not in made and (not left or len(made) >= _MOST_HELD)
                if asked and (must_wait or second.has_answer()):
                    made[asked[0]] = second.answer()
                    asked.popleft()
                    continue
            except Gone:
                left.extendleft(reversed(asked))
                asked.clear()
            if number in made:
                break
            made[left[0]] = work.do(left[0])
            left.popleft()
        yield made.pop(number)
