"""The sandbox of page templates: their filters, and escaping of everything they print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from jinja2.runtime import Context

from crmkb.reports.presentation import charts, escape, flowcharts, formats, tables
from crmkb.reports.presentation.escape import Ready
from crmkb.reports.presentation.formats import Setting
from crmkb.store.templating import templates
from crmkb.store.templating.budget import text_only
from crmkb.store.templating.sandbox import measured

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SETTING = "_setting"
"""The template variable that holds the `Setting` of its page."""


def change(setting: Setting, value: float | None, format: str = "number", *more: Any) -> Ready:
    """Return an increase or decrease, its size formatted by the filter that `format` names."""
    if value is None:
        return formats.NOTHING
    known: dict[str, Callable[..., Ready]] = {**tables.FORMATS}
    known["money"] = partial(formats.money, setting)
    if format not in known:
        raise tables.UnknownFormat(f"no format {format!r}; there are {', '.join(known)}")
    return formats.change(value, known[format](abs(value), *more))


OF_A_PAGE: Mapping[str, Callable[..., Any]] = {
    "table": tables.table,
    "money": formats.money,
    "link": formats.link,
    "flowchart": flowcharts.flowchart,
    "change": change,
}
"""Filters that take the setting of the page as their first argument."""

EVERYWHERE: Mapping[str, Callable[..., Any]] = {
    "pie": charts.pie,
    "bars": charts.bars,
    "lines": charts.lines,
    "number": formats.number,
    "percent": formats.percent,
    "days": formats.days,
    "ago": formats.ago,
    "day": formats.day,
    "month": formats.month,
    "count": formats.count,
    "light": formats.light,
    "text": formats.cell,
}


@cache
def sandbox() -> SandboxedEnvironment:
    """Return the sandbox of all pages; a template is compiled once for all pages of a report."""
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
    """Return a value as a template prints it: Markdown unchanged, everything else escaped."""
    text_only(value)
    if value is None or hasattr(value, "__html__"):
        return formats.NOTHING if value is None else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return formats.number(value)
    return escape.text(value)
