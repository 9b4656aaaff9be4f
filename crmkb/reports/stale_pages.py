"""Find generated pages that are stale or were edited by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

from crmkb.errors import Problem
from crmkb.reports.customer_pages import pages_of
from crmkb.reports.definition import CUSTOMER, BadReport, Definition, find, names
from crmkb.reports.render import Page, fields_of, is_edited, render
from crmkb.reports.scope import WHOLE, Given, NotTaken, command, given_of, page_path
from crmkb.schema.layout import CUSTOMERS, REPORTING, SUMMARY, customer_of
from crmkb.store.files import disk
from crmkb.store.files.safe_paths import inside
from crmkb.values.dates import parse_iso_day
from crmkb.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Days:
    """A workspace as of other days, opened once per day."""

    workspace: Workspace
    opened: dict[date, Workspace] = field(default_factory=dict)

    def on(self, day: date) -> Workspace:
        if day == self.workspace.today:
            return self.workspace
        if day not in self.opened:
            self.opened[day] = self.workspace.reopen(day)
        return self.opened[day]


def check(workspace: Workspace, wanted: Iterable[str], given: Given = WHOLE) -> Iterator[Problem]:
    """Yield the problems of the existing pages of these reports, each as of the day of the page.

    If parameters are given, check only the page with exactly these; otherwise check all pages.
    """
    days = _Days(workspace)
    for name in wanted:
        try:
            definition = find(workspace.root, name)
            for path, narrowed in _pages(workspace, definition, given):
                yield from _of_report(days, definition, path, narrowed)
        except BadReport as error:
            yield error.problem


def check_pages(workspace: Workspace, paths: Iterable[str]) -> Iterator[Problem]:
    """Yield the problems of these pages; other files, which a hook may name, are ignored."""
    days, known = _Days(workspace), names(workspace.root)
    folders = set()
    for path in paths:
        fields = fields_of(workspace.read_bytes(path))
        stems = [PurePosixPath(each).stem for each in (path, str(fields.get("generated_from")))]
        found = [name for name in stems if name in known and name != CUSTOMER]
        if path.endswith(f"/{SUMMARY}"):
            folders.add(customer_of(path))
        elif found and path.startswith(f"{REPORTING}/"):
            definition, given = find(workspace.root, found[0]), given_of(fields)
            yield from _of_report(days, definition, path, given)
    if folders:
        yield from check_customers(workspace, folders)


def check_customers(workspace: Workspace, folders: Collection[str] = ()) -> Iterator[Problem]:
    """Yield the problems of the pages of these customers, or of all customers with a page."""
    pattern = f"{CUSTOMERS}/*/{SUMMARY}"
    there = sorted(path.relative_to(workspace.root) for path in workspace.root.glob(pattern))
    paths = [path.as_posix() for path in there]
    days = _Days(workspace)
    by_day: dict[date, dict[str, bytes]] = {}
    for folder, path in ((customer_of(path), path) for path in paths):
        data = _read(workspace, path) if not folders or folder in folders else None
        if data is None:
            continue
        as_of = parse_iso_day(str(fields_of(data).get("as_of", "")))
        if as_of is None:
            yield _no_day(path, f"crm report {CUSTOMER} {folder}")
        else:
            by_day.setdefault(as_of, {})[folder] = data
    try:
        for day, own in sorted(by_day.items()):
            for folder, page in zip(own, pages_of(days.on(day), own), strict=True):
                yield from _differences(own[folder], page, f"crm report {CUSTOMER} {folder}")
    except BadReport as error:
        yield error.problem


def _pages(
    workspace: Workspace, definition: Definition, given: Given
) -> Iterator[tuple[str, Given]]:
    yield page_path(definition, given), given
    if given:
        return
    for file in sorted((workspace.root / REPORTING).glob(f"{definition.name}-*.md")):
        path = f"{REPORTING}/{file.name}"
        narrowed = given_of(fields_of(_read(workspace, path) or b""))
        if narrowed and path == page_path(definition, narrowed):
            yield path, narrowed


def _of_report(days: _Days, definition: Definition, path: str, given: Given) -> Iterator[Problem]:
    data = _read(days.workspace, path)
    if data is None:
        return
    remake = command(definition, given)
    as_of = parse_iso_day(str(fields_of(data).get("as_of", "")))
    if as_of is None:
        yield _no_day(path, remake)
        return
    try:
        page = render(days.on(as_of), definition, given)
    except NotTaken as error:
        yield Problem(path, 1, error.names[0], "is no longer a parameter", "delete the page")
        return
    yield from _differences(data, page, remake)


def _read(workspace: Workspace, path: str) -> bytes | None:
    data = disk.read(inside(workspace.root, path))
    return None if data is None else data.replace(b"\r\n", b"\n")


def _no_day(path: str, remake: str) -> Problem:
    return Problem(path, 1, "as_of", "is no day, so nothing can be compared", _hint(remake))


def _differences(data: bytes, page: Page, remake: str) -> Iterator[Problem]:
    made, hint = page.text.encode(), _hint(remake)
    if made == data:
        return
    if is_edited(data):
        yield Problem(page.path, 1, "", "was edited by hand", hint)
    if fields_of(data).get("inputs") != fields_of(made)["inputs"]:
        yield Problem(page.path, 1, "", "is stale: what it is made from has changed", hint)
    elif not is_edited(data):
        yield Problem(page.path, 1, "", "is stale: crm draws it differently now", hint)


def _hint(remake: str) -> str:
    return f"make it anew: {remake}"
