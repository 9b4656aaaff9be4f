"""The table `logged`: when each interaction was written down, which is when git took it in.

Only what people logged is in it, by a command or by hand: nothing imported. Reading the history of
a big workspace takes its time, so what was read is kept with the commit it was read at; the next
reading begins there. A shallow clone knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmkb.store import history, kept
from crmkb.store.git import Git
from crmkb.store.index import Index
from crmkb.store.paths import CUSTOMERS

MOST_BY_HAND = 20
"""A commit that adds more interactions than anybody logs at a time brings them from elsewhere."""

TABLE = "logged"

Logged = dict[str, str]
"""The moment as local wall time, by path."""


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield a row for each interaction that somebody committed after it was written."""
    git = Git(index.root)
    head = git.head()
    if head is not None:
        yield from ((TABLE, row) for row in _logged(index, git, head).items())


def _logged(index: Index, git: Git, head: str) -> Logged:
    since = kept.mark_of(index.db, TABLE)
    if since == head:
        return dict(kept.rows_of(index.db, TABLE))
    if history.is_shallow(git):
        return {}
    if since is not None and not history.is_ancestor(git, since, head):
        since = None
    logged = {} if since is None else dict(kept.rows_of(index.db, TABLE))
    _take_in(logged, index, git, since)
    kept.keep(index.db, TABLE, head, logged.items())
    return logged


def _take_in(logged: Logged, index: Index, git: Git, since: str | None) -> None:
    """Add what the commits after `since` added; what was renamed keeps its moment."""
    for commit in history.additions(git, CUSTOMERS, since):
        pairs = [pair for pair in commit.paths if "/interactions/" in pair[1]]
        moment = index.config.local(commit.moment).isoformat(timespec="seconds")
        added = [now for before, now in pairs if not before]
        is_logging = not commit.action or commit.action.startswith("log-")
        if is_logging and len(added) <= MOST_BY_HAND:
            logged |= dict.fromkeys(added, moment)
        logged |= {now: logged.pop(before) for before, now in pairs if before in logged}
