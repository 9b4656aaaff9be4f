"""The table `executives`: contacts with much decision power, by the rules of customer health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmkb.metrics.relationship import Person, is_executive, title_pattern
from crmkb.metrics.score import Place
from crmkb.store.index.index import Index

_CONTACTS = """
SELECT path, customer, slug, coalesce(title, ''), coalesce(role, ''), coalesce(influence, '')
FROM contacts WHERE title IS NOT NULL OR role IS NOT NULL
"""


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield a row for each executive."""
    titles = title_pattern(index.config.health.relationship.executive_titles)
    for path, customer, slug, title, role, influence in index.rows(_CONTACTS):
        person = Person(slug, slug, title, role, influence, None, None, Place(path))
        if is_executive(person, titles):
            yield "executives", (path, customer, slug)
