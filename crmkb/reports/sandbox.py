"""The sandbox of pages: the words templates know, and escaping of all that they print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from jinja2.runtime import Context

from crmkb.reports import escape, filters, flowcharts, pictures, tables
from crmkb.reports.escape import Ready
from crmkb.reports.filters import Setting
from crmkb.store import templates
from crmkb.store.bounds import text_only
from crmkb.store.sandbox import measured

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SETTING = "_setting"
"""The name under which a template is given the `Setting` of its page."""


def change(setting: Setting, value: float | None, said: str = "number", *more: Any) -> Ready:
    """Return by how much something changed, its size as the filter named by `said` has it."""
    if value is None:
        return filters.NOTHING
    formats: dict[str, Callable[..., Ready]] = {**tables.FORMATS}
    formats["money"] = partial(filters.money, setting)
    if said not in formats:
        raise tables.UnknownFormat(f"no format {said!r}; there are {', '.join(formats)}")
    return filters.change(value, formats[said](abs(value), *more))


OF_A_PAGE: Mapping[str, Callable[..., Any]] = {
    "table": tables.table,
    "money": filters.money,
    "link": filters.link,
    "flowchart": flowcharts.flowchart,
    "change": change,
}
"""Filters whose first argument is the setting of the page."""

EVERYWHERE: Mapping[str, Callable[..., Any]] = {
    "pie": pictures.pie,
    "bars": pictures.bars,
    "lines": pictures.lines,
    "number": filters.number,
    "percent": filters.percent,
    "days": filters.days,
    "ago": filters.ago,
    "day": filters.day,
    "month": filters.month,
    "count": filters.count,
    "light": filters.light,
    "text": filters.cell,
}


@cache
def sandbox() -> SandboxedEnvironment:
    """Return the sandbox of all pages: what is compiled in it serves every page of a report."""
    made = templates.environment().overlay(
        autoescape=True, finalize=finalize, trim_blocks=True, lstrip_blocks=True
    )
    own = {name: _on_its_page(function) for name, function in OF_A_PAGE.items()}
    made.filters = {**made.filters, **measured({**EVERYWHERE, **own})}
    return made


def _on_its_page(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    @wraps(function)
    def filtering(context: Context, *args: Any, **kwargs: Any) -> Any:
        return function(context[SETTING], *args, **kwargs)

    return filtering


def finalize(value: object) -> object:
    """Return a value as a template prints it: Markdown as it is, all else escaped."""
    text_only(value)
    if value is None or hasattr(value, "__html__"):
        return filters.NOTHING if value is None else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return filters.number(value)
    return escape.text(value)
