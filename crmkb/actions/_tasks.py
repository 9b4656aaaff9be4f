"""Tasks as people type them into the lines that files hold."""

from __future__ import annotations

import re
from datetime import date

from crmkb.actions._references import NotOnTheTeam
from crmkb.dates import read_day, say_day
from crmkb.tasks import checkbox, read_tasks
from crmkb.text import close_matches
from crmkb.workspace import Workspace

_DUE = re.compile(r"\bdue:(\"[^\"]+\"|\S+)")


def new_tasks(
    workspace: Workspace, texts: list[str], known: set[str]
) -> tuple[list[str], list[str]]:
    """Return checkbox lines, and what to tell: the days meant by `due:fri` or `due:"in 2 weeks"`.

    An `@owner` is one of the team, or one of `known`: the customer's contacts.
    """
    lines, told = [], []
    for text in texts:
        line, due = _dated(workspace, text)
        task = next(read_tasks(checkbox(line)), None)
        if task is not None and task.owner:
            _expect_known(workspace, task.owner, known)
        lines.append(checkbox(line))
        told += [f"due {say_day(due)}: {task.text}"] if due is not None and task else []
    return lines, told


def _dated(workspace: Workspace, text: str) -> tuple[str, date | None]:
    match = _DUE.search(text)
    if match is None:
        return text, None
    words, start = match[1].strip('"'), workspace.config.fiscal_year_start
    day = read_day(words, workspace.today, start)
    return f"{text[: match.start()]}due:{day}{text[match.end() :]}", day


def _expect_known(workspace: Workspace, owner: str, known: set[str]) -> None:
    team = workspace.config.team
    if team and owner not in team and owner not in known:
        raise NotOnTheTeam(owner, close_matches(owner, [*team, *known]))
