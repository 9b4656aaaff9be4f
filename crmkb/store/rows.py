"""A file's bytes into rows of the index: pure, one file at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crmkb.config import Config
from crmkb.entities import Entity, Finding, entities
from crmkb.entities.contact import Contact
from crmkb.entities.customer import Customer
from crmkb.entities.deal import Deal
from crmkb.entities.interaction import Interaction
from crmkb.errors import Problem
from crmkb.people import domain_of
from crmkb.prose import prose_lines, without_code
from crmkb.secrets import find_secrets
from crmkb.store import markdown
from crmkb.store.paths import OUTCOMES, SUMMARY, customer_of, matches, slug_of
from crmkb.store.schema import to_sql
from crmkb.tasks import read_tasks
from crmkb.text import fold

_LINK = re.compile(
    r"\]\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>(?:[^()<>\s]|\([^()\s]*\))+))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_SECOND_BLOCK = re.compile(
    r"(\s*)---[ \t]*\r?\n[\w-]+:[^\n]*\n(?:(?:[\w-]+:|[ \t-])[^\n]*\n)*?---[ \t]*\r?(?:\n|$)"
)
_ELSEWHERE = re.compile(r"[a-zA-Z][\w+.-]*:|[#/]")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:-\d{4})?(?=-)")


@dataclass(slots=True)
class Rows:
    """What one file adds to the index: its kind and title, and rows by table."""

    kind: str
    title: str
    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, table: str, *values: Any) -> None:
        """Add one row to a table."""
        self.tables.setdefault(table, []).append(values)


def kind_of(path: str) -> str:
    """Return the kind of a file: a record's noun, or page, series, generated."""
    if path.endswith(f"/{SUMMARY}"):
        return "generated"
    if path.endswith(".csv"):
        return "series"
    return next((e.noun for e in entities().values() if matches(path, e.pattern)), "page")


def rows_of(path: str, data: bytes, config: Config) -> Rows:
    """Return everything the index holds about one file; what is wrong becomes problem rows."""
    rows = Rows(kind_of(path), slug_of(path))
    for secret in find_secrets(data.decode("utf-8", "replace")):
        rows.add("secrets", path, secret.line, secret.kind, secret.excerpt)
    if rows.kind == "generated":
        return rows
    try:
        document = markdown.parse(data)
    except markdown.Unreadable as error:
        _add_problem(rows, Problem(path, error.line, "", error.reason, error.hint or ""))
        if rows.kind in entities():  # named like the others, it says what is wrong with it
            rows.add("names", fold(slug_of(path)), rows.kind, path, customer_of(path), "slug")
        return rows
    for problem in _problems_of_body(path, document):
        _add_problem(rows, problem)
    if rows.kind == "series":
        _add_series(rows, path, document)
        return rows
    model = entities().get(rows.kind)
    if model is not None:
        _add_record(rows, path, model, document, config)
    elif isinstance(title := document.fields.get("title"), str):
        rows.title = title
    _add_body(rows, path, document)
    if path.endswith(f"/{OUTCOMES}"):
        _add_outcomes(rows, path, document)
    return rows


def problems_of(
    path: str, document: markdown.Document, findings: Iterable[Finding]
) -> Iterator[Problem]:
    """Yield what is wrong with a record's front matter, with the lines of the file."""
    for key, line in document.duplicates.items():
        yield Problem(path, line, key, "is given twice", "keep one of the two lines")
    for finding in findings:
        line = document.line_of(finding.field, finding.position)
        yield Problem(path, line, finding.field, finding.message, finding.hint)


def _add_record(
    rows: Rows, path: str, model: type[Entity], document: markdown.Document, config: Config
) -> None:
    entity, findings = model.read(document.fields, tuple(config.stages))
    for problem in problems_of(path, document, findings):
        _add_problem(rows, problem)
    rows.title = entity.heading or rows.title
    customer, slug = customer_of(path), slug_of(path)
    values = map(vars(entity).__getitem__, model.model_fields)
    rows.add(model.plural, path, customer, slug, *(_column(value, config) for value in values))
    for key, value in _listed(entity):
        for position, item in enumerate(value if isinstance(value, list) else [value]):
            rows.add("fields", path, key, position, str(item))
    for what, name in {(what, fold(name)) for what, name in _names(entity, slug)}:
        rows.add("names", name, rows.kind, path, customer, what)
    if isinstance(entity, Deal):
        _add_histories(rows, path, customer, entity)


