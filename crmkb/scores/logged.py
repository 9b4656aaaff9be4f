"""The table `logged`: when each interaction was logged, which is when it was committed to git.

It holds only what people logged, by a command or by hand, and nothing imported. Reading the history
of a big workspace takes time, so the result is stored with the commit at which it was read, and the
next run reads only later commits. In a shallow clone the table is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmkb.schema.layout import CUSTOMERS
from crmkb.store.git import additions
from crmkb.store.git.repository import Git
from crmkb.store.index import computed
from crmkb.store.index.index import Index

MOST_BY_HAND = 20
"""A commit that adds more interactions than this counts as an import."""

TABLE = "logged"

Logged = dict[str, str]
"""The moment in the workspace's wall time, by path."""


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield a row for each logged interaction that is committed."""
    git = Git(index.root)
    head = git.head()
    if head is not None:
        yield from ((TABLE, row) for row in _logged(index, git, head).items())


def _logged(index: Index, git: Git, head: str) -> Logged:
    since = computed.mark_of(index.db, TABLE)
    if since == head:
        return dict(computed.rows_of(index.db, TABLE))
    if additions.is_shallow(git):
        return {}
    if since is not None and not additions.is_ancestor(git, since, head):
        since = None
    logged = {} if since is None else dict(computed.rows_of(index.db, TABLE))
    _take_in(logged, index, git, since)
    computed.keep(index.db, TABLE, head, logged.items())
    return logged


def _take_in(logged: Logged, index: Index, git: Git, since: str | None) -> None:
    """Add the interactions of the commits after `since`; a renamed file keeps its moment."""
    for commit in additions.additions(git, CUSTOMERS, since):
        pairs = [pair for pair in commit.paths if "/interactions/" in pair[1]]
        moment = index.config.local(commit.moment).isoformat(timespec="seconds")
        added = [now for before, now in pairs if not before]
        is_logging = not commit.action or commit.action.startswith("log-")
        if is_logging and len(added) <= MOST_BY_HAND:
            logged |= dict.fromkeys(added, moment)
        logged |= {now: logged.pop(before) for before, now in pairs if before in logged}
