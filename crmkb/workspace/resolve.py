"""From what people call a record to its path: exactly one, or the candidates.

A name is a slug, name, alias, domain, e-mail address or codename, whatever its case; before it,
divided by `/`, may stand the customer and the folder: `acme/deals/platform`, `acme/platform`.
A customer's slug is its folder, so the common case needs no index.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmkb.errors import Ambiguous, NotFound
from crmkb.people import domain_of
from crmkb.store.index import Index
from crmkb.store.paths import CUSTOMERS
from crmkb.text import close_matches, fold
from crmkb.workspace.change import ref_of

FOLDERS = {"deals": "deal", "relationships": "contact", "interactions": "interaction"}


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
    """Return the path a name spells out, found without the index, or None."""
    if not name or name.startswith((".", "/")) or "\\" in name or ".." in name.split("/"):
        return None
    for path, kind in _spellings(name, sought):
        if (not sought.kinds or kind in sought.kinds) and _exists_exactly(root, path):
            return path
    return None


def _spellings(name: str, sought: Sought) -> list[tuple[str, str]]:
    whole = name if name.endswith(".md") else f"{name}.md"
    parts = name.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").split("/")
    found = []
    if whole.startswith("knowledge_base/"):
        found.append((whole, "article"))
    if len(parts) == 1 and not sought.customer:
        found.append((f"{CUSTOMERS}/{parts[0]}/profile.md", "customer"))
    if len(parts) == 2 and parts[1] == "profile":
        found.append((f"{CUSTOMERS}/{parts[0]}/profile.md", "customer"))
    if len(parts) == 3 and parts[1] in FOLDERS:
        found.append((f"{CUSTOMERS}/{'/'.join(parts)}.md", FOLDERS[parts[1]]))
    if len(parts) == 1 and sought.customer:
        for folder, kind in FOLDERS.items():
            found.append((f"{CUSTOMERS}/{sought.customer}/{folder}/{name}.md", kind))
    return found


def _exists_exactly(root: Path, path: str) -> bool:
    """Return whether the file is there under just this name, also on disks that ignore case."""
    full = root / path
    if not full.is_file():
        return False
    parts = path.split("/")
    folder = root / "/".join(parts[:-1])
    return full.name in {entry.name for entry in folder.iterdir()} and (
        parts[0] != CUSTOMERS or (root / CUSTOMERS / parts[1]).resolve().name == parts[1]
    )


def find(index: Index, name: str, sought: Sought) -> str:
    """Return the one path a name stands for; raise `NotFound` or `Ambiguous`."""
    paths = _named(index, name, sought)
    if not paths and "/" in name:
        paths = _by_parts(index, name, sought)
    if not paths and sought.kinds == ("customer",) and "@" in name:
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
        if rest[0] not in FOLDERS:
            return []
        kinds = [FOLDERS[rest[0]]] if not kinds or FOLDERS[rest[0]] in kinds else ["none"]
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
