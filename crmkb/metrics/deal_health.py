"""Deal health: whether an open deal moves, the right people take part, and its date holds.

Unknown signals are left out; see `score`. Callers pass the usual time in a stage.
"""

from __future__ import annotations

from typing import NamedTuple

from crmkb.metrics.score import Factor, Score, Signal, counted, digits, linear, total, unknown

FEWEST_STAYS = 5
"""The number of stays in a stage from which its usual time is known."""

_SLOWEST = 3.0  # so many times the usual time in a stage earns no points
_TOUCHED, _SILENT = 7, 30
_PEOPLE, _CHAMPION_DAYS, _BUYER_DAYS = 3, 30, 90
_PUSHES = 3  # a close date put off so often earns no points


class Stay(NamedTuple):
    """How long a deal has been in its stage, and the usual time there, from so many `stays`."""

    stage: str
    days: int | None
    usual_days: float | None
    stays: int = 0


class Step(NamedTuple):
    """The open task of a deal that is due first; missing values are None."""

    due: str | None
    days_overdue: int | None


class Role(NamedTuple):
    """How many contacts have a role, and how many days ago one of them last took part."""

    people: int
    days_silent: int | None


class CloseDate(NamedTuple):
    """When a deal should close, and how often and by how many days that was put off."""

    day: str | None
    days_overdue: int | None
    pushes: int = 0
    days_pushed: int = 0


class OpenDeal(NamedTuple):
    """The facts about an open deal as of a day."""

    stay: Stay
    age_days: int | None
    days_silent: int | None
    step: Step | None
    contacts: int
    contacts_engaged: int
    champion: Role
    economic_buyer: Role
    close_date: CloseDate


def deal_health(deal: OpenDeal) -> Score:
    """Return the health of a deal, 0 to 100, with its evidence."""
    moves = (
        _stage_time(deal.stay),
        _last_touch(deal.days_silent, deal.age_days),
        _next_step(deal.step),
    )
    return total(
        (
            Factor("progress", 35, moves),
            Factor("people", 40, _people(deal)),
            Factor("date", 25, (_close_date(deal.close_date),)),
        )
    )


def _people(deal: OpenDeal) -> tuple[Signal, ...]:
    if not deal.contacts and not deal.contacts_engaged:
        return (unknown("contacts", 40, "nobody of the customer is on file"),)
    return (
        _contacts(deal.contacts_engaged),
        _role("champion", "champion", deal.champion, _CHAMPION_DAYS, 20),
        _role("economic_buyer", "economic buyer", deal.economic_buyer, _BUYER_DAYS, 10),
    )


def _stage_time(stay: Stay, most: float = 15) -> Signal:
    if stay.days is None:
        return unknown("stage_time", most, f"since when it is in {stay.stage} is not known")
    spent = f"{counted(stay.days, 'day')} in {stay.stage}"
    if stay.usual_days is None or stay.stays < FEWEST_STAYS:
        why = f"too few deals have left that stage to know what is usual ({stay.stays})"
        return unknown("stage_time", most, f"{spent}; {why}")
    ratio = stay.days / max(stay.usual_days, 1)
    evidence = f"{spent}, usually {digits(stay.usual_days)}"
    return Signal("stage_time", most * linear(-ratio, -_SLOWEST, -1), most, evidence)


def _last_touch(days_silent: int | None, age_days: int | None, most: float = 10) -> Signal:
    days = age_days if days_silent is None else days_silent
    if days is None:
        return unknown("last_touch", most, "never touched, and when it was opened is not known")
    evidence = f"last touched {_ago(days)}"
    if days_silent is None:
        evidence = f"never touched since it was opened {_ago(days)}"
    return Signal("last_touch", most * linear(-days, -_SILENT, -_TOUCHED), most, evidence)


def _next_step(step: Step | None, most: float = 10) -> Signal:
    if step is None:
        return Signal("next_step", 0, most, "no next step")
    if step.days_overdue:
        late = counted(step.days_overdue, "day")
        return Signal("next_step", most / 2, most, f"the next step is {late} overdue")
    if not step.due:
        return Signal("next_step", most / 2, most, "the next step has no date")
    return Signal("next_step", most, most, f"next step by {step.due}")


def _contacts(engaged: int, most: float = 10) -> Signal:
    people = "1 person" if engaged == 1 else f"{engaged or 'no'} people"
    evidence = f"{people} engaged in {_BUYER_DAYS} days"
    return Signal("contacts", most * linear(engaged, 0, _PEOPLE), most, evidence)


def _role(id: str, name: str, role: Role, within: int, most: float) -> Signal:
    if not role.people:
        return Signal(id, 0, most, f"no {name} is named")
    if role.days_silent is None:
        return Signal(id, 0, most, f"the {name} was never part of it")
    points = most if role.days_silent < within else 0
    return Signal(id, points, most, f"{name} last engaged {_ago(role.days_silent)}")


def _close_date(date: CloseDate, most: float = 25) -> Signal:
    if date.day is None:
        return Signal("close_date", 0, most, "no close date")
    delays = f"put off {_times(date.pushes)}, by {counted(date.days_pushed, 'day')}"
    pushed = f", {delays}" if date.pushes else ""
    if date.days_overdue:
        late = counted(date.days_overdue, "day")
        return Signal("close_date", 0, most, f"the close date is {late} overdue{pushed}")
    points = most * linear(-date.pushes, -_PUSHES, 0)
    return Signal("close_date", points, most, f"closes {date.day}{pushed or ', never put off'}")


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{counted(days, 'day')} ago"


def _times(number: int) -> str:
    return "once" if number == 1 else "twice" if number == 2 else f"{number} times"
