"""Make the reports that the business reads, or list and check them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.progress import each, under_way
from crmkb.cli.session import Session
from crmkb.errors import BadValue, CrmError, Exit, Problem
from crmkb.params import Param
from crmkb.store.paths import customer_of
from crmkb.words import Tier

if TYPE_CHECKING:
    from crmkb.reports import BadReport, Given, Page

PANEL = "Report and check"
HEADINGS = ("name", "title", "description")
CUSTOMER = "customer"
"""As `reports.CUSTOMER`, without loading them to start."""
_EVERY = ("all_", "all_customers")

_Flags = tuple[bool, bool]
"""Whether to show only, and to leave the commit to the person."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which pages are asked for: of reports, all if none are named, or of customers."""

    names: Sequence[str]
    given: Given
    of_customers: bool


class OneWayOnly(BadValue):
    """Names are given and all are asked for, or two ways to show a report."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second} do not go together", "leave one of them out")


def run(
    session: Session,
    reports: Annotated[
        list[str] | None, Param("The reports to make.", offers="reports", metavar="NAME...")
    ] = None,
    *,
    all_: Annotated[bool, Param("Every report there is.")] = False,
    all_customers: Annotated[bool, Param("The page of every customer.")] = False,
    owner: Annotated[
        str | None, Param("Narrow it to what this rep owns.", offers="team", metavar="MEMBER")
    ] = None,
    tier: Annotated[Tier | None, Param("Narrow it to customers of this tier.")] = None,
    since: Annotated[
        date | None, Param("Narrow it to what was since this day.", offers="days", metavar="DAY")
    ] = None,
    stdout: Annotated[bool, Param("Print the report, write nothing.")] = False,
    json: Annotated[bool, Param("Print the rows behind it, write nothing.")] = False,
    check: Annotated[
        bool, Param("Name the pages that are stale or edited by hand, of reports or by path.")
    ] = False,
    dry_run: Annotated[bool, Param("Show what would be written, as a diff.")] = False,
    no_commit: Annotated[bool, Param("Write the files, leave the commit to you.")] = False,
) -> Exit | None:
    """Make reports: each is written to reporting/NAME.md, in one commit. No name lists them.

    crm report pipeline_dashboard
    crm report --all
    crm report pipeline_status --stdout --as-of "last fri"
    crm report customer acme
    crm report --check

    'crm report customer' takes customers, whose pages are written to their context/summary.md.
    A report is a Markdown file in templates/reports with SQL in its front matter; add your own.
    """
    names = reports or []
    _refuse_both(
        names, all_=all_, all_customers=all_customers, stdout=stdout, json=json, check=check
    )
    given = _given(session, owner, tier, since)
    wanted = _Wanted(names, given, all_customers or names[:1] == [CUSTOMER])
    if check:
        return _check(session, wanted, as_json=json)
    if not names and not all_ and not all_customers:
        return _list(session, as_json=json)
    return _make(session, wanted, stdout=stdout, json=json, flags=(dry_run, no_commit))


def _refuse_both(names: Sequence[str], **ways: bool) -> None:
    every = [f"--{way.strip('_').replace('_', '-')}" for way in _EVERY if ways[way]]
    given = [*(["NAME"] if names else []), *every]
    if len(given) > 1:
        raise OneWayOnly(given[0], given[1])
    if ways["stdout"] and (ways["json"] or ways["check"]):
        raise OneWayOnly("--stdout", "--json" if ways["json"] else "--check")


def _given(session: Session, owner: str | None, tier: str | None, since: date | None) -> Given:
    """Return what to narrow reports to."""
    from crmkb.reports import known_owner

    values = {
        "owner": known_owner(session.workspace.index, owner) if owner else None,
        "tier": tier,
        "since": since.isoformat() if since else None,
    }
    return {name: value for name, value in values.items() if value}


def _all_that_take(session: Session, given: Given) -> list[str]:
    """Return the names of all reports that take what is given, and tell which do not."""
    from crmkb import reports

    workspace = session.workspace
    names = reports.wholes(workspace.root)
    taking = [name for name in names if reports.takes(workspace.root, name, given)]
    if len(taking) < len(names):
        options = ", ".join(f"--{name}" for name in given)
        left_out = ", ".join(name for name in names if name not in taking)
        session.out.say(f"note: left out, as they do not take {options}: {left_out}")
    return taking


def _make(session: Session, wanted: _Wanted, *, stdout: bool, json: bool, flags: _Flags) -> Exit:
    """Make what can be made; then fail for the first report that could not."""
    from crmkb import reports
    from crmkb.cli.actions import carry_out

    workspace = session.workspace
    made, failed = _pages(session, wanted, with_rows=json)
    if json:
        session.out.json("report", {page.name: _data(page) for page in made})
    elif stdout:
        for page in made:
            _print(session, page)
    elif made:
        dry_run, no_commit = flags
        switches = {"dry_run": dry_run, "no_commit": no_commit, "json": False}
        carry_out(session, reports.change_of(workspace, made), "report", switches)
    return _fail(session, failed)


def _pages(
    session: Session, wanted: _Wanted, *, with_rows: bool
) -> tuple[list[Page], list[BadReport]]:
    from crmkb import reports

    if not wanted.of_customers:
        names = wanted.names or _all_that_take(session, wanted.given)
        told = each(names, "making reports")
        return reports.pages(session.workspace, told, wanted.given, with_rows=with_rows)
    workspace, folders = session.workspace, _customers(session, wanted)
    if wanted.given or wanted.names == [CUSTOMER]:
        reports.expect(reports.find(workspace.root, CUSTOMER), wanted.given)
    folders = folders or reports.customers(workspace)
    with under_way("making pages of customers"):
        return list(reports.pages_of(workspace, folders)), []


def _customers(session: Session, wanted: _Wanted) -> list[str]:
    """Return the folders of the customers that are named after `customer`."""
    found = [session.workspace.customer(name).path for name in wanted.names[1:]]
    return list(dict.fromkeys(map(customer_of, found)))


def _fail(session: Session, failed: Sequence[CrmError]) -> Exit:
    if not failed:
        return Exit.DONE
    *others, last = failed
    for error in others:
        session.out.say(f"error: {error.message}")
    raise last


def _data(page: Page) -> dict[str, object]:
    return {"title": page.title, "as_of": page.as_of, "queries": page.answers}


def _print(session: Session, page: Page) -> None:
    """Print a page: as it is into a pipe, drawn on a terminal."""
    if not session.out.is_terminal:
        session.out.text(page.text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    from crmkb.cli.terminal import for_terminal

    Console().print(Markdown(for_terminal(page.text), hyperlinks=False))


def _list(session: Session, *, as_json: bool) -> Exit:
    from crmkb import reports

    workspace = session.workspace
    listed, failed = [], []
    for name in reports.names(workspace.root):
        try:
            found = reports.find(workspace.root, name)
            listed.append((name, found.title, found.description))
        except reports.BadReport as error:
            failed.append(error)
    if as_json:
        session.out.json("reports", [dict(zip(HEADINGS, row, strict=True)) for row in listed])
    else:
        session.out.table(HEADINGS, listed)
        session.out.say("make one with: crm report NAME, or all of them with: crm report --all")
    return _fail(session, failed)


def _check(session: Session, wanted: _Wanted, *, as_json: bool) -> Exit:
    _ = session.workspace.index  # whose own bar comes first
    with under_way("making pages to compare with"):
        found = list(_problems(session, wanted))
    if as_json:
        session.out.json("problems", [asdict(each) for each in found])
    for problem in [] if as_json else found:
        session.out.line(str(problem))
        session.out.say(f"hint: {problem.hint}")
    if not found:
        session.out.say("every page is as crm makes it")
    return Exit.FINDINGS if found else Exit.DONE


def _problems(session: Session, wanted: _Wanted) -> Iterator[Problem]:
    """Yield what is wrong with pages of reports, of customers, and with those named by path."""
    from crmkb import reports

    workspace, given = session.workspace, wanted.given
    if wanted.of_customers:
        yield from reports.check_customers(workspace, _customers(session, wanted))
    elif wanted.names:
        paths = [name for name in wanted.names if "/" in name]
        yield from reports.check_pages(workspace, paths)
        names = [name for name in wanted.names if "/" not in name]
        yield from reports.check(workspace, names, given)
    else:
        yield from reports.check(workspace, _all_that_take(session, given), given)
        if not given:
            yield from reports.check_customers(workspace)
