"""Convert tasks as users type them to the lines that files hold."""

from __future__ import annotations

import re
from datetime import date

from crmkb.store.markdown.tasks import checkbox, read_tasks
from crmkb.values.dates import read_day, say_day
from crmkb.values.names import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.team import NotOnTheTeam

_DUE = re.compile(r"\bdue:(\"[^\"]+\"|\S+)")


def new_tasks(
    workspace: Workspace, texts: list[str], known: set[str]
) -> tuple[list[str], list[str]]:
    """Return checkbox lines, and notes on the days of `due:fri` or `due:"in 2 weeks"`.

    Raise `NotOnTheTeam` if an `@owner` is neither in the team nor in `known`, which are the slugs
    of the customer's contacts.
    """
    lines, notes = [], []
    for text in texts:
        line, due = _dated(workspace, text)
        task = next(read_tasks(checkbox(line)), None)
        if task is not None and task.owner:
            _expect_known(workspace, task.owner, known)
        lines.append(checkbox(line))
        notes += [f"due {say_day(due)}: {task.text}"] if due is not None and task else []
    return lines, notes


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
