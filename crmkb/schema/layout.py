"""The layout of a workspace: its folders, and the names that follow from paths."""

from __future__ import annotations

import re
from functools import cache

from crmkb.values.names import slugify

CUSTOMERS = "customers"


KNOWLEDGE_BASE = "knowledge_base"


TEMPLATES = "templates"


REPORTING = "reporting"


CUSTOMER_FOLDERS = ("interactions", "deals", "relationships", "context")


KEEPER = ".gitkeep"
"""Git does not store empty folders; this file keeps a new one."""


SUMMARY = "context/summary.md"


OUTCOMES = "context/outcomes.md"


def ref_of(path: str) -> str:
    """Return the name that commands accept for the record at a path."""
    short = path.removeprefix(f"{CUSTOMERS}/").removesuffix(".md").removesuffix("/profile")
    return short or path


def customer_of(path: str) -> str:
    """Return the slug of the customer in a path, or an empty text."""
    parts = path.split("/", 2)
    return parts[1] if len(parts) == 3 and parts[0] == CUSTOMERS else ""


def slug_of(path: str) -> str:
    """Return the slug of a path: the file name without suffix, or the customer's for a profile."""
    if path.endswith("/profile.md"):
        return customer_of(path)
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def interaction_name(moment: str, type_: str, subject: str) -> str:
    """Return the name of an interaction's file, such as `2026-11-20-1430-call-pricing-review`.

    `moment` is the ISO text in its front matter: a day, or a day and a time.
    """
    day, _, clock = moment.partition("T")
    stamp = f"{day}-{clock[:5].replace(':', '')}" if clock else day
    return f"{stamp}-{type_}-{slugify(subject)}"


def matches(path: str, pattern: str) -> bool:
    """Return whether a path matches a pattern: `*` is one name, a last `**.md` is any depth."""
    return _expression(pattern).fullmatch(path) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    words = {"**": ".+", "*": "[^/]+"}
    parts = re.split(r"(\*+)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts), re.DOTALL)
