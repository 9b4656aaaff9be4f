"""Report definitions: Markdown templates with SQL in their front matter, found and read.

`templates/reports/<name>.md`, the workspace's own before the shipped ones. Running the queries is
left to `run`, rendering to `render`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkb.errors import CrmError, Exit, Problem, did_you_mean
from crmkb.shipped import shipped
from crmkb.store import markdown, templates
from crmkb.store.paths import REPORTING, TEMPLATES
from crmkb.text import close_matches

FOLDER = "reports"
KEYS = ("title", "description", "queries")
GIVEN = ("title", "description", "as_of", "workspace", "currency")
"""What a template gets besides the rows of its queries."""


class BadReport(CrmError):
    """A definition, its template or one of its queries is wrong; `problem` says where."""

    def __init__(self, path: str, line: int, message: str, hint: str | None = None) -> None:
        self.problem = Problem(path, line, "", message, hint or "mend it and try again")
        super().__init__(str(self.problem), self.problem.hint)


class NoReport(CrmError):
    """There is no report of that name."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"no report named {name!r}",
            did_you_mean(close_matches(name, known)) or "'crm report' lists them",
        )


@dataclass(frozen=True, slots=True)
class Query:
    """One query, and the line of the file on which it stands."""

    name: str
    sql: str
    line: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A report as it is written; `source` is the whole file."""

    name: str
    path: str
    title: str
    description: str
    queries: tuple[Query, ...]
    body: str
    body_line: int
    source: str

    @property
    def output(self) -> str:
        """Return the path of the page made from it."""
        return f"{REPORTING}/{self.name}.md"


def names(root: Path) -> list[str]:
    """Return the names of all reports, a workspace's own and the shipped ones."""
    folders = (root / TEMPLATES / FOLDER, shipped(TEMPLATES) / FOLDER)
    return sorted({file.stem for folder in folders for file in folder.glob("[!._]*.md")})


def find(root: Path, name: str) -> Definition:
    """Return the report of that name; raise `NoReport`, or `BadReport` when it is wrong."""
    known = names(root)
    wanted = name if name in known else name.replace("-", "_")
    if wanted not in known:
        raise NoReport(name, known)
    path, text = templates.source(root, f"{FOLDER}/{wanted}.md")
    return read(wanted, path, text)


def read(name: str, path: str, text: str) -> Definition:
    """Return the definition a file's text holds."""
    try:
        document = markdown.parse(text.encode())
    except markdown.Unreadable as error:
        raise BadReport(path, error.line, error.reason, error.hint) from error
    _refuse_unknown(path, document)
    return Definition(
        name=name,
        path=path,
        title=_text(path, document, "title") or name.replace("_", " ").capitalize(),
        description=_text(path, document, "description"),
        queries=tuple(_queries(path, document)),
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


def _queries(path: str, document: markdown.Document) -> Iterator[Query]:
    line = document.line_of("queries")
    queries: Any = document.fields.get("queries") or {}
    if not isinstance(queries, Mapping):
        hint = "write 'name: |' below, and the SQL indented below that"
        raise BadReport(path, line, "queries: must be names with their SQL", hint)
    for name, sql in queries.items():
        own_line = _line_of_query(document, name, line)
        _refuse_name(path, own_line, name)
        if not isinstance(sql, str) or not sql.strip():
            raise BadReport(path, own_line, f"{name}: must be a query, such as SELECT …")
        yield Query(name, sql.strip(), own_line)


def _refuse_name(path: str, line: int, name: str) -> None:
    if not name.isidentifier():
        hint = "use letters, digits and _"
        raise BadReport(path, line, f"{name!r} cannot name a query", hint)
    if name in GIVEN:
        raise BadReport(path, line, f"{name!r} is taken: {', '.join(GIVEN)} are given")


def _line_of_query(document: markdown.Document, name: str, first: int) -> int:
    key = re.compile(rf"\s+['\"]?{re.escape(name)}['\"]?\s*:")
    for number, line in enumerate(document.header.split("\n"), start=2):
        if number > first and key.match(line):
            return number
    return first
