"""Show how well customers do, with the evidence, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from crmkb.cli.commands._options import AsJson, counted, customer_of
from crmkb.cli.session import Session
from crmkb.cli.table import Cell, Layout
from crmkb.params import Param
from crmkb.text import one_line

if TYPE_CHECKING:
    from crmkb.workspace.health import Evidence, Health, Part

PANEL = "Read"

_HEADINGS = ("customer", "health", "band", "30 days", "90 days", "known", "csm", "biggest reason")
_MOST_PROBLEMS = 5
_COLOURS = ("green", "yellow", "red")


def run(
    session: Session,
    customer: Annotated[
        str, Param("One customer, with all evidence; all are listed unless said.", "customers")
    ] = "",
    *,
    json: AsJson = False,
) -> None:
    """Show how well customers do: usage, support, relationship and outcomes, 0 to 100.

    Excellent is 80 and more, good 60, at risk 40, critical below. What is not known is left out;
    'known' tells how much is. The rules are in crm.toml, under [health].

    crm health

    crm health acme --json

    crm --as-of 2026-09-30 health acme
    """
    from crmkb.workspace.health import NotServed, healths

    workspace = session.workspace
    slug = customer_of(workspace, customer)
    found = healths(workspace, slug)
    if slug and not found:
        status = workspace.index.rows("SELECT status FROM customers WHERE customer = ?", slug)
        raise NotServed(slug, workspace.today.isoformat(), status[0][0] if status else "")
    _note_problems(session, slug)
    if json:
        session.out.json("health", [asdict(each) for each in found])
    elif slug:
        _print(session, found[0])
    else:
        _list(session, found)


def _note_problems(session: Session, slug: str) -> None:
    """Tell what could not be read, and so counts in no score."""
    from crmkb.store.paths import CUSTOMERS
    from crmkb.workspace.playbook import read_playbook

    workspace = session.workspace
    where = f"{CUSTOMERS}/{slug}/" if slug else f"{CUSTOMERS}/"
    unread = [each for each in workspace.index.problems() if each.path.startswith(where)]
    for problem in (*read_playbook(workspace.root).problems, *unread[:_MOST_PROBLEMS]):
        session.out.say(f"note: {problem}")
    if len(unread) > _MOST_PROBLEMS:
        more = len(unread) - _MOST_PROBLEMS
        session.out.say(f"note: {more:,} more are unreadable; crm check names them all")


def _list(session: Session, found: Sequence[Health]) -> None:
    if not found:
        session.out.say("no customer is served; status: active or pilot says who is")
        return
    rows = [
        (
            *(each.name, Cell(_score(each), _style(each), is_number=True)),
            *(_band(each), _change(each.change_30), _change(each.change_90)),
            *(_percent(each.coverage), each.csm or "", _reason(each)),
        )
        for each in found
    ]
    layout = Layout(optional=("csm", "90 days", "known", "30 days"), whole=("band",))
    session.out.table(_HEADINGS, rows, layout)
    if session.out.is_terminal and len(found) > 1:
        session.out.say(counted(len(found), "customer"))


def _reason(health: Health) -> str:
    if health.score is None:
        return "nothing is known"
    return f"{health.reasons[0].name}: {health.reasons[0].evidence}" if health.reasons else ""


def _print(session: Session, health: Health) -> None:
    say = session.out
    head = f"{one_line(health.name)}, {health.day}: "
    score = "health is unknown" if health.score is None else f"{health.score} of 100, "
    say.styled(Cell(head, "bold"), Cell(score, "bold"), _band(health, with_colour=True))
    changes = [
        f"{change.text} in {days} days"
        for days, change in ((30, _change(health.change_30)), (90, _change(health.change_90)))
        if change.text
    ]
    known = f"{_percent(health.coverage).text} of the weights known"
    say.line("; ".join([", ".join(changes), known] if changes else [known]))
    for part in health.factors:
        _print_part(session, part)
    if health.recommendations:
        say.line()
        say.styled(Cell("What to do", "bold"))
    for number, each in enumerate(health.recommendations, start=1):
        who = ", ".join(filter(None, (each.who, each.within and f"within {each.within}")))
        say.line(f"  {number}. {one_line(each.recommendation)}{f' ({who})' if who else ''}")
        place = f"  {each.path}:{each.line}" if each.path else ""
        say.styled(f"     {one_line(each.evidence)}", Cell(place, "dim"))


def _print_part(session: Session, part: Part) -> None:
    title = part.factor.capitalize()
    points = "unknown" if part.points is None else f"{part.points:.0f} of 100"
    share = "left out" if part.share is None else f"counts {part.share:.0%}".replace("%", " %")
    session.out.line()
    session.out.styled(Cell(f"{title}: {points}", "bold"), Cell(f" ({share})", "dim"))
    for signal in part.signals:
        place = f"  {signal.path}:{signal.line}" if signal.path else ""
        said = f"  {_points(signal):>10}  {signal.name}: {one_line(signal.evidence)}"
        session.out.styled(
            Cell(said, "" if signal.points is not None else "dim"), Cell(place, "dim")
        )


def _points(signal: Evidence) -> str:
    if signal.points is None:
        return "unknown"
    earned = f"{signal.points:.1f}".removesuffix(".0")
    return f"{earned} of {signal.most:g}" if signal.most else earned


def _score(health: Health) -> str:
    return "" if health.score is None else str(health.score)


def _style(health: Health) -> str:
    return health.indicator if health.indicator in _COLOURS else ""


def _band(health: Health, *, with_colour: bool = False) -> Cell:
    if health.band is None:
        return Cell("" if with_colour else "unknown", "dim")
    said = f"{health.band} ({health.indicator})" if with_colour else health.band
    return Cell(said, _style(health))


def _change(change: int | None) -> Cell:
    if change is None:
        return Cell("", is_number=True)
    return Cell(f"{change:+d}" if change else "0", is_number=True)


def _percent(share: float) -> Cell:
    return Cell(f"{share:.0%}".replace("%", " %"), is_number=True)
