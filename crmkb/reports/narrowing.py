"""Narrowed pages: a report of one owner, one tier, or since a day, on a page of its own.

A definition declares which of `PARAMETERS` it takes. What is given is a mapping from their names to
values, without those left out; the front matter of the page tells it, so that it can be made anew.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from crmkb.config import Config
from crmkb.dates import parse_iso_day
from crmkb.errors import BadValue, did_you_mean
from crmkb.reports.definition import CUSTOMER, PARAMETERS, BadReport, Definition, find
from crmkb.store import files
from crmkb.store.index import Index
from crmkb.store.paths import CUSTOMERS, REPORTING, SUMMARY
from crmkb.text import close_matches, fold, slugify

Given = Mapping[str, str]

WHOLE: Given = {}
"""What is given for a page of everything."""

_BETWEEN_PAGES = timedelta(days=7)
_DIGEST_LENGTH = 6
_OWNERS = """
SELECT handle FROM team UNION SELECT owner FROM customers UNION SELECT csm FROM customers
UNION SELECT owner FROM deals
"""


class NotTaken(BadValue):
    """A report is asked for a parameter that it does not declare."""

    def __init__(self, definition: Definition, names: Iterable[str]) -> None:
        self.names = tuple(names)
        taken = ", ".join(f"--{name}" for name in definition.parameters) or "nothing"
        options = ", ".join(f"--{name}" for name in self.names)
        super().__init__(
            f"report {definition.name!r} does not take {options}",
            f"it takes {taken}; a report declares that in its file, under 'parameters'",
        )


class NoCustomerNamed(BadValue):
    """The report of a single customer is asked for without one."""

    def __init__(self) -> None:
        super().__init__(
            f"report {CUSTOMER!r} is made for one customer",
            f"name it: crm report {CUSTOMER} ACME, or make them all: crm report --all-customers",
        )


class NoOwner(BadValue):
    """Nobody of that name is of the team, or owns anything."""

    def __init__(self, name: str, known: list[str]) -> None:
        there = f"there are {', '.join(known[:20])}" if known else "nobody owns anything yet"
        close = did_you_mean(close_matches(name, known))
        super().__init__(f"no owner named {name!r}", close or there)


def expect(definition: Definition, given: Given) -> None:
    """Raise `NotTaken` when a report is given what it does not declare."""
    undeclared = [name for name in given if name not in definition.parameters]
    if undeclared:
        raise NotTaken(definition, undeclared)
    if CUSTOMER in definition.parameters and CUSTOMER not in given:
        raise NoCustomerNamed


def takes(root: Path, name: str, given: Given) -> bool:
    """Return whether a report takes what is given; a wrong one does, to be told when it is made."""
    try:
        declared = find(root, name).parameters
    except BadReport:
        return True
    return all(parameter in declared for parameter in given)


def known_owner(index: Index, word: str) -> str:
    """Return the handle that a word names, whatever its case; raise `NoOwner`."""
    known = sorted(str(row[0]) for row in index.rows(_OWNERS) if row[0])
    if word in known:
        return word
    found = [handle for handle in known if fold(handle) == fold(word)]
    if len(found) != 1:
        raise NoOwner(word, known)
    return found[0]


def page_path(definition: Definition, given: Given) -> str:
    """Return the path of a page: `reporting/forecast-owner-ana.md`."""
    if CUSTOMER in given:
        return f"{CUSTOMERS}/{given[CUSTOMER]}/{SUMMARY}"
    parts = [f"-{name}-{_file_name(given[name])}" for name in PARAMETERS if name in given]
    return f"{REPORTING}/{definition.name}{''.join(parts)}.md"


def words(given: Given, config: Config) -> str:
    """Return what a page is narrowed to, for its title: `owner Ana Ruiz, tier growth`."""
    said = dict(given)
    if (member := config.team.get(given.get("owner", ""))) and member.name:
        said["owner"] = member.name
    return ", ".join(f"{name} {said[name]}" for name in PARAMETERS if name in said)


def command(definition: Definition, given: Given) -> str:
    """Return what to type to make a page."""
    options = [word for name, value in given.items() for word in (f"--{name}", value)]
    words = [given[CUSTOMER]] if CUSTOMER in given else options
    return shlex.join(["crm", "report", definition.name, *words])


def given_of(fields: Mapping[str, Any]) -> Given:
    """Return what a page was narrowed to, from its front matter."""
    return {name: str(fields[name]) for name in PARAMETERS if name in fields}


def previous_day(fields: Mapping[str, Any], as_of: date) -> date:
    """Return the day to compare with, given the front matter of the page that is replaced.

    The day of that page if it is an earlier one; what it was compared with if it is of the same
    day, so that it can be made anew; else a week before.
    """
    before = parse_iso_day(str(fields.get("as_of", "")))
    if before == as_of:
        before = parse_iso_day(str(fields.get("previous", "")))
    return before if before is not None and before < as_of else as_of - _BETWEEN_PAGES


def _file_name(value: str) -> str:
    """Return a value as a part of a file's name; values that differ never share one."""
    if re.fullmatch(r"[a-z0-9-]+", value) and slugify(value) == value:
        return value
    return f"{slugify(value)}-{files.digest(value.encode())[:_DIGEST_LENGTH]}"
