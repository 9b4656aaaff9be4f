"""Existing records by name and id, read from the index once, plus those that the import adds.

The names are those of `workspace/resolve.py`, but thousands of lookups here need no query each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crmkb.entities import Entity
from crmkb.imports.cells import listed
from crmkb.imports.plan import Rejected
from crmkb.schema.layout import customer_of, slug_of
from crmkb.store.index.index import Index
from crmkb.store.markdown import Value
from crmkb.values.addresses import domain_of
from crmkb.values.names import fold

Place = tuple[str, str]
"""A kind, and the customer that its records belong to ("" for customers themselves)."""


class Names:
    """The slugs of records by their names, and their paths by their id in the source."""

    def __init__(self, index: Index, id_key: str) -> None:
        self._slugs: defaultdict[Place, dict[str, set[str]]] = defaultdict(dict)
        self._names: defaultdict[Place, dict[str, set[str]]] = defaultdict(dict)
        self._customers_of_email: defaultdict[str, set[str]] = defaultdict(set)
        rows = index.rows(
            "SELECT names.name, names.kind, names.customer, files.slug, names.what"
            " FROM names JOIN files USING (path)"
        )
        for name, kind, customer, slug, what in rows:
            place = _place(str(kind), str(customer))
            self._add(place, str(name), str(slug), is_slug=what == "slug")
            if what == "email":
                self._customers_of_email[str(name)].add(str(customer))
        self._paths_by_id: dict[str, dict[str, list[str]]] = defaultdict(dict)
        ids = index.rows(
            "SELECT files.kind, fields.value, path FROM fields JOIN files USING (path)"
            " WHERE fields.key = ?",
            id_key,
        )
        for kind, value, path in ids:
            self._paths_by_id[str(kind)].setdefault(str(value), []).append(str(path))

    def take_external_ids(self, index: Index) -> None:
        """Find interactions by their `external_id` from now on, from whichever system it is."""
        rows = index.rows("SELECT external_id, path FROM interactions WHERE external_id <> ''")
        found = self._paths_by_id["interaction"] = {}
        for value, path in rows:
            found.setdefault(str(value), []).append(str(path))

    def customers(self, text: str) -> list[str]:
        """Return the slugs of the customers a text may refer to: by id, name, e-mail or website."""
        if paths := self.with_id("customer", text):
            return sorted(map(customer_of, paths))
        found = self.slugs("customer", "", text)
        if not found and "@" in text:
            by_domain = self.slugs("customer", "", domain_of(text))
            found = by_domain or sorted(self._customers_of_email.get(fold(text), ()))
        return found or self._by_site(text)

    def customers_of_contact(self, text: str) -> set[str]:
        """Return the slugs of the customers that have a contact with this id or e-mail."""
        if paths := self.with_id("contact", text):
            return set(map(customer_of, paths))
        return self._customers_of_email.get(fold(text), set())

    def slugs(self, kind: str, customer: str, text: str) -> list[str]:
        """Return the slugs of one kind's records that a text may refer to; a slug comes first."""
        place, name = (kind, customer), fold(text)
        return sorted(self._slugs[place].get(name) or self._names[place].get(name) or ())

    def with_id(self, kind: str, id_: str) -> list[str]:
        """Return the paths of the records with this id in the source."""
        return self._paths_by_id[kind].get(id_, []) if id_ else []

    def of_record(self, kind: str, path: str, text: str) -> str | None:
        """Return the slug of the one record that a text refers to, None if it is not exactly one.

        Only records of the customer that owns `path` are searched, except for the kind customer.
        """
        if kind == "customer":
            found = self.customers(text)
        else:
            customer = customer_of(path)
            paths = self.with_id(kind, text)
            found = [slug_of(each) for each in paths if customer_of(each) == customer]
            found = found or self.slugs(kind, customer, text)
        return found[0] if len(found) == 1 else None

    def add(self, kind: str, path: str, names: Iterable[str], id_: str) -> None:
        """Add a new record, to be found by its slug, its names and its id."""
        place, slug = _place(kind, customer_of(path)), slug_of(path)
        self._add(place, fold(slug), slug, is_slug=True)
        for name in names:
            self._add(place, fold(name), slug, is_slug=False)
        if id_:
            self._paths_by_id[kind][id_] = [path]

    def _by_site(self, text: str) -> list[str]:
        site = domain_of(text) if "." in text else ""
        return self.slugs("customer", "", site) if site else []

    def _add(self, place: Place, name: str, slug: str, *, is_slug: bool) -> None:
        table = self._slugs if is_slug else self._names
        table[place].setdefault(name, set()).add(slug)


def names_of(model: type[Entity], fields: Mapping[str, Value]) -> dict[str, str]:
    """Return the names under which a record will be found, each with its type, such as alias."""
    names = dict.fromkeys(_items(fields, "aliases"), "alias")
    if model.noun == "customer":
        sites = [*_items(fields, "domains"), *_items(fields, "website")]
        names |= {domain: "domain" for site in sites if (domain := domain_of(site))}
        names |= dict.fromkeys(_items(fields, "codename"), "codename")
    elif model.noun == "contact":
        names |= dict.fromkeys(_items(fields, "emails"), "e-mail")
    return names | dict.fromkeys(_items(fields, model.heading_key), "name")


def _place(kind: str, customer: str) -> Place:
    return (kind, "" if kind == "customer" else customer)


def _items(fields: Mapping[str, Value], key: str) -> list[str]:
    value = fields.get(key, [])
    return [value] if isinstance(value, str) else value


class Customers:
    """Finds the customer of a row; rows without a known one go to the `fallback`, if given."""

    def __init__(self, names: Names, fallback: str) -> None:
        self.names, self.fallback = names, fallback
        self._unmatched: Counter[str] = Counter()

    def of(self, text: str) -> str:
        """Return the slug of the one customer that a text refers to; raise `Rejected`."""
        found = self.names.customers(text) if text else []
        if len(found) > 1:
            raise Rejected(f"customer: {text!r} fits {len(found)}: {', '.join(found)}")
        if found:
            return found[0]
        if not self.fallback:
            raise Rejected(f"customer: none is named {text!r}" if text else "customer: is missing")
        self._unmatched[text] += 1
        return self.fallback

    def notes(self) -> Iterator[str]:
        """Yield notes on the rows without a known customer."""
        if count := self._unmatched.total():
            named = {text: number for text, number in self._unmatched.items() if text}
            words = f"; unknown are {listed(named)}" if named else ""
            yield f"{count:,} without a known customer, put into {self.fallback}{words}"
