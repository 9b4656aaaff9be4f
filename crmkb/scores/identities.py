"""The table `identities`: customers' names, contacts' addresses and numbers, normalised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from crmkb.metrics.duplicate_keys import customer_key, is_phone, phone_key
from crmkb.store.index.index import Index
from crmkb.values.addresses import is_email
from crmkb.values.names import fold

_CUSTOMERS = """
SELECT path, customer, 'name', 0, name FROM customers WHERE name IS NOT NULL
UNION ALL
SELECT customers.path, customers.customer, 'alias', fields.position, fields.value
FROM customers JOIN fields ON fields.path = customers.path AND fields.key = 'aliases'
"""
_CONTACTS = """
SELECT contacts.path, contacts.customer,
    CASE fields.key WHEN 'emails' THEN 'e-mail' ELSE 'phone' END, fields.position, fields.value
FROM contacts JOIN fields ON fields.path = contacts.path AND fields.key IN ('emails', 'phones')
"""
_KEYS: dict[tuple[str, str], Callable[[str], str]] = {
    ("customer", "name"): customer_key,
    ("customer", "alias"): customer_key,
    ("contact", "phone"): phone_key,
    ("contact", "e-mail"): fold,
}
_TESTS: dict[str, Callable[[str], bool]] = {"e-mail": is_email, "phone": is_phone}


def fill(index: Index) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield a row for each name, address and number."""
    for kind, sql in (("customer", _CUSTOMERS), ("contact", _CONTACTS)):
        for path, customer, what, position, value in index.rows(sql):
            key = _KEYS[kind, what](value)
            is_valid = what not in _TESTS or _TESTS[what](value)
            row = (path, customer, kind, what, position, value, key, int(is_valid))
            yield "identities", row
