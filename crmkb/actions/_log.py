"""Log an interaction of any type, with its next steps, new contacts and deal move, in one commit.

The modules `log_call`, `log_email` and so on use `plan_for` to make an action for each type.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as calendar_day
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from crmkb.actions._next_steps import new_tasks
from crmkb.config import settings
from crmkb.errors import Ambiguous, NotFound
from crmkb.interface.params import CustomerName, Moment, Param, StageName
from crmkb.schema.choices import Direction, Sentiment, Severity
from crmkb.schema.layout import interaction_name
from crmkb.values.dates import say_moment
from crmkb.values.display import one_line
from crmkb.values.names import slugify
from crmkb.workspace import Change, Workspace, Write, fields_of, team
from crmkb.workspace.deal_changes import leftovers, move

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit

TEMPLATE = "interaction_log_template.md"

Plan = Callable[..., Change]

Guests = Annotated[
    list[str], Param("A contact who took part.", "contacts", "CONTACT", is_usual=True)
]
Hosts = Annotated[list[str], Param("A team member who took part (default: you).", "team", "MEMBER")]
When = Annotated[
    Moment, Param("When: '2026-11-20 14:30', 'yesterday 3pm' (default: now).", "days", "WHEN")
]
Steps = Annotated[
    list[str], Param("A next step: 'Send the quote @ana due:fri'.", metavar="TASK", is_usual=True)
]
People = Annotated[
    list[str],
    Param("A new contact who took part: 'Jane Roe <jane@acme.example>'.", metavar="PERSON"),
]
Notes = Annotated[
    str,
    Param(
        "Notes on the interaction; - reads standard input.",
        metavar="TEXT",
        stdin=True,
        is_written=True,
        is_usual=True,
    ),
]


class NoOpenDeal(NotFound):
    """A stage is given, but the customer has no open deal."""

    def __init__(self, customer: str) -> None:
        super().__init__("open deal", customer)
        self.message = f"no open deal of {customer!r} to move"
        self.hint = f"name a closed one with --deal, or make one: crm new-deal {customer} NAME"


class WhichDeal(Ambiguous):
    """A stage is given, but the customer has several open deals."""

    def __init__(self, customer: str, deals: Sequence[str]) -> None:
        super().__init__("open deal", customer, deals)
        self.message = f"--stage fits {len(deals)} open deals of {customer!r}"
        self.hint = f"say which with --deal: {', '.join(deals)}"


@dataclass(frozen=True, slots=True)
class Newcomers:
    """New contacts: their files and slugs."""

    files: list[Write]
    slugs: list[str]


def log(
    workspace: Workspace,
    customer: CustomerName,
    subject: Annotated[str, Param("What it was about.")],
    *,
    them: Guests | None = None,
    us: Hosts | None = None,
    date: When | None = None,
    duration: Annotated[int, Param("The duration in minutes.", metavar="MINUTES")] | None = None,
    direction: Annotated[Direction, Param("Which side began.")] | None = None,
    sentiment: Annotated[Sentiment, Param("The mood of the conversation.")] | None = None,
    outcome: Annotated[str, Param("The outcome, in one line.", metavar="TEXT")] = "",
    topics: Annotated[list[str], Param("A topic it was about.", metavar="TOPIC")] | None = None,
    deal: Annotated[str, Param("The deal it was about.", "deals")] | None = None,
    stage: Annotated[StageName, Param("Move the deal to this stage.", "stages")] | None = None,
    next_: Steps | None = None,
    new_contact: People | None = None,
    severity: Annotated[Severity, Param("The severity of the case.")] | None = None,
    resolved: Annotated[Moment, Param("When the case was resolved.", "days", "WHEN")] | None = None,
    notes: Notes = "",
    type_: str = "note",
) -> Change:
    """Log an interaction; `plan_for` writes the docstring that `--help` prints."""
    at = workspace.customer(customer)
    about = _deal_of(workspace, at, deal, stage)
    newcomers = _newcomers(workspace, at, new_contact or [])
    steps, remarks = new_tasks(workspace, next_ or [], _contacts_named(at, workspace, newcomers))
    moment = date or workspace.now.replace(second=0, microsecond=0)
    fields = fields_of(
        date=moment,
        type=type_,
        subject=subject,
        direction=direction,
        us=_hosts(workspace, us or []),
        them=[*workspace.contact_slugs(at.slug, them or []), *newcomers.slugs],
        sentiment=sentiment,
        outcome=outcome,
        duration=duration,
        deal=about.slug if about else None,
        topics=topics,
        severity=severity,
        resolved=resolved,
    )
    path = _path(workspace, at.slug, moment, type_, subject)
    page = {"customer_name": at.name, "notes": notes, "next_steps": steps}
    new = workspace.create("interaction", path, fields, TEMPLATE, **page)
    moved, of_move = _moved(workspace, about, stage, moment)
    message = f"Log {type_} with {at.name}: {subject}"
    remarks = [*_of_day(workspace, moment), *of_move, *remarks]
    return Change.of(new, *newcomers.files, *moved, message=message, notes=remarks)


def plan_for(type_: str, summary: str, example: str, without: Iterable[str] = ()) -> Plan:
    """Return the `plan` that logs one type of interaction, without the options in `without`."""
    left_out = {*without, "type_"}

    def plan(workspace: Workspace, customer: str, subject: str, **details: Any) -> Change:
        return log(workspace, customer, one_line(subject), type_=type_, **details)

    signature = inspect.signature(log, eval_str=True)
    kept = [p for name, p in signature.parameters.items() if name not in left_out]
    plan.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    plan.__doc__ = (
        f"{summary}\n\nOne act also does what follows: --next adds tasks, --stage moves the deal,\n"
        f"--new-contact adds a person; all in one commit.\n\n{example}"
    )
    return plan


NOT_SUPPORT = ("severity", "resolved")


def ask_which_deal(
    workspace: Workspace,
    *,
    customer: str,
    stage: str | None = None,
    deal: str | None = None,
    **_: object,
) -> Iterator[str]:
    """Yield `deal` if several open deals could move to the stage; the `wanted` of all types."""
    slug = workspace.customer(customer).slug
    if stage and not deal and len(_open_deals(workspace, slug)) > 1:
        yield "deal"


def _deal_of(
    workspace: Workspace, customer: Record, name: str | None, stage: str | None
) -> Record | None:
    """Return the deal of the interaction: the named one or, for a stage, the only open one."""
    if name:
        return workspace.deal(name, customer.slug)
    if not stage:
        return None
    deals = _open_deals(workspace, customer.slug)
    if not deals:
        raise NoOpenDeal(customer.slug)
    if len(deals) > 1:
        raise WhichDeal(customer.slug, [deal.slug for deal in deals])
    return deals[0]


def _open_deals(workspace: Workspace, customer: str) -> list[Record]:
    rows = workspace.index.rows(
        "SELECT path FROM open_deals WHERE customer = ? ORDER BY path", customer
    )
    return [workspace.read(str(path)) for (path,) in rows]


def _hosts(workspace: Workspace, names: list[str]) -> list[str]:
    """Return the handles of the team members who took part: the named ones, or the user."""
    handles = [team.member(workspace, name) for name in names]
    return handles or ([workspace.me] if workspace.me else [])


def _newcomers(workspace: Workspace, customer: Record, people: list[str]) -> Newcomers:
    found = Newcomers([], [])
    if not people:
        return found
    from crmkb.actions.new_contact import contact_file
    from crmkb.values.addresses import read_person

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
) -> tuple[list[RecordEdit], list[str]]:
    """Return the edit that moves the deal, and notes on it for the user."""
    if deal is None or not stage:
        return [], []
    day = min(moment.date() if isinstance(moment, datetime) else moment, workspace.today)
    target = settings.stage_id(workspace.config, stage)
    edit = move(workspace, deal, target, day)
    if edit is None:
        return [], [f"{deal.ref} is in {target} already"]
    return [edit], leftovers(workspace, deal, target)


def _path(
    workspace: Workspace, customer: str, moment: datetime | calendar_day, type_: str, subject: str
) -> str:
    """Return a free path such as `…/2026-11-20-1430-call-pricing-review.md`."""
    local = workspace.config.local(moment) if isinstance(moment, datetime) else moment
    stem, number = interaction_name(local.isoformat(), type_, subject), 1
    path = workspace.customer_path(customer, "interactions", f"{stem}.md")
    while workspace.exists(path):
        number += 1
        path = workspace.customer_path(customer, "interactions", f"{stem}-{number}.md")
    return path


def _of_day(workspace: Workspace, moment: datetime | calendar_day) -> list[str]:
    """Return a note if the day is in the future."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return [f"{say_moment(moment)} is in the future"] if day > workspace.today else []
