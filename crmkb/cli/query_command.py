"""Turn queries into commands that print the answer in the requested format.

The class of the answer determines which options a command has besides the query's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from crmkb.cli.answers import Format, print_blocks, print_json, print_rows
from crmkb.cli.session import Session
from crmkb.cli.signature import command_of
from crmkb.errors import Exit
from crmkb.interface.answer import Answer, Findings, Listing, Pages
from crmkb.interface.parameters import options_of
from crmkb.interface.params import Param

if TYPE_CHECKING:
    from crmkb.interface.registry import Entry

AsJson = Annotated[bool, Param("Print the result as JSON.")]
Ask = Callable[[], Any]


def build(entry: Entry) -> Callable[..., Any]:
    """Return the command for a query."""
    run = _runner(entry)

    def command(session: Session, values: dict[str, Any], options: dict[str, Any]) -> Exit:
        return run(session, lambda: entry.function(session.workspace, **values), **options)

    return command_of(entry.name, entry.function, command, options_of(run))


def _runner(entry: Entry) -> Callable[..., Exit]:
    """Return the function that prints the answers of a query; it defines the command's options."""
    answers = entry.answers
    if Findings in answers:
        from crmkb.cli.findings import run_findings

        return run_findings
    if Pages in answers:
        from crmkb.cli.pages import run_pages

        return run_pages
    return run_listing if Listing in answers else run_answer


def run_answer(session: Session, ask: Ask, *, json: AsJson = False) -> Exit:
    """Print an answer."""
    answer: Answer = ask()
    (print_json if json else print_blocks)(session.out, answer)
    return answer.exit_code


def run_listing(
    session: Session,
    ask: Ask,
    *,
    format: Annotated[Format, Param("The output format.")] = "table",
    json: AsJson = False,
) -> Exit:
    """Print an answer that may be a listing of plain rows."""
    answer: Answer = ask()
    if json:
        print_json(session.out, answer)
    elif isinstance(answer, Listing) and format != "table":
        print_rows(session.out, answer, format)
    else:
        print_blocks(session.out, answer)
    return answer.exit_code
