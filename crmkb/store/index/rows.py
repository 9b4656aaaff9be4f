"""Convert the bytes of one file into rows of the index, without side effects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from crmkb.config.settings import Config
from crmkb.errors import Problem
from crmkb.schema.fast_values import Values, fast_values
from crmkb.schema.histories import close_date_changes, stage_changes
from crmkb.schema.kinds import Kind, kinds
from crmkb.schema.layout import OUTCOMES, SUMMARY, customer_of, matches, slug_of
from crmkb.secret_scan.scanner import find_secrets
from crmkb.store import markdown
from crmkb.store.index.tables import to_sql
from crmkb.store.markdown.links import relative_links
from crmkb.store.markdown.prose import prose_lines
from crmkb.store.markdown.tasks import read_tasks
from crmkb.values.addresses import domain_of
from crmkb.values.names import fold

if TYPE_CHECKING:  # the models are loaded only for values that are not plain
    from crmkb.entities import Finding


_SECOND_BLOCK = re.compile(
    r"(\s*)---[ \t]*\r?\n[\w-]+:[^\n]*\n(?:(?:[\w-]+:|[ \t-])[^\n]*\n)*?---[ \t]*\r?(?:\n|$)"
)


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:-\d{4})?(?=-)")


@dataclass(slots=True)
class Rows:
    """The kind and title of one file, and its rows by table.

    Rows of `named` and `texts` begin with the path, from which `refresh.py` gets the file's id.
    """

    kind: str
    title: str
    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, table: str, *values: Any) -> None:
        """Add one row to a table."""
        self.tables.setdefault(table, []).append(values)


def kind_of(path: str) -> str:
    """Return the kind of a file: a record's kind, or `page`, `series` or `generated`."""
    if path.endswith(f"/{SUMMARY}"):
        return "generated"
    if path.endswith(".csv"):
        return "series"
    return next((k.noun for k in kinds().values() if matches(path, k.pattern)), "page")


def rows_of(path: str, data: bytes, config: Config) -> Rows:
    """Return all rows of one file; invalid content becomes rows of `problems`."""
    rows = Rows(kind_of(path), slug_of(path))
    for secret in find_secrets(data.decode("utf-8", "replace")):
        rows.add("secrets", path, secret.line, secret.kind, secret.excerpt)
    if rows.kind == "generated":
        return rows
    try:
        document = markdown.parse(data)
    except markdown.Unreadable as error:
        _add_problem(rows, Problem(path, error.line, "", error.reason, error.hint or ""))
        if rows.kind in kinds():  # so that its name resolves and shows the problem
            rows.add("named", path, fold(slug_of(path)), "slug")
        return rows
    for problem in _problems_of_body(path, document):
        _add_problem(rows, problem)
    if rows.kind == "series":
        _add_series(rows, path, document)
        return rows
    kind = kinds().get(rows.kind)
    deal: str | None = None
    if kind is not None:
        deal = _add_record(rows, path, kind, document, config)
    elif isinstance(title := document.fields.get("title"), str):
        rows.title = title
    _add_body(rows, path, document, deal)
    if path.endswith(f"/{OUTCOMES}"):
        _add_outcomes(rows, path, document)
    return rows


def problems_of(
    path: str, document: markdown.Document, findings: Iterable[Finding]
) -> Iterator[Problem]:
    """Yield the problems of a record's front matter, with lines in the file."""
    for key, line in document.duplicates.items():
        yield Problem(path, line, key, "is given twice", "keep one of the two lines")
    for finding in findings:
        line = document.line_of(finding.field, finding.position)
        yield Problem(path, line, finding.field, finding.message, finding.hint)


def _add_record(
    rows: Rows, path: str, kind: Kind, document: markdown.Document, config: Config
) -> str | None:
    """Add a record, and return the slug of its deal: its own, or the one an interaction names."""
    values, findings = _values(kind, document.fields, config)
    for problem in problems_of(path, document, findings):
        _add_problem(rows, problem)
    known = values.known
    heading = str(known[kind.heading_key] or "")
    rows.title = heading or rows.title
    customer, slug = customer_of(path), slug_of(path)
    columns = [", ".join(v) if type(v) is list else v for v in known.values()]
    rows.add(kind.plural, path, customer, slug, *columns)
    if listed := _listed(path, values):
        rows.tables["fields"] = listed
    names = dict.fromkeys((fold(name), what) for what, name in _names(kind, known, heading, slug))
    rows.tables["named"] = [(path, name, what) for name, what in names]
    if kind.noun == "deal":
        _add_histories(rows, path, customer, known, config)
        return slug
    return known["deal"] if kind.noun == "interaction" else None


