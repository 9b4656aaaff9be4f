"""A second process that reads batches of files in parallel with this one; used by `reader.py`.

It is a new interpreter, not a fork, because a fork must not share the open database and threads.
It exits with this process, however that ends, because its input is closed then. Any failure is
raised as `Gone` and is harmless: this process can read the files itself.
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

from crmkb.config.settings import Config
from crmkb.store.index.batch import Batch, Request, read_batch

# Set the path first, so that Python does not import modules from the current folder.
_CODE = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from crmkb.store.index import second_process; second_process.serve()"
)
_MARK, _LENGTH = b"crmkb\n", 8
"""Each message begins with the mark and its length: Python may print other text at start."""


class Gone(Exception):
    """The second process has ended, or its answer is invalid."""


class SecondProcess:
    """A process that reads batches and answers in the order of the requests."""

    def __init__(self) -> None:
        self.is_gone = False
        self._process = subprocess.Popen(
            [sys.executable, "-X", f"utf8={sys.flags.utf8_mode}", "-c", _CODE, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # so that `select` sees whether there is an answer
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def ask(self, root: Path, config: Config, requests: Sequence[Request]) -> None:
        """Request a batch; raise `Gone`."""
        try:
            _send(self._in, pickle.dumps((root, config, requests)))
        except OSError as error:
            self.is_gone = True
            raise Gone from error

    def has_answer(self) -> bool:
        """Return whether an answer is ready; always False on Windows."""
        return os.name != "nt" and bool(select.select([self._out], [], [], 0)[0])

    def answer(self) -> Batch:
        """Wait for the next answer and return it; raise `Gone`."""
        data = _receive(self._out)
        if data is None:
            self.is_gone = True
            raise Gone
        answer: Batch = pickle.loads(data)
        return answer

    def close(self) -> None:
        """Kill the process and wait for it."""
        self._process.kill()
        self._in.close()
        self._out.close()
        self._process.wait()


def serve() -> None:
    """Run as the second process: answer requests until the input ends."""
    gc.disable()  # rows are never part of a cycle
    asking, answering = os.fdopen(0, "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # printed text must not mix with answers
    with ThreadPoolExecutor(1) as thread:  # keep reading while an answer waits to be received
        while (data := _receive(asking)) is not None:
            answer = pickle.dumps(read_batch(*pickle.loads(data)))
            thread.submit(_send, answering, answer)


def _send(pipe: IO[bytes], data: bytes) -> None:
    left = memoryview(_MARK + len(data).to_bytes(_LENGTH) + data)
    while left:
        left = left[pipe.write(left) :]


def _receive(pipe: IO[bytes]) -> bytes | None:
    """Return the next message, or None at the end of input or for invalid data."""
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
