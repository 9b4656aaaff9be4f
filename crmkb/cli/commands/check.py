"""Tell everything that is wrong in the files, with path, line and what to type."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from crmkb.cli.progress import under_way
from crmkb.cli.session import Session
from crmkb.errors import BadValue, Exit, NotFound, Problem
from crmkb.params import Param
from crmkb.store.paths import OutsideWorkspace, find_git
from crmkb.text import printable

if TYPE_CHECKING:
    from crmkb.workspace import Change, Workspace

PANEL = "Report and check"

Format = Literal["text", "json", "github", "gcc"]


class NoSuchPath(NotFound):
    """A path that was to be checked is not there."""

    def __init__(self, path: str) -> None:
        super().__init__("file or folder", path)
        self.hint = "name it as seen from here or from the workspace: customers/acme"


class OnlyWithFix(BadValue):
    """An option was given that means nothing without --fix."""

    def __init__(self, option: str) -> None:
        super().__init__(f"{option} goes with --fix", f"write: crm check --fix {option}")


def run(
    session: Session,
    paths: Annotated[list[str], Param("Files and folders to check; all if none.")] | None = None,
    *,
    fix: Annotated[bool, Param("Mend what is certain, in one commit.")] = False,
    dry_run: Annotated[bool, Param("With --fix: show the diff, and write nothing.")] = False,
    no_commit: Annotated[bool, Param("With --fix: leave the commit to you.")] = False,
    json: Annotated[bool, Param("The same as --format json.")] = False,
    format: Annotated[Format, Param("How to print what is found.")] = "text",
) -> Exit:
    """Tell everything that is wrong in the files, with path, line and what to type.

    Ends with exit code 3 when anything is found.

    crm check
    crm check customers/acme --fix --dry-run
    crm check --format github
    """
    for option, is_given in (("--dry-run", dry_run), ("--no-commit", no_commit)):
        if is_given and not fix:
            raise OnlyWithFix(option)
    form: Format = "json" if json else format
    wanted = [_inside(session.workspace.root, path) for path in paths or []]
    _ = session.workspace.index  # whose own bar comes first
    with under_way("checking"):
        problems = _problems(session.workspace, wanted)
    if not fix:
        _print(session, problems, form)
    else:
        problems = _fix(session, problems, wanted, form, dry_run=dry_run, commit=not no_commit)
    return Exit.FINDINGS if problems else Exit.DONE


def _fix(
    session: Session,
    problems: list[Problem],
    wanted: Sequence[str],
    form: Format,
    *,
    dry_run: bool,
    commit: bool,
) -> list[Problem]:
    """Mend, or show what would be mended; return what is wrong afterwards."""
    from crmkb.checks._mend import mend
    from crmkb.cli.actions import change_data, diff
    from crmkb.workspace import Workspace

    workspace = session.workspace
    change = session.signed(mend(workspace, problems), "check")
    text = "".join(diff(change))
    if form != "json":
        _tell_change(session, change, text, dry_run=dry_run)
    applied = None
    if not dry_run:
        applied = workspace.apply(change, commit=commit)
        after = Workspace(workspace.root, workspace.config, workspace.now, workspace.today)
        problems = _problems(after, wanted)
    if form == "json":
        data = {**change_data(change, applied), "diff": text, "problems": _data(problems)}
        session.out.json("fix", data)
    else:
        _print(session, problems, form)
    return problems


def _tell_change(session: Session, change: Change, text: str, *, dry_run: bool) -> None:
    if not text:
        session.out.say("nothing can be mended for certain")
        return
    session.out.say(f"{change.message}{' (dry run: nothing is written)' * dry_run}")
    session.out.text(text)


def _inside(root: Path, path: str) -> str:
    """Return the workspace path of a file or folder given as seen from here or from its root."""
    # The last name is not resolved: a link that leads out is itself a finding.
    places = [Path(os.path.normpath(base / path)) for base in (Path.cwd(), root)]
    found = [place.parent.resolve() / place.name for place in places if os.path.lexists(place)]
    ours = [place for place in found if place.is_relative_to(root)]
    if ours:
        return ours[0].relative_to(root).as_posix()
    if found or not places[1].is_relative_to(root):
        raise OutsideWorkspace(path)
    raise NoSuchPath(path)


def _problems(workspace: Workspace, wanted: Sequence[str]) -> list[Problem]:
    from crmkb.checks import find_problems

    problems = find_problems(workspace)
    if not wanted or "." in wanted:
        return problems
    return [one for one in problems if any(_is_within(one.path, path) for path in wanted)]


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _print(session: Session, problems: Sequence[Problem], form: Format) -> None:
    if form == "json":
        session.out.json("problems", _data(problems))
        return
    root = session.workspace.root
    line_of: dict[str, Callable[[Problem], str]] = {
        "text": _text,
        "gcc": lambda problem: _gcc(problem, os.path.relpath(root / problem.path)),
        "github": lambda problem: _github(problem, _in_repository(root, problem.path)),
    }
    for problem in problems:
        session.out.text(line_of[form](problem))
    session.out.say(_summary(problems))


def _summary(problems: Sequence[Problem]) -> str:
    count, files = len(problems), len({problem.path for problem in problems})
    if not problems:
        return "no findings"
    return f"{count} finding{'s'[: count > 1]} in {files} file{'s'[: files > 1]}"


def _data(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    keys = ("path", "line", "field", "message", "hint")
    return [{key: getattr(problem, key) for key in keys} for problem in problems]


def _text(problem: Problem) -> str:
    hint = f"\n    {_flat(problem.hint)}" if problem.hint else ""
    return f"{_flat(str(problem))}{hint}"


def _gcc(problem: Problem, path: str) -> str:
    """Return a finding as compilers print theirs; editors and CI jump to the line."""
    subject = f"{problem.field}: " if problem.field else ""
    place = _flat(f"{path}:{problem.line}:1")
    note = f"\n{place}: note: {_flat(problem.hint)}" if problem.hint else ""
    return f"{place}: error: {_flat(subject + problem.message)}{note}"


def _github(problem: Problem, path: str) -> str:
    """Return a finding as a workflow command, which GitHub shows beside the line."""
    subject = f"{problem.field}: " if problem.field else ""
    hint = f"\n{problem.hint}" if problem.hint else ""
    words = _escaped(f"{subject}{problem.message}{hint}")
    return f"::error file={_escaped_property(path)},line={problem.line}::{words}"


def _escaped(text: str) -> str:
    # Every line end has to be told: a workflow takes what begins a line for a command.
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _in_repository(root: Path, path: str) -> str:
    place = find_git(root)
    prefix = root.relative_to(place.top) if place else Path()
    return (prefix / path).as_posix()


def _flat(text: str) -> str:
    """Return a text on one line; a file name can hold a line end."""
    return printable(text.replace("\r", "\\r")).replace("\n", "\\n")
