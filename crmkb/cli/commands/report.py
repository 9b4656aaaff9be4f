"""Make the reports that the business reads, or list and check them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.session import Session
from crmkb.errors import BadValue, CrmError, Exit
from crmkb.params import Param

if TYPE_CHECKING:
    from crmkb.reports import Page

PANEL = "Report and check"
HEADINGS = ("name", "title", "description")


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
    stdout: Annotated[bool, Param("Print the report, write nothing.")] = False,
    json: Annotated[bool, Param("Print the rows behind it, write nothing.")] = False,
    check: Annotated[
        bool, Param("Name the pages that are stale or edited by hand, write nothing.")
    ] = False,
    dry_run: Annotated[bool, Param("Show what would be written, as a diff.")] = False,
    no_commit: Annotated[bool, Param("Write the files, leave the commit to you.")] = False,
) -> Exit | None:
    """Make reports: each is written to reporting/NAME.md, in one commit. No name lists them.

    crm report pipeline_dashboard
    crm report --all
    crm report pipeline_status --stdout --as-of "last fri"
    crm report --check

    A report is a Markdown file in templates/reports with SQL in its front matter; add your own.
    """
    _refuse_both(reports or [], all_=all_, stdout=stdout, json=json, check=check)
    if check:
        return _check(session, reports or [], as_json=json)
    if not reports and not all_:
        return _list(session, as_json=json)
    return _make(session, reports or [], stdout=stdout, json=json, flags=(dry_run, no_commit))


def _refuse_both(names: Sequence[str], *, all_: bool, **ways: bool) -> None:
    if names and all_:
        raise OneWayOnly("NAME", "--all")
    if ways["stdout"] and (ways["json"] or ways["check"]):
        raise OneWayOnly("--stdout", "--json" if ways["json"] else "--check")


def _make(
    session: Session, names: Sequence[str], *, stdout: bool, json: bool, flags: tuple[bool, bool]
) -> Exit:
    """Make what can be made; then fail for the first report that could not."""
    from crmkb import reports
    from crmkb.cli.actions import carry_out

    workspace = session.workspace
    made, failed = reports.pages(workspace, names or reports.names(workspace.root))
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


def _check(session: Session, names: Sequence[str], *, as_json: bool) -> Exit:
    from crmkb import reports

    workspace = session.workspace
    found = list(reports.check(workspace, names or reports.names(workspace.root)))
    if as_json:
        session.out.json("problems", [asdict(each) for each in found])
    for problem in [] if as_json else found:
        session.out.line(str(problem))
        session.out.say(f"hint: {problem.hint}")
    if not found:
        session.out.say("every page is as crm makes it")
    return Exit.FINDINGS if found else Exit.DONE
