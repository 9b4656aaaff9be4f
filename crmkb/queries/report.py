"""Write reports as Markdown pages, or list, print and check them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from crmkb.errors import CrmError, Exit, OneWayOnly, Problem
from crmkb.interface.answer import Block, Findings, Markdown, Pages, Remark, Table
from crmkb.interface.params import Param
from crmkb.schema.choices import Tier
from crmkb.schema.layout import customer_of
from crmkb.workspace import Workspace
from crmkb.workspace.team import known_owner

if TYPE_CHECKING:
    from crmkb.reports import Given, Page
    from crmkb.workspace import Change

PANEL = "Report and check"

FIELDS = {
    "name": "the name of a report",
    "title": "its title",
    "description": "what it is about",
    "as_of": "the day of the figures",
    "queries": "the rows behind the page, by the name of each query",
}
_COLUMNS = ("name", "title", "description")
_CUSTOMER = "customer"
"""The value of `reports.CUSTOMER`, so that help is printed without importing `reports`."""


def answer(
    workspace: Workspace,
    reports: Annotated[
        list[str] | None, Param("The reports to write.", choices="reports", metavar="NAME...")
    ] = None,
    *,
    all_: Annotated[bool, Param("Write all reports.")] = False,
    all_customers: Annotated[bool, Param("Write the page of every customer.")] = False,
    owner: Annotated[
        str | None, Param("Limit the report to this owner.", choices="team", metavar="MEMBER")
    ] = None,
    tier: Annotated[Tier | None, Param("Limit the report to customers of this tier.")] = None,
    since: Annotated[
        date | None,
        Param("Limit the report to the time since this day.", choices="days", metavar="DAY"),
    ] = None,
) -> Pages:
    """Write reports to reporting/NAME.md, in one commit. Without a name, list them.

    crm report pipeline_dashboard
    crm report --all
    crm report pipeline_status --stdout --as-of "last fri"
    crm report customer acme
    crm report --check

    'crm report customer CUSTOMER…' writes the page of each customer to its context/summary.md.
    A report is a Markdown file in templates/reports with SQL in its front matter; add your own.
    """
    names = reports or []
    _refuse_both(["NAME"] * bool(names) + ["--all"] * all_ + ["--all-customers"] * all_customers)
    given = _given(workspace, owner, tier, since)
    pages = _Pages(workspace, names, given, all_customers or names[:1] == [_CUSTOMER])
    is_list = not (names or all_ or all_customers)
    return Pages(
        "reports" if is_list else "report",
        pages.listed if is_list else pages.rows,
        pages.list_blocks if is_list else pages.blocks,
        FIELDS,
        lambda: pages.notes,
        change=None if is_list else pages.change,
        check=pages.check,
        failed=pages.failed,
    )


def _refuse_both(given: Sequence[str]) -> None:
    if len(given) > 1:
        raise OneWayOnly(given[0], given[1])


def _given(workspace: Workspace, owner: str | None, tier: str | None, since: date | None) -> Given:
    """Return the requested parameters of reports; raise `UnknownOwner`."""
    values = {
        "owner": known_owner(workspace, owner) if owner else None,
        "tier": tier,
        "since": since.isoformat() if since else None,
    }
    return {name: value for name, value in values.items() if value}


@dataclass(slots=True)
class _Pages:
    """The requested pages, rendered when one of their forms is requested."""

    workspace: Workspace
    names: Sequence[str]
    given: Given
    of_customers: bool
    notes: list[str] = field(default_factory=list)
    failed: list[CrmError] = field(default_factory=list)

    def listed(self) -> list[dict[str, str]]:
        """Return the name, title and description of every report that can be read."""
        from crmkb import reports

        root, found = self.workspace.root, []
        for name in reports.names(root):
            try:
                definition = reports.find(root, name)
            except reports.BadReport as error:
                self.failed.append(error)
                continue
            row = (name, definition.title, definition.description)
            found.append(dict(zip(_COLUMNS, row, strict=True)))
        return found

    def list_blocks(self) -> Iterator[Block]:
        """Yield the list of reports, and a hint on how to write one."""
        yield Table(_COLUMNS, [tuple(row.values()) for row in self.listed()])
        yield Remark("make one with: crm report NAME, or all of them with: crm report --all")

    def rows(self) -> dict[str, Any]:
        """Return the rows behind each page."""
        return {
            page.name: {"title": page.title, "as_of": page.as_of, "queries": page.answers}
            for page in self._made(with_rows=True)
        }

    def blocks(self) -> Iterator[Block]:
        """Yield each page."""
        yield from (Markdown(page.text, is_page=True) for page in self._made(with_rows=False))

    def change(self) -> Change:
        """Return the change that writes the pages that can be rendered."""
        from crmkb import reports

        return reports.change_of(self.workspace, self._made(with_rows=False))

    def check(self) -> Findings:
        """Return the pages on disk that are stale or edited by hand, as findings."""
        _ = self.workspace.index  # opening it shows its own progress bar
        with self.workspace.feedback.under_way("making pages to compare with"):
            found = list(self._problems())
        return Findings(
            "problems",
            lambda: [asdict(each) for each in found],
            tuple,
            exit_code=Exit.FINDINGS if found else Exit.DONE,
            problems=found,
        )

    def _made(self, *, with_rows: bool) -> list[Page]:
        """Render the pages, and add the errors of those that fail to `failed`."""
        from crmkb import reports

        workspace = self.workspace
        if not self.of_customers:
            names = self.names or self._all_that_take()
            shown = workspace.feedback.each(names, "making reports")
            made, failed = reports.pages(workspace, shown, self.given, with_rows=with_rows)
            self.failed += failed
            return made
        folders = self._customers()
        if self.given or self.names == [_CUSTOMER]:
            reports.expect(reports.find(workspace.root, _CUSTOMER), self.given)
        folders = folders or reports.customers(workspace)
        with workspace.feedback.under_way("making pages of customers"):
            return list(reports.pages_of(workspace, folders))

    def _customers(self) -> list[str]:
        """Return the folders of the customers that were given after the report name `customer`."""
        found = [self.workspace.customer(name).path for name in self.names[1:]]
        return list(dict.fromkeys(map(customer_of, found)))

    def _all_that_take(self) -> list[str]:
        """Return the names of all reports that take the given parameters, and note the others."""
        from crmkb import reports

        root, given = self.workspace.root, self.given
        names = reports.wholes(root)
        taking = [name for name in names if reports.takes(root, name, given)]
        if len(taking) < len(names):
            options = ", ".join(f"--{name}" for name in given)
            left_out = ", ".join(name for name in names if name not in taking)
            self.notes.append(f"note: left out, as they do not take {options}: {left_out}")
        return taking

    def _problems(self) -> Iterator[Problem]:
        """Yield the problems of pages of reports, of customers, and of pages given by path."""
        from crmkb import reports

        workspace, given = self.workspace, self.given
        if self.of_customers:
            yield from reports.check_customers(workspace, self._customers())
        elif self.names:
            yield from reports.check_pages(workspace, [name for name in self.names if "/" in name])
            names = [name for name in self.names if "/" not in name]
            yield from reports.check(workspace, names, given)
        else:
            yield from reports.check(workspace, self._all_that_take(), given)
            if not given:
                yield from reports.check_customers(workspace)
