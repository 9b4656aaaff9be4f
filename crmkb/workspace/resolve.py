"""From what people call a record to its path: exactly one, or the candidates.

A name is a slug, name, alias, domain, e-mail address or codename, whatever its case; before it,
divided by `/`, may stand the customer and the folder: `acme/deals/platform`, `acme/platform`.
A customer's slug is its folder, so the common case needs no index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmkb.errors import Ambiguous, NotFound
from crmkb.people import domain_of
from crmkb.store.paths import CUSTOMERS, KNOWLEDGE_BASE, exists, ref_of
from crmkb.text import close_matches, fold

if TYPE_CHECKING:
    from crmkb.store.index import Index


@dataclass(frozen=True, slots=True)
class Sought:
    """What a name stands for: any of `kinds` (all when empty), of one customer if given."""

    kinds: tuple[str, ...] = ()
    customer: str = ""

    @property
    def noun(self) -> str:
        """Return the word for messages."""
        return self.kinds[0] if len(self.kinds) == 1 else "record"


def direct(root: Path, name: str, sought: Sought) -> str | None:
    """Return the path a name spells out, found without the index, or None.

    Also None where it spells several: the index tells them apart.
    """
    name = _tidy(name)
    if not name or name.startswith((".", "/")) or "\\" in name or ".." in name.split("/"):
        return None
    found = [
        path
        for path, kind in _spellings(name, sought)
        if (not sought.kinds or kind in sought.kinds) and _exists_exactly(root, path)
    ]
    return found[0] if len(found) == 1 else None


def _tidy(name: str) -> str:
    """Return a name without what a shell's completion of paths puts around it."""
    return name.strip().removeprefix("./").rstrip("/")


def _spellings(name: str, sought: Sought) -> list[tuple[str, str]]:
    if name.startswith(f"{KNOWLEDGE_BASE}/"):
        return [(f"{name.removesuffix('.md')}.md", "article")]
    parts = name.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").split("/")
    if sought.customer and len(parts) == 1:
        own = f"{CUSTOMERS}/{sought.customer}"
        return [(f"{own}/{folder}/{parts[0]}.md", kind) for folder, kind in _folders().items()]
    if len(parts) == 1 or (len(parts) == 2 and parts[1] == "profile"):
        return [(f"{CUSTOMERS}/{parts[0]}/profile.md", "customer")]
    if len(parts) == 3 and parts[1] in _folders() and sought.customer in ("", parts[0]):
        return [(f"{CUSTOMERS}/{'/'.join(parts)}.md", _folders()[parts[1]])]
    return []


def _folders() -> Mapping[str, str]:
    from crmkb.kinds import folders  # spared where a customer's slug is all that is named

    return folders()


def _exists_exactly(root: Path, path: str) -> bool:
    """Return whether the file is there under just this name, also on disks that ignore case."""
    if not exists(root / path):
        return False
    folder = root
    for part in path.split("/"):
        if part not in {entry.name for entry in folder.iterdir()}:
            return False
        folder /= part
    return True


def find(index: Index, name: str, sought: Sought) -> str:
    """Return the one path a name stands for; raise `NotFound` or `Ambiguous`."""
    name = _tidy(name)
    paths = _named(index, name, sought)
    if not paths and "/" in name:
        paths = _by_parts(index, name, sought)
    if not paths and sought.kinds == ("customer",):
        paths = _named(index, domain_of(name), sought) or _customers_of_contact(index, name)
    if not paths:
        raise NotFound(sought.noun, name, _close(index, name, sought))
    if len(paths) > 1:
        raise Ambiguous(sought.noun, name, sorted(map(ref_of, paths)))
    return paths[0]


def _named(index: Index, name: str, sought: Sought) -> list[str]:
    """Return the paths of that name: those whose slug it is, else those it names otherwise."""
    rows = index.rows(
        "SELECT DISTINCT path, kind, customer, what FROM names WHERE name = ?", fold(name)
    )
    fitting = [(str(row[0]), row[3] == "slug") for row in rows if _fits(row[1], row[2], sought)]
    by_slug = {path for path, is_slug in fitting if is_slug}
    return sorted(by_slug or {path for path, _ in fitting})


def _fits(kind: object, customer: object, sought: Sought) -> bool:
    return (not sought.kinds or kind in sought.kinds) and sought.customer in ("", customer)


def _by_parts(index: Index, name: str, sought: Sought) -> list[str]:
    first, *rest = name.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").split("/")
    kinds: Collection[str] = sought.kinds
    if len(rest) == 2:
        kind = _folders().get(rest[0])
        if kind is None:
            return []
        kinds = [kind] if not kinds or kind in kinds else ["none"]
    elif len(rest) != 1:
        return []
    customers = _named(index, first, Sought(("customer",)))
    found = set()
    for path in customers:
        within = Sought(tuple(kinds), path.split("/")[1])
        if within.customer and sought.customer in ("", within.customer):
            found.update(_named(index, rest[-1], within))
    return sorted(found)


def _customers_of_contact(index: Index, email: str) -> list[str]:
    contacts = _named(index, email, Sought(("contact",)))
    return sorted({f"{CUSTOMERS}/{path.split('/')[1]}/profile.md" for path in contacts})


def _close(index: Index, name: str, sought: Sought) -> Sequence[str]:
    rows = index.rows("SELECT DISTINCT name, path, kind, customer FROM names")
    refs = {str(row[0]): ref_of(str(row[1])) for row in rows if _fits(row[2], row[3], sought)}
    last = fold(name.rpartition("/")[2])
    return list(dict.fromkeys(refs[close] for close in close_matches(last, list(refs))))
