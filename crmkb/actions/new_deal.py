"""Add a deal of a customer."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._pairs import Target, new_fields
from crmkb.actions._references import contacts as contact_slugs
from crmkb.actions._references import currency_code, member, stage_id
from crmkb.params import CustomerName, Day, MemberName, Money, Pairs, Param, StageName
from crmkb.text import one_line, slugify
from crmkb.words import DealKind
from crmkb.workspace import Change, Workspace, fields_of

PANEL = "Record"
TEMPLATE = "deal_review_template.md"

Worth = Annotated[Money, Param("Its worth: 50000, 50k, 1.2M.", metavar="AMOUNT", is_usual=True)]
Currency = Annotated[str, Param("Its currency; the workspace's unless said.", metavar="CODE")]
Start = Annotated[
    StageName, Param("Where it stands; the first stage unless said.", "stages", is_usual=True)
]
CloseDate = Annotated[
    Day, Param("When it may close: 2026-11-27, in 3 weeks, eoq.", "days", "DAY", is_usual=True)
]
Guests = Annotated[list[str], Param("A contact who takes part.", "contacts", "CONTACT")]
Notes = Annotated[
    str, Param("What to remember; - reads a pipe.", metavar="TEXT", stdin=True, is_written=True)
]


def plan(
    workspace: Workspace,
    customer: CustomerName,
    name: Annotated[str, Param("What the deal is called.")],
    *,
    amount: Worth | None = None,
    currency: Currency = "",
    stage: Start | None = None,
    close_date: CloseDate | None = None,
    owner: MemberName | None = None,
    kind: Annotated[DealKind, Param("What is sold.")] | None = None,
    contacts: Guests | None = None,
    competitors: Annotated[list[str], Param("Who else is asked.", metavar="NAME")] | None = None,
    products: Annotated[list[str], Param("What it is about.", metavar="NAME")] | None = None,
    source: Annotated[str, Param("Where it came from.")] = "",
    notes: Notes = "",
    set_: Pairs | None = None,
) -> Change:
    """Add a deal, opened today; it belongs to the customer's owner unless --owner says else.

    crm new-deal acme "Platform" --amount 50k --close-date eoq --stage discovery
    """
    at = workspace.customer(customer)
    begins = stage_id(workspace, stage) if stage else workspace.stages[0]
    more, told = new_fields(Target(workspace, "deal", at.slug), set_ or [])
    name = one_line(name)
    is_closed = workspace.config.stages[begins].is_closed
    fields = {
        **fields_of(
            name=name,
            stage=begins,
            amount=amount,
            currency=currency_code(currency) if currency else workspace.config.currency,
            kind=kind,
            opened=workspace.today,
            close_date=close_date or (workspace.today if is_closed else None),
            owner=member(workspace, owner) if owner else at.text("owner"),
            contacts=contact_slugs(workspace, at.slug, contacts or []),
            competitors=competitors,
            products=products,
            stage_history=[f"{workspace.today} {begins}"],
            source=source,
        ),
        **more,
    }
    path = workspace.customer_path(at.slug, "deals", f"{slugify(name)}.md")
    page = {"customer_name": at.name, "notes": notes.strip()}
    new = workspace.create("deal", path, fields, TEMPLATE, **page)
    return Change.of(new, message=f"Add deal {name} of {at.name}", notes=told)
