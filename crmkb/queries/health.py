"""Show the health of customers, with evidence and recommendations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from crmkb.errors import CrmError, Exit
from crmkb.interface.answer import Answer, Block, Cell, Line, Remark, Table, Tone
from crmkb.interface.params import Param
from crmkb.queries._healths import healths
from crmkb.values.display import one_line
from crmkb.workspace import Workspace

if TYPE_CHECKING:
    from crmkb.queries._healths import Evidence, Health, Part

PANEL = "Read"

FIELDS = {
    "customer": "the customer's slug",
    "name": "the customer's name",
    "path": "the profile",
    "csm": "who serves the customer",
    "day": "the day of the score",
    "score": "0 to 100, or null when nothing is known",
    "band": "excellent, good, at risk or critical, or null",
    "indicator": "green, yellow, red or grey",
    "coverage": "the share of the weights that is known, 0 to 1",
    "change_30": "the change of the score in 30 days, or null",
    "change_90": "the change of the score in 90 days, or null",
    "factors": "usage, support, relationship and outcomes, each with its signals and evidence",
    "recommendations": "what to do, who should, and within what time",
}
_COLUMNS = ("customer", "health", "band", "30 days", "90 days", "known", "csm", "biggest reason")
_MOST_PROBLEMS = 5
_TONES: dict[str, Tone] = {"green": "good", "yellow": "warning", "red": "bad"}


class NotServed(CrmError):
    """The health of a customer was requested that is not served."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, customer: str, day: str, status: str) -> None:
        words = f", its status is {status}" if status else ""
        super().__init__(
            f"{customer!r} was not served on {day}{words}",
            hint="health is of customers whose status is active or pilot; another day: --as-of DAY",
        )


def answer(
    workspace: Workspace,
    customer: Annotated[
        str,
        Param("One customer, shown with all evidence (default: list all customers).", "customers"),
    ] = "",
) -> Answer:
    """Show the health of customers: usage, support, relationship and outcomes, from 0 to 100.

    80 or more is excellent, 60 good, 40 at risk, and less is critical. Unknown signals are left
    out; 'known' is the share of the weights that is known. The rules are in crm.toml, under
    [health].

    crm health

    crm health acme --json

    crm --as-of 2026-09-30 health acme
    """
    slug = workspace.customer_slug(customer)
    found = healths(workspace, slug)
    if slug and not found:
        status = workspace.index.rows("SELECT status FROM customers WHERE customer = ?", slug)
        raise NotServed(slug, workspace.today.isoformat(), status[0][0] if status else "")
    return Answer(
        "health",
        lambda: [asdict(each) for each in found],
        lambda: _one(found[0]) if slug else _list(found),
        FIELDS,
        lambda: _problems(workspace, slug),
    )


def _problems(workspace: Workspace, slug: str) -> Iterator[str]:
    """Yield notes on what cannot be read and so counts in no score."""
    from crmkb.knowledge.health_playbook import read_playbook
    from crmkb.schema.layout import CUSTOMERS

    where = f"{CUSTOMERS}/{slug}/" if slug else f"{CUSTOMERS}/"
    unread = [each for each in workspace.index.problems() if each.path.startswith(where)]
    for problem in (*read_playbook(workspace.root).problems, *unread[:_MOST_PROBLEMS]):
        yield f"note: {problem}"
    if len(unread) > _MOST_PROBLEMS:
        more = len(unread) - _MOST_PROBLEMS
        yield f"note: {more:,} more are unreadable; crm check names them all"


def _list(found: Sequence[Health]) -> Iterator[Block]:
    if not found:
        yield Remark("no customer is served; status: active or pilot says who is")
        return
    rows = [
        (
            *(each.name, Cell(_score(each), _tone(each), is_number=True)),
            *(_band(each), _change(each.change_30), _change(each.change_90)),
            *(_percent(each.coverage), each.csm or "", _reason(each)),
        )
        for each in found
    ]
    optional = ("csm", "90 days", "known", "30 days")
    yield Table(_COLUMNS, rows, optional, ("band",), counted="customer")


def _reason(health: Health) -> str:
    if health.score is None:
        return "nothing is known"
    return f"{health.reasons[0].name}: {health.reasons[0].evidence}" if health.reasons else ""


def _one(health: Health) -> Iterator[Block]:
    head = f"{one_line(health.name)}, {health.day}: "
    score = "health is unknown" if health.score is None else f"{health.score} of 100, "
    yield Line([Cell(head, "strong"), Cell(score, "strong"), _band(health, with_colour=True)])
    changes = [
        f"{change.text} in {days} days"
        for days, change in ((30, _change(health.change_30)), (90, _change(health.change_90)))
        if change.text
    ]
    known = f"{_percent(health.coverage).text} of the weights known"
    yield Line(["; ".join([", ".join(changes), known] if changes else [known])])
    for part in health.factors:
        yield from _factor(part)
    if health.recommendations:
        yield Line()
        yield Line([Cell("What to do", "strong")])
    for number, each in enumerate(health.recommendations, start=1):
        who = ", ".join(filter(None, (each.who, each.within and f"within {each.within}")))
        yield Line([f"  {number}. {one_line(each.recommendation)}{f' ({who})' if who else ''}"])
        place = f"  {each.path}:{each.line}" if each.path else ""
        yield Line([f"     {one_line(each.evidence)}", Cell(place, "quiet")])


def _factor(part: Part) -> Iterator[Line]:
    title = part.factor.capitalize()
    points = "unknown" if part.points is None else f"{part.points:.0f} of 100"
    share = "left out" if part.share is None else f"counts {part.share:.0%}".replace("%", " %")
    yield Line()
    yield Line([Cell(f"{title}: {points}", "strong"), Cell(f" ({share})", "quiet")])
    for signal in part.signals:
        place = f"  {signal.path}:{signal.line}" if signal.path else ""
        text = f"  {_points(signal):>10}  {signal.name}: {one_line(signal.evidence)}"
        tone: Tone = "" if signal.points is not None else "quiet"
        yield Line([Cell(text, tone), Cell(place, "quiet")])


def _points(signal: Evidence) -> str:
    if signal.points is None:
        return "unknown"
    earned = f"{signal.points:.1f}".removesuffix(".0")
    return f"{earned} of {signal.most:g}" if signal.most else earned


def _score(health: Health) -> str:
    return "" if health.score is None else str(health.score)


def _tone(health: Health) -> Tone:
    return _TONES.get(health.indicator, "")


def _band(health: Health, *, with_colour: bool = False) -> Cell:
    if health.band is None:
        return Cell("" if with_colour else "unknown", "quiet")
    words = f"{health.band} ({health.indicator})" if with_colour else health.band
    return Cell(words, _tone(health))


def _change(change: int | None) -> Cell:
    if change is None:
        return Cell("", is_number=True)
    return Cell(f"{change:+d}" if change else "0", is_number=True)


def _percent(share: float) -> Cell:
    return Cell(f"{share:.0%}".replace("%", " %"), is_number=True)
