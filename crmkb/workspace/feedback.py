"""Progress of slow work; nothing is shown unless the interface overrides `Feedback`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from crmkb.store.index.refresh import Progress

Item = TypeVar("Item")


class Feedback:
    """Shows nothing; an interface with a terminal or a socket overrides it to show progress."""

    def progress(self, _label: str) -> Progress | None:
        """Return the callback that reports progress, None if it would not be shown."""
        return None

    def under_way(self, _label: str) -> AbstractContextManager[None]:
        """Return a context manager for work that cannot measure its progress."""
        return nullcontext()

    def each(self, items: Sequence[Item], label: str) -> Iterator[Item]:
        """Yield items and report how many are done."""
        bar = self.progress(label)
        for done, item in enumerate(items):
            if bar:
                bar(done, len(items))
            yield item
        if bar:
            bar(len(items), len(items))


SILENT = Feedback()
