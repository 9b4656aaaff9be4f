"""Resolve the name that a user gives to the path of one record, or to the candidates.

A name is a slug, name, alias, domain, e-mail address or codename, in any case. The customer and
the folder may precede it, separated by `/`: `acme/deals/platform`, `acme/platform`. A customer's
slug is the name of its folder, so the common case needs no index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmkb.errors import Ambiguous, NotFound
from crmkb.schema.layout import CUSTOMERS, KNOWLEDGE_BASE, customer_of, ref_of, slug_of
from crmkb.store.files.safe_paths import exists
from crmkb.values.addresses import domain_of
from crmkb.values.names import close_matches, fold

if TYPE_CHECKING:
    from crmkb.store.index.index import Index


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where to look up a name: records of `kinds` (all if empty), of one customer if given."""

    kinds: tuple[str, ...] = ()
    customer: str = ""

    @property
    def noun(self) -> str:
        """Return the word for these records in messages."""
        return self.kinds[0] if len(self.kinds) == 1 else "record"


def direct(root: Path, name: str, lookup: Lookup) -> str | None:
    """Return the path that a name spells out, found without the index, or None.

    Several matches also return None: only the index can decide between them.
    """
    name = _tidy(name)
    if not name or name.startswith((".", "/")) or "\\" in name or ".." in name.split("/"):
        return None
    found = [
        path
        for path, kind in _spellings(name, lookup)
        if (not lookup.kinds or kind in lookup.kinds) and _exists_exactly(root, path)
    ]
    return found[0] if len(found) == 1 else None


def _tidy(name: str) -> str:
    """Return a name without the `./` and `/` that path completion in a shell adds."""
    return name.strip().removeprefix("./").rstrip("/")


def _spellings(name: str, lookup: Lookup) -> list[tuple[str, str]]:
    if name.startswith(f"{KNOWLEDGE_BASE}/"):
        return [(f"{name.removesuffix('.md')}.md", "article")]
    parts = name.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").split("/")
    if lookup.customer and len(parts) == 1:
        own = f"{CUSTOMERS}/{lookup.customer}"
        return [(f"{own}/{folder}/{parts[0]}.md", kind) for folder, kind in _folders().items()]
    if len(parts) == 1 or (len(parts) == 2 and parts[1] == "profile"):
        return [(f"{CUSTOMERS}/{parts[0]}/profile.md", "customer")]
    if len(parts) == 3 and parts[1] in _folders() and lookup.customer in ("", parts[0]):
        return [(f"{CUSTOMERS}/{'/'.join(parts)}.md", _folders()[parts[1]])]
    return []


def _folders() -> Mapping[str, str]:
    from crmkb.schema.kinds import folders  # not needed for the slug of a customer

    return folders()


def _exists_exactly(root: Path, path: str) -> bool:
    """Return whether a file has exactly this path, even on disks that ignore case."""
    if not exists(root / path):
        return False
    folder = root
    for part in path.split("/"):
        if part not in {entry.name for entry in folder.iterdir()}:
            return False
        folder /= part
    return True


def find(index: Index, name: str, lookup: Lookup) -> str:
    """Return the one path that a name refers to; raise `NotFound` or `Ambiguous`."""
    name = _tidy(name)
    paths = _named(index, name, lookup)
    if not paths and "/" in name:
        paths = _by_parts(index, name, lookup)
    if not paths and lookup.kinds == ("customer",):
        paths = _named(index, domain_of(name), lookup) or _customers_of_contact(index, name)
    if not paths:
        raise NotFound(lookup.noun, name, _close(index, name, lookup))
    if len(paths) > 1:
        raise Ambiguous(lookup.noun, name, sorted(map(ref_of, paths)))
    return paths[0]


def _named(index: Index, name: str, lookup: Lookup) -> list[str]:
    """Return the paths of the records with this slug, else of those with any other such name."""
    rows = index.rows(
        "SELECT DISTINCT path, kind, customer, what FROM names WHERE name = ?", fold(name)
    )
    fitting = [(str(row[0]), row[3] == "slug") for row in rows if _fits(row[1], row[2], lookup)]
    by_slug = {path for path, is_slug in fitting if is_slug}
    return sorted(by_slug or {path for path, _ in fitting})


def _fits(kind: object, customer: object, lookup: Lookup) -> bool:
    return (not lookup.kinds or kind in lookup.kinds) and lookup.customer in ("", customer)


def _by_parts(index: Index, name: str, lookup: Lookup) -> list[str]:
    first, *rest = name.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").split("/")
    kinds: Collection[str] = lookup.kinds
    if len(rest) == 2:
        kind = _folders().get(rest[0])
        if kind is None:
            return []
        kinds = [kind] if not kinds or kind in kinds else ["none"]
    elif len(rest) != 1:
        return []
    customers = _named(index, first, Lookup(("customer",)))
    found = set()
    for path in customers:
        within = Lookup(tuple(kinds), path.split("/")[1])
        if within.customer and lookup.customer in ("", within.customer):
            found.update(_named(index, rest[-1], within))
    return sorted(found)


def _customers_of_contact(index: Index, email: str) -> list[str]:
    contacts = _named(index, email, Lookup(("contact",)))
    return sorted({f"{CUSTOMERS}/{path.split('/')[1]}/profile.md" for path in contacts})


def _close(index: Index, name: str, lookup: Lookup) -> Sequence[str]:
    rows = index.rows("SELECT DISTINCT name, path, kind, customer FROM names")
    refs = {str(row[0]): ref_of(str(row[1])) for row in rows if _fits(row[2], row[3], lookup)}
    last = fold(name.rpartition("/")[2])
    return list(dict.fromkeys(refs[close] for close in close_matches(last, list(refs))))


_BY_SLUG = "what IN ('slug', 'moment')"


def short_ref(index: Index, path: str) -> str:
    """Return the shortest name that currently refers to this record only."""
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
    """Yield pairs of a name to look up and the reference to type, the shortest first."""
    customer, slug = customer_of(path), slug_of(path)
    for name in folded:
        typed = slug if fold(slug) == name else name
        yield name, typed
        if customer:
            yield name, f"{customer}/{typed}"
