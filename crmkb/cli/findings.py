"""Print findings for people, editors or GitHub, and apply the unambiguous fixes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from crmkb.cli.action_command import change_data, diff
from crmkb.cli.session import Session
from crmkb.errors import BadValue, Exit, Problem
from crmkb.interface.answer import Findings
from crmkb.interface.params import Param
from crmkb.store.files.locate import find_git
from crmkb.values.display import printable

if TYPE_CHECKING:
    from crmkb.workspace import Change

Format = Literal["text", "json", "github", "gcc"]


class OnlyWithFix(BadValue):
    """An option was given that needs --fix."""

    def __init__(self, option: str) -> None:
        super().__init__(f"{option} goes with --fix", f"write: crm check --fix {option}")


def run_findings(
    session: Session,
    ask: Callable[[], Findings],
    *,
    fix: Annotated[bool, Param("Apply the unambiguous fixes, in one commit.")] = False,
    dry_run: Annotated[bool, Param("With --fix: print the diff, but write nothing.")] = False,
    no_commit: Annotated[bool, Param("With --fix: write, but do not commit.")] = False,
    json: Annotated[bool, Param("The same as --format json.")] = False,
    format: Annotated[Format, Param("The output format.")] = "text",
) -> Exit:
    """Print the problems in the files, after fixing them if requested."""
    for option, is_given in (("--dry-run", dry_run), ("--no-commit", no_commit)):
        if is_given and not fix:
            raise OnlyWithFix(option)
    form: Format = "json" if json else format
    findings = ask()
    if fix and findings.fix is not None:
        return _fix(session, ask, findings, form, dry_run=dry_run, commit=not no_commit)
    _print(session, findings, form)
    return findings.exit_code


def _fix(
    session: Session,
    ask: Callable[[], Findings],
    findings: Findings,
    form: Format,
    *,
    dry_run: bool,
    commit: bool,
) -> Exit:
    """Apply the fixes or print their diff, then print the problems that are left."""
    assert findings.fix is not None
    change = session.signed(findings.fix(), "check")
    text = "".join(diff(change))
    if form != "json":
        _print_change(session, change, text, dry_run=dry_run)
    applied = None
    if not dry_run:
        applied = session.workspace.apply(change, commit=commit)
        session.use(session.workspace.reopen())
        findings = ask()
    if form == "json":
        data = {**change_data(change, applied), "diff": text, "problems": findings.data()}
        session.out.json("fix", data)
    else:
        _print(session, findings, form)
    return findings.exit_code


def _print_change(session: Session, change: Change, text: str, *, dry_run: bool) -> None:
    if not text:
        session.out.say("nothing can be mended for certain")
        return
    session.out.say(f"{change.message}{' (dry run: nothing is written)' * dry_run}")
    session.out.text(text)


def _print(session: Session, findings: Findings, form: Format) -> None:
    if form == "json":
        session.out.json(findings.kind, findings.data())
        return
    root = session.workspace.root
    line_of: dict[str, Callable[[Problem], str]] = {
        "text": _text,
        "gcc": lambda problem: _gcc(problem, os.path.relpath(root / problem.path)),
        "github": lambda problem: _github(problem, _in_repository(root, problem.path)),
    }
    for problem in findings.problems:
        session.out.text(line_of[form](problem))
    session.out.say(_summary(findings.problems))


def _summary(problems: Sequence[Problem]) -> str:
    count, files = len(problems), len({problem.path for problem in problems})
    if not problems:
        return "no findings"
    return f"{count} finding{'s'[: count > 1]} in {files} file{'s'[: files > 1]}"


def _text(problem: Problem) -> str:
    hint = f"\n    {_flat(problem.hint)}" if problem.hint else ""
    return f"{_flat(str(problem))}{hint}"


def _gcc(problem: Problem, path: str) -> str:
    """Return a finding in the format of compilers; editors and CI jump to the line."""
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
    # Every line end must be escaped: a workflow reads each line as a possible command.
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _in_repository(root: Path, path: str) -> str:
    place = find_git(root)
    prefix = root.relative_to(place.top) if place else Path()
    return (prefix / path).as_posix()


def _flat(text: str) -> str:
    """Return a text on one line; a file name can contain a line end."""
    return printable(text.replace("\r", "\\r")).replace("\n", "\\n")
