"""The sandbox of pages: the words templates know, and escaping of all that they print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from crmkb.reports import escape, filters, pictures, tables
from crmkb.reports.filters import Setting
from crmkb.store import templates
from crmkb.store.bounds import text_only

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


def sandbox(setting: Setting) -> SandboxedEnvironment:
    """Return the sandbox for one page."""
    from crmkb.store.sandbox import measured

    made = templates.environment().overlay(
        autoescape=True, finalize=finalize, trim_blocks=True, lstrip_blocks=True
    )
    made.filters = {**made.filters, **measured(words(setting))}
    return made


def words(setting: Setting) -> dict[str, Callable[..., Any]]:
    """Return the filters of one page, by the names templates use."""
    return {
        "table": partial(tables.table, setting),
        "money": partial(filters.money, setting),
        "link": partial(filters.link, setting),
        "pie": pictures.pie,
        "bars": pictures.bars,
        "number": filters.number,
        "percent": filters.percent,
        "days": filters.days,
        "ago": filters.ago,
        "day": filters.day,
        "month": filters.month,
        "count": filters.count,
        "text": filters.cell,
    }


def finalize(value: object) -> object:
    """Return a value as a template prints it: Markdown as it is, all else escaped."""
    text_only(value)
    if value is None or hasattr(value, "__html__"):
        return filters.NOTHING if value is None else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return filters.number(value)
    return escape.text(value)
