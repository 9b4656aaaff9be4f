"""A second process that reads portions of files, as `reading` has it, while this one goes on.

It is a new interpreter rather than a fork of this process, whose open database and threads no
other may have. It ends with this process, however that ends, since nobody can ask it any more.
Whatever goes wrong with it is told as `Gone`, and is no error: the files are still there.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from crmkb.config import Config
from crmkb.store.portion import Asked, Portion, read_portion

# The path first: else Python would import what lies in the current folder.
_CODE = (
    "import sys; sys.path[:] = sys.argv[1:]; from crmkb.store import second_process as s; s.serve()"
)
_MARK, _LENGTH = b"crmkb\n", 8
"""What is sent begins with the mark and its length: an installation may print things at start."""


class Gone(Exception):
    """The second process has ended, or does not answer as it should."""


class SecondProcess:
    """A process that is asked for portions, and answers in the order of asking."""

    def __init__(self) -> None:
        self.is_gone = False
        self._process = subprocess.Popen(
            [sys.executable, "-X", f"utf8={sys.flags.utf8_mode}", "-c", _CODE, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # so that the system knows whether there is an answer
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def ask(self, root: Path, config: Config, asked: Sequence[Asked]) -> None:
        """Have it read a portion; raise `Gone`."""
        try:
            _send(self._in, pickle.dumps((root, config, asked)))
        except OSError as error:
            self.is_gone = True
            raise Gone from error

    def has_answer(self) -> bool:
        """Return whether taking an answer needs no waiting, as far as the system can tell."""
        return os.name != "nt" and bool(select.select([self._out], [], [], 0)[0])

    def answer(self) -> Portion:
        """Return the next answer; raise `Gone`."""
        data = _receive(self._out)
        if data is None:
            self.is_gone = True
            raise Gone
        answer: Portion = pickle.loads(data)
        return answer

    def close(self) -> None:
        """End it, at once."""
        self._process.kill()
        self._in.close()
        self._out.close()
        self._process.wait()


def serve() -> None:
    """Be the second process: answer until nobody asks any more."""
    gc.disable()  # rows are no part of a cycle
    asking, answering = os.fdopen(0, "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # what is printed is no answer
    with ThreadPoolExecutor(1) as thread:  # what is not taken yet keeps nobody from going on
        while (data := _receive(asking)) is not None:
            answer = pickle.dumps(read_portion(*pickle.loads(data)))
            thread.submit(_send, answering, answer)


def _send(pipe: IO[bytes], data: bytes) -> None:
    left = memoryview(_MARK + len(data).to_bytes(_LENGTH) + data)
    while left:
        left = left[pipe.write(left) :]


def _receive(pipe: IO[bytes]) -> bytes | None:
    """Return what was sent, or None when nobody sends any more, or it is something else."""
    head = _read(pipe, len(_MARK) + _LENGTH)
    if len(head) < len(_MARK) + _LENGTH or not head.startswith(_MARK):
        return None
    length = int.from_bytes(head[len(_MARK) :])
    data = _read(pipe, length)
    return data if len(data) == length else None


def _read(pipe: IO[bytes], length: int) -> bytes:
    parts: list[bytes] = []
    while length and (part := pipe.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
