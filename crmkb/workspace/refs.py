"""From a record's path to the shortest name by which commands take it: the inverse of `resolve`."""

from __future__ import annotations

from collections.abc import Iterator

from crmkb.store.index import Index
from crmkb.store.paths import customer_of, ref_of, slug_of
from crmkb.text import fold

_BY_SLUG = "what IN ('slug', 'moment')"


def short_ref(index: Index, path: str) -> str:
    """Return the shortest name of a record that fits no other one just now."""
    if path.endswith("/profile.md"):
        return ref_of(path)
    own = index.rows(f"SELECT DISTINCT name FROM names WHERE path = ? AND {_BY_SLUG}", path)
    folded = sorted((str(name) for (name,) in own), key=len)
    for name, ref in _candidates(path, folded):
        rivals = index.rows(
            f"SELECT customer FROM names WHERE name = ? AND path <> ? AND {_BY_SLUG}",
            name,
            path,
        )
        if not rivals or ("/" in ref and (customer_of(path),) not in rivals):
            return ref
    return ref_of(path)


def _candidates(path: str, folded: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the names to look up, each with how it would be typed, the shortest first."""
    customer, slug = customer_of(path), slug_of(path)
    for name in folded:
        typed = slug if fold(slug) == name else name
        yield name, typed
        if customer:
            yield name, f"{customer}/{typed}"