def _values(
    kind: Kind, fields: Mapping[str, Any], config: Config
) -> tuple[Values, Iterable[Finding]]:
    """Return a record's values and findings; use the models only if a value is not plain."""
    plain = fast_values(kind, fields, config.stages)
    if plain is not None:
        return plain, ()
    from crmkb.entities import entities

    entity, findings = entities()[kind.noun].read(fields, tuple(config.stages))
    held = vars(entity)
    known = {key: _indexed(held[key], config) for key in kind.types}
    return Values(known, entity.own_fields), findings


def _indexed(value: Any, config: Config) -> Any:
    if isinstance(value, list):
        return value
    return to_sql(config.local(value) if isinstance(value, datetime) else value)


def _add_histories(
    rows: Rows, path: str, customer: str, known: Mapping[str, Any], config: Config
) -> None:
    written = stage_changes(known["stage_history"])
    changes = sorted(enumerate(written), key=lambda change: change[1].on)
    ends = [change.on.isoformat() for _, change in changes[1:]]
    before: str | None = None
    for (position, change), until in zip_longest(changes, ends):
        values = (change.on.isoformat(), change.stage, before, until)
        rows.add("stage_changes", path, position, customer, *values)
        before = change.stage if change.stage in config.stages else before
    moves = close_date_changes(known["close_date_history"])
    since: str | None = None
    for position, move in sorted(enumerate(moves), key=lambda move: move[1].on):
        days = [day.isoformat() for day in move]
        rows.add("close_date_changes", path, position, customer, *days, since)
        since = days[0]


def _listed(path: str, values: Values) -> list[tuple[Any, ...]]:
    """Return the rows of `fields`: items of lists, and keys that no model defines."""
    found = [each for each in values.known.items() if type(each[1]) is list]
    found += values.own.items()
    return [
        (path, key, position, str(item))
        for key, value in found
        for position, item in enumerate(value if isinstance(value, list) else [value])
    ]


def _names(
    kind: Kind, known: Mapping[str, Any], heading: str, slug: str
) -> Iterator[tuple[str, str]]:
    """Yield the names of a record as pairs of type and name; see `workspace/resolve.py`."""
    yield "slug", slug
    if heading:
        yield "name", heading
    for alias in known["aliases"]:
        yield "alias", alias
    match kind.noun:
        case "interaction" if moment := _MOMENT.match(slug):
            yield "moment", moment[0]
        case "contact":
            yield from (("email", email) for email in known["emails"])
        case "customer":
            sites = [*known["domains"], *filter(None, [known["website"]])]
            yield from (("domain", domain) for site in sites if (domain := domain_of(site)))
            if known["codename"]:
                yield "codename", known["codename"]


def _add_body(rows: Rows, path: str, document: markdown.Document, deal: str | None) -> None:
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
            deal,
        )
    for line, target in relative_links(document.body, document.body_line):
        rows.add("links", path, line, target)
    rows.add("texts", path, rows.title, _searchable(document))


def _add_series(rows: Rows, path: str, document: markdown.Document) -> None:
    """Add the entries of usage or NPS; any other CSV file has no rows here."""
    from crmkb.schema.series import Entry, read, series_of  # not needed for Markdown files

    series = series_of(path)
    if series is None:
        return
    for item in read(series, document.body):
        if isinstance(item, Entry):
            rows.add(series.name, path, item.line, customer_of(path), item.day, *item.values)
        else:
            _add_problem(rows, Problem(path, item.line, item.column, item.message, item.hint))


def _add_outcomes(rows: Rows, path: str, document: markdown.Document) -> None:
    from crmkb.store.markdown.outcomes import Outcome, read_outcomes

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
    values = [v if type(v) is str else " ".join(map(str, v)) for v in document.fields.values() if v]
    return "\n".join([*filter(None, values), document.body])


def _conflict(body: str, first_line: int) -> int:
    """Return the line on which the first unresolved git conflict begins, or 0.

    A conflict entirely inside fenced code is an example and is ignored.
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
