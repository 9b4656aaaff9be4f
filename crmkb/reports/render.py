"""Make a page of a report: rows into its template, front matter above, what was left out below."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from crmkb.errors import Problem
from crmkb.reports import escape, narrowing
from crmkb.reports.definition import CUSTOMER, BadReport, Definition
from crmkb.reports.filters import Setting
from crmkb.reports.narrowing import WHOLE, Given
from crmkb.reports.run import Answers, run
from crmkb.reports.sandbox import SETTING, sandbox
from crmkb.store import files, markdown, templates
from crmkb.store.paths import inside

if TYPE_CHECKING:
    from crmkb.config import Config
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
class Asked:
    """Which page of a report to make; `about` is the end of its title, `days` what it is bound to.

    In `days` is `as_of`, and `previous` where a query compares with it.
    """

    definition: Definition
    given: Given
    about: str
    days: Mapping[str, str]

    @property
    def path(self) -> str:
        """Return the path of the page."""
        return narrowing.page_path(self.definition, self.given)

    @property
    def title(self) -> str:
        """Return the title of the page."""
        return ": ".join(filter(None, (self.definition.title, self.about)))

    @property
    def parameters(self) -> dict[str, str | None]:
        """Return the value of each declared parameter, None where nothing is given."""
        return {name: self.given.get(name) for name in self.definition.parameters}


def render(workspace: Workspace, definition: Definition, given: Given = WHOLE) -> Page:
    """Return the page of a report as of the workspace's day; raise `NotTaken` or `BadReport`."""
    narrowing.expect(definition, given)
    days = _days(workspace, definition, narrowing.page_path(definition, given))
    asked = Asked(definition, given, narrowing.words(given, workspace.config), days)
    answers = run(definition, workspace.index, {**asked.parameters, **days})
    return write(workspace.config, asked, answers, workspace.index.problems())


def write(config: Config, asked: Asked, answers: Answers, problems: Sequence[Problem]) -> Page:
    """Return the page that tells these answers, and what they leave out."""
    definition, given, path = asked.definition, asked.given, asked.path
    told = {
        "title": asked.title,
        "description": definition.description,
        **asked.days,
        "workspace": config.name,
        "currency": config.currency,
    }
    command = f"{narrowing.command(definition, given)} --json"
    setting = Setting(path.rpartition("/")[0], config.currency, command)
    body = _body(definition, setting, {**told, "parameters": asked.parameters, **answers})
    header = {
        "title": asked.title,
        "generated_from": definition.path,
        **asked.days,
        **given,
        "inputs": _inputs(definition, {**told, **given}, answers, problems),
    }
    text = _signed(header, body + _left_out(setting, problems))
    return Page(_name(asked), asked.title, path, asked.days["as_of"], text, answers)


def _name(asked: Asked) -> str:
    """Return a page's name for messages and programs: `forecast-owner-ana`, `customer acme`."""
    if CUSTOMER in asked.given:
        return f"{CUSTOMER} {asked.given[CUSTOMER]}"
    return PurePosixPath(asked.path).stem


def _days(workspace: Workspace, definition: Definition, path: str) -> dict[str, str]:
    """Return the day of a page, and the one to compare with where a query does."""
    as_of = workspace.today
    if not definition.compares:
        return {"as_of": as_of.isoformat()}
    before = fields_of(files.read(inside(workspace.root, path)) or b"")
    previous = narrowing.previous_day(before, as_of)
    return {"as_of": as_of.isoformat(), "previous": previous.isoformat()}


def fields_of(data: bytes) -> markdown.Fields:
    """Return the front matter of a page, empty where there is none to be read."""
    try:
        return markdown.parse(data.replace(b"\r\n", b"\n")).fields
    except markdown.Unreadable:
        return {}


def is_edited(data: bytes) -> bool:
    """Return whether a generated file no longer is as it was made."""
    parts = markdown.split(data.replace(b"\r\n", b"\n"))
    told, mark, output = parts.header.decode("utf-8", "replace").rpartition("output: ")
    made = _digest(told + parts.body.decode("utf-8", "replace"))
    return f"{mark}{output}" != markdown.dump({"output": made})


def _signed(header: Mapping[str, str], body: str) -> str:
    told = markdown.dump(header)
    output = markdown.dump({"output": _digest(told + body)})
    return f"---\n{told}{output}---\n{body}"


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
    """Return the end of a page: the files whose content is not, or not wholly, in its figures."""
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
    """Return the digest of all that the page is made of; nothing else can make it differ."""
    parts = [definition.source, given, answers, [str(problem) for problem in problems]]
    return _digest(json.dumps(parts, sort_keys=True, default=str))


def _digest(text: str) -> str:
    return files.digest(text.encode())[:_DIGEST_LENGTH]
