"""Render a page: front matter, the template filled with rows, and the problems it leaves out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from crmkb.errors import CrmError, Problem
from crmkb.reports import scope
from crmkb.reports.definition import CUSTOMER, BadReport, Definition, Query
from crmkb.reports.presentation import escape
from crmkb.reports.presentation.formats import Setting
from crmkb.reports.presentation.template_filters import SETTING, sandbox
from crmkb.reports.scope import WHOLE, Given
from crmkb.store import markdown
from crmkb.store.files import disk
from crmkb.store.files.safe_paths import inside
from crmkb.store.index.index import Index
from crmkb.store.sql import safe_sql
from crmkb.store.templating import templates
from crmkb.values.display import one_line, shorten

if TYPE_CHECKING:
    from crmkb.config.settings import Config
    from crmkb.workspace import Workspace

MOST_PROBLEMS = 20
_DIGEST_LENGTH = 16
_MANY_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Page:
    """A report as rendered: `text` is the whole file, `answers` the rows behind it."""

    name: str
    title: str
    path: str
    as_of: str
    text: str
    answers: Answers


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The page of a report to render; `about` is the end of its title, `days` its bound days.

    `days` holds `as_of`, and `previous` if a query compares with it.
    """

    definition: Definition
    given: Given
    about: str
    days: Mapping[str, str]

    @property
    def path(self) -> str:
        """Return the path of the page."""
        return scope.page_path(self.definition, self.given)

    @property
    def title(self) -> str:
        """Return the title of the page."""
        return ": ".join(filter(None, (self.definition.title, self.about)))

    @property
    def parameters(self) -> dict[str, str | None]:
        """Return the value of each declared parameter, None if it is not given."""
        return {name: self.given.get(name) for name in self.definition.parameters}


def render(workspace: Workspace, definition: Definition, given: Given = WHOLE) -> Page:
    """Return the page of a report as of the workspace's day; raise `NotTaken` or `BadReport`."""
    scope.expect(definition, given)
    days = _days(workspace, definition, scope.page_path(definition, given))
    request = PageRequest(definition, given, scope.words(given, workspace.config), days)
    answers = run(definition, workspace.index, {**request.parameters, **days})
    return write(workspace.config, request, answers, workspace.index.problems())


def write(
    config: Config, request: PageRequest, answers: Answers, problems: Sequence[Problem]
) -> Page:
    """Return the page with these answers and the problems that they leave out."""
    definition, given, path = request.definition, request.given, request.path
    values = {
        "title": request.title,
        "description": definition.description,
        **request.days,
        "workspace": config.name,
        "currency": config.currency,
    }
    command = f"{scope.command(definition, given)} --json"
    setting = Setting(path.rpartition("/")[0], config.currency, command)
    body = _body(definition, setting, {**values, "parameters": request.parameters, **answers})
    header = {
        "title": request.title,
        "generated_from": definition.path,
        **request.days,
        **given,
        "inputs": _inputs(definition, {**values, **given}, answers, problems),
    }
    text = _signed(header, body + _left_out(setting, problems))
    return Page(_name(request), request.title, path, request.days["as_of"], text, answers)


def _name(request: PageRequest) -> str:
    """Return a page's name for messages and programs: `forecast-owner-ana`, `customer acme`."""
    if CUSTOMER in request.given:
        return f"{CUSTOMER} {request.given[CUSTOMER]}"
    return PurePosixPath(request.path).stem


def _days(workspace: Workspace, definition: Definition, path: str) -> dict[str, str]:
    """Return the day of a page, and the day to compare with if a query uses it."""
    as_of = workspace.today
    if not definition.compares:
        return {"as_of": as_of.isoformat()}
    before = fields_of(disk.read(inside(workspace.root, path)) or b"")
    previous = scope.previous_day(before, as_of)
    return {"as_of": as_of.isoformat(), "previous": previous.isoformat()}


def fields_of(data: bytes) -> markdown.Fields:
    """Return the front matter of a page, empty if it has none or cannot be parsed."""
    try:
        return markdown.parse(data.replace(b"\r\n", b"\n")).fields
    except markdown.Unreadable:
        return {}


