"""Ask a person for missing values; if prompting is not possible, report the missing option.

A question lists the choices with numbers. The answer is a number, some letters of a choice, or
another value. If the answer is invalid, the error is printed and the question repeated.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkb.cli.session import Session
from crmkb.errors import Ambiguous, BadValue, CrmError, NotFound
from crmkb.interface.choices import Choice, choices_of
from crmkb.interface.parameters import Parameter, read_value
from crmkb.values.display import text_width
from crmkb.values.names import fold

if TYPE_CHECKING:
    from crmkb.workspace.record import Record

MOST_LISTED = 20
RECORDS: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer",),
    "contacts": ("contact",),
    "deals": ("deal",),
    "records": (),
}
"""The lists of choices that hold records, with the kinds in each; empty means all kinds."""


class MissingValue(BadValue):
    """A required value is missing, and prompting is not possible."""

    def __init__(self, parameter: Parameter, usage: str) -> None:
        super().__init__(f"{parameter.label} is missing", f"usage: {usage}")


class Stopped(CrmError):
    """The person ended the input or pressed Ctrl-C at a prompt."""

    def __init__(self) -> None:
        super().__init__("stopped; nothing was written")


@dataclass(frozen=True, slots=True)
class Question:
    """A parameter to ask for, its choices, and the record that it concerns, if any."""

    parameter: Parameter
    choices: Sequence[Choice]
    about: Record | None


def ask_for(session: Session, parameters: Iterable[Parameter], values: dict[str, Any]) -> None:
    """Ask for each value in turn and add it to `values`; skipped ones are not added."""
    for parameter in parameters:
        session.has_asked = True
        answer = ask(session, parameter, values.get("customer") or values.get("record") or "")
        if answer is not None:
            values[parameter.name] = answer
            session.typed = answer if parameter.param.is_written else session.typed


def ask(session: Session, parameter: Parameter, about: str = "") -> Any:
    """Ask for one value until it is valid; an empty answer skips an optional one.

    `about` names the record that the value concerns; only its deals, contacts and tasks are listed.
    """
    record = session.workspace.find(about) if about else None
    question = Question(parameter, _choices(session, parameter, record), record)
    session.out.say(_title(parameter))
    _show(session, question.choices)
    if not parameter.is_list:
        return _answer(session, question, is_needed=parameter.is_required)
    items: list[Any] = []
    while True:
        item = _answer(session, question, is_needed=parameter.is_required and not items)
        if item is None:
            return items or None
        items.append(item)


def fitting(answer: str, shown: Sequence[Choice], choices: Sequence[Choice]) -> Sequence[Choice]:
    """Return the choices that match an answer: a number in `shown`, or letters of any choice."""
    key = fold(answer)
    exact = [offer for offer in choices if key in map(fold, offer)]
    if len(exact) == 1:
        return exact
    if answer.isdecimal() and 1 <= int(answer) <= len(shown[:MOST_LISTED]):
        return [shown[int(answer) - 1]]
    words = key.split()
    return [each for each in choices if all(word in fold(" ".join(each)) for word in words)]


def usage(name: str, parameters: Iterable[Parameter]) -> str:
    """Return the usage line of a command with its required parameters."""
    needed = [p for p in parameters if p.is_required]
    shown = [f"{p.option} {p.metavar}" if p.is_option else p.metavar for p in needed]
    return " ".join(["crm", name, *shown])


def _answer(session: Session, question: Question, *, is_needed: bool) -> Any:
    """Return one value, or None for an empty answer if the value is optional."""
    shown = question.choices
    while True:
        answer = _prompt().strip()
        if not answer and not is_needed:
            return None
        if not answer:
            continue
        found = fitting(answer, shown, question.choices)
        if len(found) > 1:
            shown = found
            _show(session, shown)
            continue
        text = found[0][0] if found else answer
        if text != answer:
            session.out.say(f"  {text}")
        try:
            return _checked(session, question, text)
        except (BadValue, NotFound, Ambiguous) as error:
            session.out.say(f"{error.message} ({error.hint})" if error.hint else error.message)


def _checked(session: Session, question: Question, text: str) -> Any:
    """Return the parsed value; raise an error if the action would not accept it."""
    check = _CHECKS.get(question.parameter.param.choices)
    if check is not None:
        check(session, question, text)
    return read_value(question.parameter, text, session)


def _check_record(session: Session, question: Question, text: str) -> None:
    kinds = RECORDS[question.parameter.param.choices]
    about = question.about if kinds != ("customer",) else None
    session.workspace.find(text, *kinds, customer=about.customer if about else "")


def _check_stage(session: Session, _question: Question, text: str) -> None:
    from crmkb.config.settings import stage_id

    stage_id(session.workspace.config, text)


def _check_member(session: Session, _question: Question, text: str) -> None:
    from crmkb.workspace.team import member

    member(session.workspace, text)


_CHECKS: Mapping[str, Callable[[Session, Question, str], None]] = {
    **dict.fromkeys(RECORDS, _check_record),
    "stages": _check_stage,
    "team": _check_member,
}


def _choices(session: Session, parameter: Parameter, about: Record | None) -> list[Choice]:
    if parameter.choices:
        return [(choice, "") for choice in parameter.choices]
    choices, workspace = parameter.param.choices, session.workspace
    if choices in ("", "days"):
        return []
    if choices in RECORDS or choices == "tasks":
        _ = workspace.index  # the choices are read from the index; opening it refreshes it
    within = about.path.removesuffix("profile.md") if about else ""
    return choices_of(choices, workspace.root, workspace.config, within)


def _show(session: Session, choices: Sequence[Choice]) -> None:
    listed = choices[:MOST_LISTED]
    width = max((text_width(value) for value, _ in listed), default=0)
    for number, (value, title) in enumerate(listed, start=1):
        blanks = " " * (width - text_width(value))
        session.out.say(f"{number:>4}  {value}{blanks}  {title}".rstrip())
    if len(choices) > MOST_LISTED:
        session.out.say(f"      {len(choices) - MOST_LISTED} more: type some letters of the name")


def _title(parameter: Parameter) -> str:
    words = parameter.name.rstrip("_").replace("_", " ").capitalize()
    if parameter.is_list:
        more = " (one at a time; Enter goes on)"
    else:
        more = "" if parameter.is_required else " (Enter leaves it out)"
    return f"{words}{more}: {parameter.param.help}"


def _prompt() -> str:
    try:
        print("> ", end="", file=sys.stderr, flush=True)
        return input()
    except (EOFError, KeyboardInterrupt) as error:
        print(file=sys.stderr)
        raise Stopped from error
