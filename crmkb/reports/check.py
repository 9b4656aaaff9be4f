"""Tell which generated pages are stale, and which were edited by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from crmkb.dates import parse_iso_day
from crmkb.errors import Problem
from crmkb.reports.definition import BadReport, Definition, find
from crmkb.reports.render import is_edited, render
from crmkb.store import files, markdown
from crmkb.store.paths import inside
from crmkb.workspace import Workspace


def check(workspace: Workspace, names: Iterable[str]) -> Iterator[Problem]:
    """Yield what is wrong with the pages there are, each as of the day it was made for."""
    days: dict[date, Workspace] = {workspace.today: workspace}
    for name in names:
        try:
            definition = find(workspace.root, name)
            data = files.read(inside(workspace.root, definition.output))
            if data is not None:
                yield from _findings(days, workspace, definition, data.replace(b"\r\n", b"\n"))
        except BadReport as error:
            yield error.problem


def _findings(
    days: dict[date, Workspace], workspace: Workspace, definition: Definition, data: bytes
) -> Iterator[Problem]:
    hint = f"make it anew: crm report {definition.name}"
    fields = _fields(data)
    as_of = parse_iso_day(str(fields.get("as_of", "")))
    if as_of is None:
        yield Problem(definition.output, 1, "as_of", "is no day, so nothing can be compared", hint)
        return
    if as_of not in days:
        days[as_of] = Workspace(workspace.root, workspace.config, workspace.now, as_of)
    page = render(days[as_of], definition)
    if page.text.encode() == data:
        return
    if is_edited(data):
        yield Problem(definition.output, 1, "", "was edited by hand", hint)
    if fields.get("inputs") != _fields(page.text.encode())["inputs"]:
        yield Problem(definition.output, 1, "", "is stale: what it is made from has changed", hint)
    elif not is_edited(data):
        yield Problem(definition.output, 1, "", "is stale: crm draws it differently now", hint)


def _fields(data: bytes) -> markdown.Fields:
    try:
        return markdown.parse(data).fields
    except markdown.Unreadable:
        return {}
