"""Log an interaction of any type, and what follows it: one act, one commit.

The files `log_call.py`, `log_email.py` and so on make an action of each type with `plan_for`.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date as calendar_day
from datetime import datetime
from typing import Annotated, Any

from crmkb.actions import _references
from crmkb.actions._stages import move
from crmkb.actions._tasks import new_tasks
from crmkb.actions.new_contact import contact_file
from crmkb.dates import say_moment
from crmkb.errors import BadValue
from crmkb.params import CustomerName, DealName, Moment, Param, StageName
from crmkb.people import read_person
from crmkb.text import slugify
from crmkb.words import Direction, Sentiment, Severity
from crmkb.workspace import Change, Record, RecordEdit, Workspace, Write, fields_of

TEMPLATE = "interaction_log_template.md"

Plan = Callable[..., Change]


class WhichDeal(BadValue):
    """A stage is given, and no deal that it is of."""

    def __init__(self, customer: str, deals: Sequence[str]) -> None:
        shown = ", ".join(deals) if deals else f"none is open; make one: crm new-deal {customer} …"
        super().__init__("--stage moves a deal, and none is named", f"add --deal: {shown}")


@dataclass(frozen=True, slots=True)
class Newcomers:
    """People met for the first time: their files and slugs."""

    files: list[Write]
    slugs: list[str]


def log(
    workspace: Workspace,
    customer: CustomerName,
    subject: Annotated[str, Param("What it was about.")],
    *,
    them: Annotated[list[str], Param("A contact who took part.", "contacts")] | None = None,
    us: Annotated[list[str], Param("Who of us took part; you unless said.", "team")] | None = None,
    date: Annotated[
        Moment, Param("When: '2026-11-20 14:30', 'yesterday 3pm'; now unless said.", metavar="WHEN")
    ]
    | None = None,
    duration: Annotated[int, Param("How long, in minutes.", metavar="MINUTES")] | None = None,
    direction: Annotated[Direction, Param("Who began.")] | None = None,
    sentiment: Annotated[Sentiment, Param("How it felt.")] | None = None,
    outcome: Annotated[str, Param("What came of it, in a line.")] = "",
    topics: Annotated[list[str], Param("A topic.")] | None = None,
    deal: DealName | None = None,
    stage: Annotated[StageName, Param("Move the deal to this stage.", "stages")] | None = None,
    next_: Annotated[
        list[str], Param("A next step, such as 'Send the quote @ana due:fri'.", metavar="TASK")
    ]
    | None = None,
    new_contact: Annotated[
        list[str],
        Param("Someone new who took part: 'Jane Roe <jane@acme.example>'.", metavar="PERSON"),
    ]
    | None = None,
    severity: Annotated[Severity, Param("How bad it is.")] | None = None,
    resolved: Annotated[Moment, Param("When it was solved.", metavar="WHEN")] | None = None,
    notes: Annotated[
        str, Param("What was said; - reads it from a pipe.", stdin=True, is_written=True)
    ] = "",
    type_: str = "note",
) -> Change:
    """Log an interaction; the docstring people see is made by `plan_for`."""
    at = workspace.customer(customer)
    about = _deal_of(workspace, at, deal, stage)
    newcomers = _newcomers(workspace, at, new_contact or [])
    guests = _references.contacts(workspace, at.slug, them or [])
    hosts = [_references.member(workspace, name) for name in us or []]
    steps, told = new_tasks(workspace, next_ or [], _contacts_named(at, workspace, newcomers))
    moment = date or workspace.now.replace(second=0, microsecond=0)
    fields = fields_of(
        date=moment,
        type=type_,
        subject=subject.strip(),
        direction=direction,
        us=hosts or ([workspace.me] if workspace.me else []),
        them=[*guests, *newcomers.slugs],
        sentiment=sentiment,
        outcome=outcome,
        duration=duration,
        deal=about.slug if about else None,
        topics=topics,
        severity=severity,
        resolved=resolved,
    )
    new = workspace.create(
        "interaction",
        _path(workspace, at.slug, moment, type_, subject),
        fields,
        TEMPLATE,
        customer_name=at.name,
        notes=notes.strip(),
        next_steps=steps,
    )
    moved = _moved(workspace, about, stage, moment)
    message = f"Log {type_} with {at.name}: {subject.strip()}"
    notes_told = [*_about_the_day(workspace, moment, said=date is not None), *told]
    return Change.of(new, *newcomers.files, *moved, message=message, notes=notes_told)


def plan_for(type_: str, summary: str, example: str, without: Iterable[str] = ()) -> Plan:
    """Return the `plan` that logs one type of interaction, without some of the options."""
    left_out = {*without, "type_"}

    def plan(workspace: Workspace, customer: str, subject: str, **details: Any) -> Change:
        return log(workspace, customer, subject, type_=type_, **details)

    signature = inspect.signature(log)
    kept = [p for name, p in signature.parameters.items() if name not in left_out]
    plan.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    plan.__doc__ = (
        f"{summary}\n\nOne act also does what follows: --next adds tasks, --stage moves the deal,\n"
        f"--new-contact adds a person; all in one commit.\n\n{example}"
    )
    return plan


NOT_SUPPORT = ("severity", "resolved")


def _deal_of(
    workspace: Workspace, customer: Record, name: str | None, stage: str | None
) -> Record | None:
    """Return the deal it is about: the one named, or for a stage the only open one."""
    if name:
        return workspace.deal(name, customer.slug)
    if not stage:
        return None
    rows = workspace.index.rows("SELECT path FROM open_deals WHERE customer = ?", customer.slug)
    deals = [workspace.read(str(path)) for (path,) in rows]
    if len(deals) != 1:
        raise WhichDeal(customer.slug, [deal.slug for deal in deals])
    return deals[0]


def _newcomers(workspace: Workspace, customer: Record, people: list[str]) -> Newcomers:
    found = Newcomers([], [])
    for text in people:
        name, email = read_person(text)
        fields = fields_of(emails=[email] if email else [], since=workspace.today)
        found.files.append(contact_file(workspace, customer, name or email, fields))
        found.slugs.append(slugify(name or email))
    return found


def _contacts_named(customer: Record, workspace: Workspace, newcomers: Newcomers) -> set[str]:
    folder = workspace.root / workspace.customer_path(customer.slug, "relationships")
    return {*(file.stem for file in folder.glob("*.md")), *newcomers.slugs}


def _moved(
    workspace: Workspace, deal: Record | None, stage: str | None, moment: datetime | calendar_day
) -> list[RecordEdit]:
    if deal is None or not stage:
        return []
    day = min(moment.date() if isinstance(moment, datetime) else moment, workspace.today)
    edit = move(workspace, deal, _references.stage_id(workspace, stage), day)
    return [edit] if edit is not None else []


def _path(
    workspace: Workspace, customer: str, moment: datetime | calendar_day, type_: str, subject: str
) -> str:
    """Return a free path such as `…/2026-11-20-1430-call-pricing-review.md`."""
    if isinstance(moment, datetime):
        stamp = f"{workspace.config.local(moment):%Y-%m-%d-%H%M}"
    else:
        stamp = moment.isoformat()
    stem, number = f"{stamp}-{type_}-{slugify(subject)}", 1
    path = workspace.customer_path(customer, "interactions", f"{stem}.md")
    while workspace.exists(path):
        number += 1
        path = workspace.customer_path(customer, "interactions", f"{stem}-{number}.md")
    return path


def _about_the_day(
    workspace: Workspace, moment: datetime | calendar_day, *, said: bool
) -> list[str]:
    if not said:
        return []
    day = moment.date() if isinstance(moment, datetime) else moment
    ahead = ", which is ahead" if day > workspace.today else ""
    return [f"dated {say_moment(moment)}{ahead}"]
