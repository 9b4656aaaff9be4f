"""Ask a person for values that are missing; without one, name the option instead."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from crmkb.cli.offers import Offer, offered
from crmkb.cli.session import Session
from crmkb.cli.values import Parameter, read_value
from crmkb.errors import BadValue, CrmError

MOST_LISTED = 20


class MissingValue(BadValue):
    """A value is needed and nobody can be asked."""

    def __init__(self, parameter: Parameter, usage: str) -> None:
        super().__init__(f"{parameter.label} is missing", f"usage: {usage}")


class Stopped(CrmError):
    """The person left at a prompt."""

    def __init__(self) -> None:
        super().__init__("stopped; nothing was written")


def ask(session: Session, parameter: Parameter) -> Any:
    """Ask for one value until it is right; an empty answer leaves an optional one out."""
    offers = _offers(session, parameter)
    _show(session, offers)
    while True:
        answer = _prompt(f"{_title(parameter)}: ").strip()
        if not answer and not parameter.is_required:
            return None
        picked = pick(answer, offers)
        if not picked:
            continue
        try:
            return _value(session, parameter, picked)
        except BadValue as error:
            session.out.say(f"{error.message}" + (f" ({error.hint})" if error.hint else ""))


def pick(answer: str, offers: Sequence[Offer]) -> str:
    """Return the value an answer stands for: a number of the list, a unique beginning, itself."""
    if answer.isdecimal() and 1 <= int(answer) <= len(offers):
        return offers[int(answer) - 1][0]
    values = [value for value, _ in offers]
    begun = [v for v, title in offers if v.startswith(answer) or title.lower().startswith(answer)]
    if answer and answer not in values and len(begun) == 1:
        return begun[0]
    return answer


def _value(session: Session, parameter: Parameter, text: str) -> Any:
    if parameter.is_list:
        items = [item.strip() for item in text.split(",") if item.strip()]
        return [read_value(parameter, item, session.workspace) for item in items]
    return read_value(parameter, text, session.workspace)


def _offers(session: Session, parameter: Parameter) -> list[Offer]:
    if parameter.choices:
        return [(choice, "") for choice in parameter.choices]
    if parameter.param.offers == "days":
        return []
    return offered(parameter.param.offers, session.workspace.root, session.workspace.config)


def _show(session: Session, offers: Sequence[Offer]) -> None:
    for number, (value, title) in enumerate(offers[:MOST_LISTED], start=1):
        beside = f"  {title}" if title and title != value else ""
        session.out.say(f"{number:>3}  {value}{beside}")
    if len(offers) > MOST_LISTED:
        session.out.say(f"     … and {len(offers) - MOST_LISTED} more; type its name")


def _title(parameter: Parameter) -> str:
    words = parameter.name.rstrip("_").replace("_", " ").capitalize()
    optional = "" if parameter.is_required else " (empty for none)"
    return f"{words}{optional}"


def _prompt(text: str) -> str:
    print(text, end="", file=sys.stderr, flush=True)
    try:
        return input()
    except (EOFError, KeyboardInterrupt) as error:
        print(file=sys.stderr)
        raise Stopped from error


def usage(name: str, parameters: Iterable[Parameter]) -> str:
    """Return how a command is typed with what it needs."""
    needed = [p for p in parameters if p.is_required]
    shown = [f"{p.option} {p.metavar}" if p.is_option else p.metavar for p in needed]
    return " ".join(["crm", name, *shown])
