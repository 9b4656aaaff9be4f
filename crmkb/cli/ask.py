"""Ask a person for values that are missing; without one, name the option instead.

A question shows what there is to choose from, numbered. The answer is a number, some letters of
what is meant, or a value of its own; what does not fit is said, and asked for again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkb.cli.offers import Offer, offered
from crmkb.cli.session import Session
from crmkb.cli.values import Parameter, read_value
from crmkb.errors import Ambiguous, BadValue, CrmError, NotFound
from crmkb.text import fold, text_width

if TYPE_CHECKING:
    from crmkb.workspace.record import Record

MOST_LISTED = 20
RECORDS: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer",),
    "contacts": ("contact",),
    "deals": ("deal",),
    "records": (),
}
"""What is offered of records, with the kinds they are of."""


class MissingValue(BadValue):
    """A value is needed and nobody can be asked."""

    def __init__(self, parameter: Parameter, usage: str) -> None:
        super().__init__(f"{parameter.label} is missing", f"usage: {usage}")


class Stopped(CrmError):
    """The person left at a prompt."""

    def __init__(self) -> None:
        super().__init__("stopped; nothing was written")


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask for, what to choose from, and the record that it is about, if any."""

    parameter: Parameter
    offers: Sequence[Offer]
    about: Record | None


def ask_for(session: Session, parameters: Iterable[Parameter], values: dict[str, Any]) -> None:
    """Ask for values one after the other; those left out are not in `values` afterwards."""
    for parameter in parameters:
        session.has_asked = True
        answer = ask(session, parameter, values.get("customer") or values.get("record") or "")
        if answer is not None:
            values[parameter.name] = answer
            session.typed = answer if parameter.param.is_written else session.typed


def ask(session: Session, parameter: Parameter, about: str = "") -> Any:
    """Ask for one value until it is right; an empty answer leaves an optional one out.

    `about` names the record it is of: only what belongs to that one is offered.
    """
    record = session.workspace.find(about) if about else None
    question = Question(parameter, _offers(session, parameter, record), record)
    session.out.say(_title(parameter))
    _show(session, question.offers)
    if not parameter.is_list:
        return _answer(session, question, is_needed=parameter.is_required)
    items: list[Any] = []
    while True:
        item = _answer(session, question, is_needed=parameter.is_required and not items)
        if item is None:
            return items or None
        items.append(item)


def fitting(answer: str, shown: Sequence[Offer], offers: Sequence[Offer]) -> Sequence[Offer]:
    """Return the offers an answer may mean: a number of those shown, or letters of any."""
    key = fold(answer)
    exact = [offer for offer in offers if key in map(fold, offer)]
    if len(exact) == 1:
        return exact
    if answer.isdecimal() and 1 <= int(answer) <= len(shown[:MOST_LISTED]):
        return [shown[int(answer) - 1]]
    words = key.split()
    return [each for each in offers if all(word in fold(" ".join(each)) for word in words)]


def usage(name: str, parameters: Iterable[Parameter]) -> str:
    """Return how a command is typed with what it needs."""
    needed = [p for p in parameters if p.is_required]
    shown = [f"{p.option} {p.metavar}" if p.is_option else p.metavar for p in needed]
    return " ".join(["crm", name, *shown])


def _answer(session: Session, question: Question, *, is_needed: bool) -> Any:
    """Return one value, None for an empty answer where none is needed."""
    shown = question.offers
    while True:
        answer = _prompt().strip()
        if not answer and not is_needed:
            return None
        if not answer:
            continue
        found = fitting(answer, shown, question.offers)
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
    """Return the value a text stands for; raise where the act would not take it."""
    check = _CHECKS.get(question.parameter.param.offers)
    if check is not None:
        check(session, question, text)
    return read_value(question.parameter, text, session)


def _check_record(session: Session, question: Question, text: str) -> None:
    kinds = RECORDS[question.parameter.param.offers]
    about = question.about if kinds != ("customer",) else None
    session.workspace.find(text, *kinds, customer=about.customer if about else "")


def _check_stage(session: Session, _question: Question, text: str) -> None:
    from crmkb.actions._references import stage_id

    stage_id(session.workspace, text)


def _check_member(session: Session, _question: Question, text: str) -> None:
    from crmkb.actions._references import member

    member(session.workspace, text)


_CHECKS: Mapping[str, Callable[[Session, Question, str], None]] = {
    **dict.fromkeys(RECORDS, _check_record),
    "stages": _check_stage,
    "team": _check_member,
}


def _offers(session: Session, parameter: Parameter, about: Record | None) -> list[Offer]:
    if parameter.choices:
        return [(choice, "") for choice in parameter.choices]
    offers, workspace = parameter.param.offers, session.workspace
    if offers in ("", "days"):
        return []
    if offers in RECORDS or offers == "tasks":
        _ = workspace.index  # what is offered is read from it, and opening it refreshes it
    within = about.path.removesuffix("profile.md") if about else ""
    return offered(offers, workspace.root, workspace.config, within)


def _show(session: Session, offers: Sequence[Offer]) -> None:
    listed = offers[:MOST_LISTED]
    width = max((text_width(value) for value, _ in listed), default=0)
    for number, (value, title) in enumerate(listed, start=1):
        blanks = " " * (width - text_width(value))
        session.out.say(f"{number:>4}  {value}{blanks}  {title}".rstrip())
    if len(offers) > MOST_LISTED:
        session.out.say(f"      {len(offers) - MOST_LISTED} more: type some letters of the name")


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
