"""Find and read report definitions: Markdown templates with SQL in their front matter.

The files are `templates/reports/<name>.md`; a workspace's own precede the shipped ones. `render`
runs the queries and renders the pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkb.bundled import shipped
from crmkb.errors import CrmError, Exit, Problem, did_you_mean
from crmkb.schema.layout import TEMPLATES
from crmkb.store import markdown
from crmkb.store.templating import templates
from crmkb.values.names import close_matches

FOLDER = "reports"
KEYS = ("title", "description", "parameters", "queries")
CUSTOMER = "customer"
"""The report of a single customer, and the parameter that only it has; see `customer_pages`."""
PARAMETERS = ("owner", "tier", "since")
"""The parameters by which other reports may be narrowed; see `scope`."""
BOUND = ("as_of", "previous", "today")
"""The values that queries may use besides the parameters that the report declares."""
GIVEN = ("title", "description", "as_of", "previous", "workspace", "currency", "parameters")
"""The variables of a template besides the rows of its queries."""

_VALUE_OR_SKIPPED = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[:@$](\w+)""", re.DOTALL
)
_QUERIES = re.compile(r"['\"]?queries['\"]?\s*:")
_NAME = re.compile(r"\s+['\"]?([^\s'\":]+)['\"]?\s*:")


class BadReport(CrmError):
    """A definition, its template or one of its queries is invalid; `problem` has the place."""

    def __init__(self, path: str, line: int, message: str, hint: str | None = None) -> None:
        self.problem = Problem(path, line, "", message, hint or "mend it and try again")
        super().__init__(str(self.problem), self.problem.hint)


class NoReport(CrmError):
    """No report has that name."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"no report named {name!r}",
            did_you_mean(close_matches(name, known)) or "'crm report' lists them",
        )


@dataclass(frozen=True, slots=True)
class Query:
    """One query, and its line in the file."""

    name: str
    sql: str
    line: int

    @property
    def values(self) -> set[str]:
        """Return the names of the values that it uses, such as `as_of` for `:as_of`."""
        return {match[1] for match in _VALUE_OR_SKIPPED.finditer(self.sql) if match[1]}


@dataclass(frozen=True, slots=True)
class Definition:
    """A report definition as read from its file; `source` is the whole file."""

    name: str
    path: str
    title: str
    description: str
    parameters: tuple[str, ...]
    queries: tuple[Query, ...]
    body: str
    body_line: int
    source: str

    @property
    def compares(self) -> bool:
        """Return whether a query uses the day of the previous page."""
        return any("previous" in query.values for query in self.queries)


def names(root: Path) -> list[str]:
    """Return the names of all reports, a workspace's own and the shipped ones."""
    folders = (root / TEMPLATES / FOLDER, shipped(TEMPLATES) / FOLDER)
    return sorted({file.stem for folder in folders for file in folder.glob("[!._]*.md")})


def wholes(root: Path) -> list[str]:
    """Return the names of all reports except that of a single customer."""
    return [name for name in names(root) if name != CUSTOMER]


def find(root: Path, name: str) -> Definition:
    """Return the report with that name; raise `NoReport`, or `BadReport` if it is invalid."""
    known = names(root)
    wanted = name if name in known else name.replace("-", "_")
    if wanted not in known:
        raise NoReport(name, known)
    path, text = templates.source(root, f"{FOLDER}/{wanted}.md")
    return read(wanted, path, text)


def read(name: str, path: str, text: str) -> Definition:
    """Return the definition in the text of a file; raise `BadReport` if it is invalid."""
    try:
        document = markdown.parse(text.encode())
    except markdown.Unreadable as error:
        raise BadReport(path, error.line, error.reason, error.hint) from error
    _refuse_unknown(path, document)
    parameters = (CUSTOMER,) if name == CUSTOMER else _parameters(path, document)
    return Definition(
        name=name,
        path=path,
        title=_text(path, document, "title") or name.replace("_", " ").capitalize(),
        description=_text(path, document, "description"),
        parameters=parameters,
        queries=tuple(_queries(path, document, parameters)),
        body=document.body,
        body_line=document.body_line,
        source=text,
    )


def _refuse_unknown(path: str, document: markdown.Document) -> None:
    for key in document.fields:
        if key not in KEYS:
            hint = did_you_mean(close_matches(key, KEYS))
            message = f"{key!r} is not a key of reports: {', '.join(KEYS)}"
            raise BadReport(path, document.line_of(key), message, hint)


def _text(path: str, document: markdown.Document, key: str) -> str:
    value = document.fields.get(key, "")
    if not isinstance(value, str):
        raise BadReport(path, document.line_of(key), f"{key}: must be a single text")
    return " ".join(value.split())


def _parameters(path: str, document: markdown.Document) -> tuple[str, ...]:
    given = document.fields.get("parameters") or ()
    names = given.replace(",", " ").split() if isinstance(given, str) else list(given)
    for name in names:
        if name not in PARAMETERS:
            message = f"parameters: {name!r} is not one of {', '.join(PARAMETERS)}"
            raise BadReport(path, document.line_of("parameters"), message)
    return tuple(name for name in PARAMETERS if name in names)


def _queries(
    path: str, document: markdown.Document, parameters: tuple[str, ...]
) -> Iterator[Query]:
    queries: Any = document.fields.get("queries") or {}
    if not isinstance(queries, Mapping):
        hint = "write 'name: |' below, and the SQL indented below that"
        line = document.line_of("queries")
        raise BadReport(path, line, "queries: must be names with their SQL", hint)
    lines = _lines_of_queries(document)
    for name, sql in queries.items():
        own_line = lines.get(name) or document.line_of("queries")
        _refuse_name(path, own_line, name)
        if not isinstance(sql, str) or not sql.strip():
            raise BadReport(path, own_line, f"{name}: must be a query, such as SELECT …")
        query = Query(name, sql.strip(), own_line)
        _refuse_undeclared(path, query, parameters)
        yield query


def _refuse_name(path: str, line: int, name: str) -> None:
    if not name.isidentifier():
        hint = "use letters, digits and _"
        raise BadReport(path, line, f"{name!r} cannot name a query", hint)
    if name in GIVEN:
        raise BadReport(path, line, f"{name!r} is taken: {', '.join(GIVEN)} are given")


def _refuse_undeclared(path: str, query: Query, parameters: tuple[str, ...]) -> None:
    bound = (name for name in BOUND if name != "previous" or CUSTOMER not in parameters)
    known = (*bound, *parameters)
    for value in sorted(query.values.difference(known)):
        hint = f"there are {', '.join(f':{name}' for name in known)}"
        if value in PARAMETERS:
            hint = f"declare it in the front matter: 'parameters: {value}'"
        raise BadReport(path, query.line, f"{query.name}: ':{value}' is not declared", hint)


def _lines_of_queries(document: markdown.Document) -> Mapping[str, int]:
    found: dict[str, int] = {}
    is_below = False
    for number, line in enumerate(document.header.split("\n"), start=2):
        if is_below and (key := _NAME.match(line)):
            found.setdefault(key[1], number)
        is_below = is_below or bool(_QUERIES.match(line))
    return found
