"""Write or print pages, print the rows behind them, or list the stale ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

from crmkb.cli.action_command import carry_out
from crmkb.cli.answers import print_blocks, print_json
from crmkb.cli.session import Session
from crmkb.errors import CrmError, Exit, OneWayOnly
from crmkb.interface.answer import Findings, Pages
from crmkb.interface.params import Param


def run_pages(
    session: Session,
    ask: Callable[[], Pages],
    *,
    stdout: Annotated[bool, Param("Print the report instead of writing it.")] = False,
    json: Annotated[bool, Param("Print its rows as JSON instead of writing it.")] = False,
    check: Annotated[
        bool, Param("List stale or hand-edited pages; NAME may also be the path of a page.")
    ] = False,
    dry_run: Annotated[bool, Param("Print the change as a diff, but write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, but do not commit them.")] = False,
) -> Exit:
    """Write pages, or list, print or check them, as requested."""
    if stdout and (json or check):
        raise OneWayOnly("--stdout", "--json" if json else "--check")
    pages = ask()
    if check:
        return _print_findings(session, pages.check(), pages.notes(), as_json=json)
    if json:
        print_json(session.out, pages)
    elif stdout or pages.change is None:
        print_blocks(session.out, pages)
    else:
        change = pages.change()
        for note in pages.notes():
            session.out.say(note)
        if change.writes:
            flags = {"dry_run": dry_run, "no_commit": no_commit, "json": False}
            carry_out(session, change, "report", flags)
    return _fail(session, pages.failed)


def _print_findings(
    session: Session, findings: Findings, notes: Iterable[str], *, as_json: bool
) -> Exit:
    for note in notes:
        session.out.say(note)
    if as_json:
        session.out.json(findings.kind, findings.data())
    for problem in () if as_json else findings.problems:
        session.out.line(str(problem))
        session.out.say(f"hint: {problem.hint}")
    if not findings.problems:
        session.out.say("every page is as crm makes it")
    return findings.exit_code


def _fail(session: Session, failed: Sequence[CrmError]) -> Exit:
    """Raise the error of the last page that failed, after printing the errors of the others."""
    if not failed:
        return Exit.DONE
    *others, last = failed
    for error in others:
        session.out.say(f"error: {error.message}")
    raise last
