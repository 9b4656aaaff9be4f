"""Make a page of a report: rows into its template, front matter above, what was left out below."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkb.errors import Problem
from crmkb.reports import escape
from crmkb.reports.definition import BadReport, Definition
from crmkb.reports.filters import Setting
from crmkb.reports.run import Answers, run
from crmkb.reports.sandbox import sandbox
from crmkb.store import files, markdown, templates

if TYPE_CHECKING:
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


def render(workspace: Workspace, definition: Definition) -> Page:
    """Return the page of a report as of the workspace's day."""
    answers = run(definition, workspace.index)
    problems = workspace.index.problems()
    given = {
        "title": definition.title,
        "description": definition.description,
        "as_of": workspace.today.isoformat(),
        "workspace": workspace.config.name,
        "currency": workspace.config.currency,
    }
    setting = Setting(definition.output.rpartition("/")[0], workspace.config.currency)
    body = _body(definition, setting, {**given, **answers}) + _left_out(setting, problems)
    header = {
        "title": definition.title,
        "generated_from": definition.path,
        "as_of": given["as_of"],
        "inputs": _inputs(definition, given, answers, problems),
    }
    told = markdown.dump(header)
    output = markdown.dump({"output": _digest(told + body)})
    text = f"---\n{told}{output}---\n{body}"
    return Page(definition.name, definition.title, definition.output, given["as_of"], text, answers)


def is_edited(data: bytes) -> bool:
    """Return whether a generated file no longer is as it was made."""
    parts = markdown.split(data.replace(b"\r\n", b"\n"))
    told, mark, output = parts.header.decode("utf-8", "replace").rpartition("output: ")
    made = _digest(told + parts.body.decode("utf-8", "replace"))
    return f"{mark}{output}" != markdown.dump({"output": made})


def _body(definition: Definition, setting: Setting, values: Mapping[str, Any]) -> str:
    path, line = definition.path, definition.body_line
    try:
        written = templates.render(path, definition.body, values, line, sandbox(setting))
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
