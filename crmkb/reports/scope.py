"""Narrowed pages: a report for one owner, one tier, or since a day, on a separate page.

A definition declares which of `PARAMETERS` it takes. `Given` maps the names of the given parameters
to their values. The front matter of the page records them, so that it can be rendered again.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from crmkb.config.settings import Config
from crmkb.errors import BadValue
from crmkb.reports.definition import CUSTOMER, PARAMETERS, BadReport, Definition, find
from crmkb.schema.layout import CUSTOMERS, REPORTING, SUMMARY
from crmkb.store.files import disk
from crmkb.values.dates import parse_iso_day
from crmkb.values.names import slugify

Given = Mapping[str, str]

WHOLE: Given = {}
"""The parameters of a page that is not narrowed."""

_BETWEEN_PAGES = timedelta(days=7)
_DIGEST_LENGTH = 6


class NotTaken(BadValue):
    """A report was given a parameter that it does not declare."""

    def __init__(self, definition: Definition, names: Iterable[str]) -> None:
        self.names = tuple(names)
        taken = ", ".join(f"--{name}" for name in definition.parameters) or "nothing"
        options = ", ".join(f"--{name}" for name in self.names)
        super().__init__(
            f"report {definition.name!r} does not take {options}",
            f"it takes {taken}; a report declares that in its file, under 'parameters'",
        )


class NoCustomerNamed(BadValue):
    """The report of a single customer was requested without a customer."""

    def __init__(self) -> None:
        super().__init__(
            f"report {CUSTOMER!r} is made for one customer",
            f"name it: crm report {CUSTOMER} ACME, or make them all: crm report --all-customers",
        )


def expect(definition: Definition, given: Given) -> None:
    """Raise `NotTaken` for an undeclared parameter, `NoCustomerNamed` for a missing customer."""
    undeclared = [name for name in given if name not in definition.parameters]
    if undeclared:
        raise NotTaken(definition, undeclared)
    if CUSTOMER in definition.parameters and CUSTOMER not in given:
        raise NoCustomerNamed


def takes(root: Path, name: str, given: Given) -> bool:
    """Return whether a report takes the given parameters.

    An invalid report counts as taking them; its error is reported when it is rendered.
    """
    try:
        declared = find(root, name).parameters
    except BadReport:
        return True
    return all(parameter in declared for parameter in given)


def page_path(definition: Definition, given: Given) -> str:
    """Return the path of a page: `reporting/forecast-owner-ana.md`."""
    if CUSTOMER in given:
        return f"{CUSTOMERS}/{given[CUSTOMER]}/{SUMMARY}"
    parts = [f"-{name}-{_file_name(given[name])}" for name in PARAMETERS if name in given]
    return f"{REPORTING}/{definition.name}{''.join(parts)}.md"


def words(given: Given, config: Config) -> str:
    """Return the parameters of a page for its title: `owner Ana Ruiz, tier growth`."""
    named = dict(given)
    if (member := config.team.get(given.get("owner", ""))) and member.name:
        named["owner"] = member.name
    return ", ".join(f"{name} {named[name]}" for name in PARAMETERS if name in named)


def command(definition: Definition, given: Given) -> str:
    """Return the command that writes a page."""
    options = [word for name, value in given.items() for word in (f"--{name}", value)]
    words = [given[CUSTOMER]] if CUSTOMER in given else options
    return shlex.join(["crm", "report", definition.name, *words])


def given_of(fields: Mapping[str, Any]) -> Given:
    """Return the parameters of a page, from its front matter."""
    return {name: str(fields[name]) for name in PARAMETERS if name in fields}


def previous_day(fields: Mapping[str, Any], as_of: date) -> date:
    """Return the day to compare with, given the front matter of the page that is replaced.

    This is the day of that page if it is earlier than `as_of`. If it is the same day, it is the
    `previous` day of that page, so that the page can be rendered again. Otherwise, it is a week
    before `as_of`.
    """
    before = parse_iso_day(str(fields.get("as_of", "")))
    if before == as_of:
        before = parse_iso_day(str(fields.get("previous", "")))
    return before if before is not None and before < as_of else as_of - _BETWEEN_PAGES


def _file_name(value: str) -> str:
    """Return a value as part of a file name; different values have different names."""
    if re.fullmatch(r"[a-z0-9-]+", value) and slugify(value) == value:
        return value
    return f"{slugify(value)}-{disk.digest(value.encode())[:_DIGEST_LENGTH]}"