def _add_histories(rows: Rows, path: str, customer: str, deal: Deal) -> None:
    for position, change in enumerate(deal.history):
        rows.add("stage_changes", path, position, customer, change.on.isoformat(), change.stage)
    for position, move in enumerate(deal.close_date_changes):
        days = (day.isoformat() for day in move)
        rows.add("close_date_changes", path, position, customer, *days)


def _column(value: Any, config: Config) -> Any:
    if value is None or isinstance(value, str):
        return value
    return to_sql(config.local(value) if isinstance(value, datetime) else value)


def _listed(entity: Entity) -> Iterator[tuple[str, Any]]:
    for key, value in vars(entity).items():
        if isinstance(value, list):
            yield key, value
    yield from entity.own_fields.items()


def _names(entity: Entity, slug: str) -> Iterator[tuple[str, str]]:
    """Yield all by which a record may be named; see `workspace/resolve.py`."""
    yield "slug", slug
    if entity.heading:
        yield "name", entity.heading
    yield from (("alias", alias) for alias in entity.aliases)
    if isinstance(entity, Customer):
        sites = [*entity.domains, *([entity.website] if entity.website else [])]
        yield from (("domain", domain) for site in sites if (domain := domain_of(site)))
        if entity.codename:
            yield "codename", entity.codename
    elif isinstance(entity, Contact):
        yield from (("email", email) for email in entity.emails)
    elif isinstance(entity, Interaction) and (moment := _MOMENT.match(slug)):
        yield "moment", moment[0]


def _add_body(rows: Rows, path: str, document: markdown.Document) -> None:
    customer = customer_of(path)
    for task in read_tasks(document.body, document.body_line):
        rows.add(
            "tasks",
            path,
            task.line,
            customer,
            task.text,
            int(task.is_done),
            task.owner,
            task.due,
            task.done_on,
        )
    for line, target in _links(document.body, document.body_line):
        rows.add("links", path, line, target)
    rows.add("texts", path, rows.title, _searchable(document))


def _add_series(rows: Rows, path: str, document: markdown.Document) -> None:
    """Add the entries of usage or NPS; any other CSV file is only there."""
    from crmkb.store.series import Entry, read, series_of  # few workspaces have many of them

    series = series_of(path)
    if series is None:
        return
    for item in read(series, document.body):
        if isinstance(item, Entry):
            rows.add(series.name, path, item.line, customer_of(path), item.day, *item.values)
        else:
            _add_problem(rows, Problem(path, item.line, item.column, item.message, item.hint))


def _add_outcomes(rows: Rows, path: str, document: markdown.Document) -> None:
    from crmkb.outcomes import Outcome, read_outcomes

    for item in read_outcomes(document.body, document.body_line):
        if isinstance(item, Outcome):
            day = item.day.isoformat()
            rows.add("outcomes", path, item.line, customer_of(path), day, item.state, item.text)
        else:
            _add_problem(rows, Problem(path, item.line, "", item.message, item.hint))


def _problems_of_body(path: str, document: markdown.Document) -> Iterator[Problem]:
    if document.header and (second := _SECOND_BLOCK.match(document.body)):
        line = document.body_line + second[1].count("\n")
        message = "a second block of front matter, which is not read"
        yield Problem(path, line, "", message, "move its keys into the first one")
    if line := _conflict(document.body, document.body_line):
        hint = "choose one side and remove the marker lines"
        yield Problem(path, line, "", "an unresolved git conflict", hint)


def _searchable(document: markdown.Document) -> str:
    values = (v if isinstance(v, str) else " ".join(map(str, v)) for v in document.fields.values())
    return "\n".join([*filter(None, values), document.body])


def _links(body: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Yield the relative targets of Markdown links, with their lines."""
    if "](" not in body:
        return
    for number, line in prose_lines(body, first_line):
        if "](" in line:
            for match in _LINK.finditer(without_code(line)):
                target = match["angled"] or match["plain"] or ""
                if target and not _ELSEWHERE.match(target):
                    yield number, target


def _conflict(body: str, first_line: int) -> int:
    """Return the line on which the first unresolved conflict of git begins, or 0.

    One that lies wholly in fenced code is taken for an example.
    """
    if "<<<<<<< " not in body or ">>>>>>> " not in body:
        return 0
    prose = {number for number, _ in prose_lines(body, first_line)}
    begins = 0
    for number, line in enumerate(body.split("\n"), start=first_line):
        if line.startswith("<<<<<<< "):
            begins = begins or number
        elif begins and line.startswith(">>>>>>> "):
            if not prose.isdisjoint((begins, number)):
                return begins
            begins = 0
    return 0


def _add_problem(rows: Rows, problem: Problem) -> None:
    rows.add("problems", problem.path, problem.line, problem.field, problem.message, problem.hint)