def is_edited(data: bytes) -> bool:
    """Return whether a generated file was edited after it was written."""
    parts = markdown.split(data.replace(b"\r\n", b"\n"))
    header, mark, output = parts.header.decode("utf-8", "replace").rpartition("output: ")
    made = _digest(header + parts.body.decode("utf-8", "replace"))
    return f"{mark}{output}" != markdown.dump({"output": made})


def _signed(header: Mapping[str, str], body: str) -> str:
    keys = markdown.dump(header)
    output = markdown.dump({"output": _digest(keys + body)})
    return f"---\n{keys}{output}---\n{body}"


def _body(definition: Definition, setting: Setting, values: Mapping[str, Any]) -> str:
    path, line = definition.path, definition.body_line
    try:
        given = {**values, SETTING: setting}
        written = templates.render(path, definition.body, given, line, sandbox())
    except templates.TemplateFailed as error:
        raise BadReport(path, error.line, error.reason, error.hint) from error
    whole = _MANY_EMPTY_LINES.sub("\n\n", written).strip("\n")
    return f"{_notice(definition)}\n\n{whole}\n"


def _notice(definition: Definition) -> str:
    path = definition.path.replace("--", "")  # would end the comment
    return f"<!-- Made by crm from {path}. Please do not edit: the next run replaces it. -->"


def _left_out(setting: Setting, problems: Sequence[Problem]) -> str:
    """Return the end of a page: the files that its figures do not, or not wholly, include."""
    if not problems:
        return ""
    lines = [
        "",
        "## Left out",
        "",
        "These places could not be read, so what they say is missing above:",
        "",
        *(_place(setting, problem) for problem in problems[:MOST_PROBLEMS]),
    ]
    if len(problems) > MOST_PROBLEMS:
        lines.append(f"- and {len(problems) - MOST_PROBLEMS} more: `crm check` names them all")
    return "\n".join([*lines, ""])


def _place(setting: Setting, problem: Problem) -> str:
    place = f"{problem.path}:{problem.line}"
    target = escape.target(problem.path, setting.folder, problem.line)
    message = str(problem).removeprefix(f"{place}: ")
    return f"- [{escape.text(place)}]({target}): {escape.text(message)}"


def _inputs(
    definition: Definition,
    given: Mapping[str, str],
    answers: Answers,
    problems: Sequence[Problem],
) -> str:
    """Return the digest of all inputs of the page."""
    parts = [definition.source, given, answers, [str(problem) for problem in problems]]
    return _digest(json.dumps(parts, sort_keys=True, default=str))


def _digest(text: str) -> str:
    return disk.digest(text.encode())[:_DIGEST_LENGTH]


Row = dict[str, Any]


Answers = dict[str, list[Row]]
"""The rows of each query, by its name."""


SECONDS = 20.0
"""The time limit of one query, in seconds; pages of big workspaces may need that long."""


_MOST_SQL = 160


class QueryFailed(BadReport):
    """SQLite refused a query, or the query exceeded a limit."""

    def __init__(self, definition: Definition, failed: Query, error: CrmError) -> None:
        sql = shorten(one_line(failed.sql), _MOST_SQL)
        message = f"{failed.name}: {error.message}"
        super().__init__(definition.path, failed.line, message, f"{error.hint} (in: {sql})")


def run(definition: Definition, index: Index, values: Mapping[str, str | None]) -> Answers:
    """Return the rows of every query; raise `QueryFailed` for the first that fails."""
    index.computed.share_views(each.sql for each in definition.queries)
    return {each.name: _rows(definition, each, index, values) for each in definition.queries}


def _rows(
    definition: Definition, request: Query, index: Index, values: Mapping[str, str | None]
) -> list[Row]:
    try:
        return safe_sql.run(index, request.sql, values, seconds=SECONDS).objects()
    except (safe_sql.BadQuery, safe_sql.NotReading, safe_sql.TooSlow, safe_sql.TooLarge) as error:
        raise QueryFailed(definition, request, error) from error
