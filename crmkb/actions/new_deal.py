"""Add a deal to a customer."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._assignments import Target, new_fields
from crmkb.config.settings import stage_id
from crmkb.interface.params import CustomerName, Day, MemberName, Money, Pairs, Param, StageName
from crmkb.schema.choices import DealKind
from crmkb.values.display import one_line
from crmkb.values.money import currency_code
from crmkb.values.names import slugify
from crmkb.workspace import Change, Workspace, fields_of
from crmkb.workspace.team import member

PANEL = "Record"
TEMPLATE = "deal_review_template.md"

Worth = Annotated[Money, Param("Its amount: 50000, 50k, 1.2M.", metavar="AMOUNT", is_usual=True)]
Currency = Annotated[str, Param("Its currency (default: the workspace's).", metavar="CODE")]
Start = Annotated[StageName, Param("Its stage (default: the first one).", "stages", is_usual=True)]
CloseDate = Annotated[
    Day, Param("Its close date: 2026-11-27, in 3 weeks, eoq.", "days", "DAY", is_usual=True)
]
Guests = Annotated[list[str], Param("A contact involved in it.", "contacts", "CONTACT")]
Notes = Annotated[
    str, Param("Notes on it; - reads standard input.", metavar="TEXT", stdin=True, is_written=True)
]


def plan(
    workspace: Workspace,
    customer: CustomerName,
    name: Annotated[str, Param("The deal's name.")],
    *,
    amount: Worth | None = None,
    currency: Currency = "",
    stage: Start | None = None,
    close_date: CloseDate | None = None,
    owner: MemberName | None = None,
    kind: Annotated[DealKind, Param("The kind of sale.")] | None = None,
    contacts: Guests | None = None,
    competitors: Annotated[list[str], Param("A competitor.", metavar="NAME")] | None = None,
    products: Annotated[list[str], Param("A product it is about.", metavar="NAME")] | None = None,
    source: Annotated[str, Param("Where it came from.")] = "",
    notes: Notes = "",
    set_: Pairs | None = None,
) -> Change:
    """Add a deal, opened today; its owner is --owner or else the customer's owner.

    crm new-deal acme "Platform" --amount 50k --close-date eoq --stage discovery
    """
    at = workspace.customer(customer)
    begins = stage_id(workspace.config, stage) if stage else workspace.stages[0]
    more, remarks = new_fields(Target(workspace, "deal", at.slug), set_ or [])
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
            contacts=workspace.contact_slugs(at.slug, contacts or []),
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
    return Change.of(new, message=f"Add deal {name} of {at.name}", notes=remarks)
