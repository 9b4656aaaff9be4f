"""The page of a single customer, `context/summary.md`: one, or all of them at once.

Its queries give the rows of all customers when `:customer` is NULL, each with a column `customer`
that tells whose it is: so the pages of a thousand customers take one run of each query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from crmkb.errors import Problem
from crmkb.reports.definition import CUSTOMER, BadReport, Definition, find
from crmkb.reports.render import Asked, Page, write
from crmkb.reports.run import Answers, run
from crmkb.store.paths import customer_of
from crmkb.workspace import Workspace


class NotTold(BadReport):
    """A query does not tell whose its rows are."""

    def __init__(self, definition: Definition, name: str) -> None:
        line = next(query.line for query in definition.queries if query.name == name)
        super().__init__(
            definition.path,
            line,
            f"{name}: lacks the column {CUSTOMER!r}",
            "select the folder of the customer, so that each page gets its own rows",
        )


def customers(workspace: Workspace) -> list[str]:
    """Return the folders of all customers that are not archived."""
    rows = workspace.index.rows("SELECT customer FROM customers WHERE archived IS NULL ORDER BY 1")
    return [str(row[0]) for row in rows]


def pages_of(workspace: Workspace, folders: Collection[str]) -> Iterator[Page]:
    """Yield the page of each of these customers, in their order."""
    definition = find(workspace.root, CUSTOMER)
    days = {"as_of": workspace.today.isoformat()}
    answers = _by_customer(definition, _answers(workspace, definition, folders, days))
    problems = _problems(workspace.index.problems())
    names = dict(workspace.index.rows("SELECT customer, name FROM customers"))
    nothing: Answers = {query.name: [] for query in definition.queries}
    for folder in folders:
        asked = Asked(definition, {CUSTOMER: folder}, names.get(folder) or folder, days)
        own = {**nothing, **answers.get(folder, {})}
        yield write(workspace.config, asked, own, problems.get(folder, []))


def _answers(
    workspace: Workspace, definition: Definition, folders: Collection[str], days: Mapping[str, str]
) -> Answers:
    """Return the rows of all customers, or where only one is asked for, of that one."""
    if len(folders) != 1:
        return run(definition, workspace.index, {CUSTOMER: None, **days})
    [customer] = folders
    with workspace.index.only(customer):
        return run(definition, workspace.index, {CUSTOMER: customer, **days})


def _by_customer(definition: Definition, answers: Answers) -> Mapping[str, Answers]:
    found: dict[str, Answers] = {}
    for name, rows in answers.items():
        if rows and CUSTOMER not in rows[0]:
            raise NotTold(definition, name)
        for row in rows:
            own = {column: value for column, value in row.items() if column != CUSTOMER}
            found.setdefault(row[CUSTOMER], {}).setdefault(name, []).append(own)
    return found


def _problems(problems: Iterable[Problem]) -> Mapping[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(customer_of(problem.path), []).append(problem)
    return found
