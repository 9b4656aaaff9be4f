"""The pages of single customers, `context/summary.md`: one of them, or all at once.

When `:customer` is NULL, the queries return the rows of all customers, and the column `customer`
names the customer of each row. So the pages of a thousand customers take one run of each query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from crmkb.errors import Problem
from crmkb.reports.definition import CUSTOMER, BadReport, Definition, find
from crmkb.reports.render import Answers, Page, PageRequest, run, write
from crmkb.schema.layout import customer_of
from crmkb.workspace import Workspace


class NotStated(BadReport):
    """A query lacks the column that names the customer of each row."""

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
    """Yield the page of each of these customers, in the given order."""
    definition = find(workspace.root, CUSTOMER)
    days = {"as_of": workspace.today.isoformat()}
    answers = _by_customer(definition, _answers(workspace, definition, folders, days))
    problems = _problems(workspace.index.problems())
    names = dict(workspace.index.rows("SELECT customer, name FROM customers"))
    nothing: Answers = {query.name: [] for query in definition.queries}
    for folder in folders:
        request = PageRequest(definition, {CUSTOMER: folder}, names.get(folder) or folder, days)
        own = {**nothing, **answers.get(folder, {})}
        yield write(workspace.config, request, own, problems.get(folder, []))


def _answers(
    workspace: Workspace, definition: Definition, folders: Collection[str], days: Mapping[str, str]
) -> Answers:
    """Return the rows of all customers, or only of the requested one if there is just one."""
    if len(folders) != 1:
        return run(definition, workspace.index, {CUSTOMER: None, **days})
    [customer] = folders
    with workspace.index.computed.only(customer):
        return run(definition, workspace.index, {CUSTOMER: customer, **days})


def _by_customer(definition: Definition, answers: Answers) -> Mapping[str, Answers]:
    found: dict[str, Answers] = {}
    for name, rows in answers.items():
        if rows and CUSTOMER not in rows[0]:
            raise NotStated(definition, name)
        for row in rows:
            own = {column: value for column, value in row.items() if column != CUSTOMER}
            found.setdefault(row[CUSTOMER], {}).setdefault(name, []).append(own)
    return found


def _problems(problems: Iterable[Problem]) -> Mapping[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(customer_of(problem.path), []).append(problem)
    return found
