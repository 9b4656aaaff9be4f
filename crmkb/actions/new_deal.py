"""Add a deal of a customer."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._pairs import new_fields, own_key_note
from crmkb.actions._references import contacts as contact_slugs
from crmkb.actions._references import currency_code, member, stage_id
from crmkb.entities.deal import Deal
from crmkb.params import CustomerName, Day, MemberName, Money, Pairs, Param, StageName
from crmkb.text import slugify
from crmkb.words import DealKind
from crmkb.workspace import Change, Workspace, fields_of

PANEL = "Record"
TEMPLATE = "deal_review_template.md"


def plan(
    workspace: Workspace,
    customer: CustomerName,
    name: Annotated[str, Param("What the deal is called.")],
    *,
    amount: Money | None = None,
    currency: Annotated[str, Param("Its currency; the workspace's unless said.")] = "",
    stage: StageName | None = None,
    close_date: Day | None = None,
    owner: MemberName | None = None,
    kind: Annotated[DealKind, Param("What is sold.")] | None = None,
    contacts: Annotated[list[str], Param("A contact who takes part.", "contacts")] | None = None,
    competitors: Annotated[list[str], Param("Who else is asked.")] | None = None,
    products: Annotated[list[str], Param("What it is about.")] | None = None,
    source: Annotated[str, Param("Where it came from.")] = "",
    notes: Annotated[
        str, Param("What to remember; - reads it from a pipe.", stdin=True, is_written=True)
    ] = "",
    set_: Pairs | None = None,
) -> Change:
    """Add a deal, opened today; it belongs to the customer's owner unless --owner says else.

    crm new-deal acme "Platform" --amount 50k --close-date eoq --stage discovery
    """
    at = workspace.customer(customer)
    begins = stage_id(workspace, stage) if stage else workspace.stages[0]
    more = new_fields(workspace, Deal, set_ or [])
    is_closed = workspace.config.stages[begins].is_closed
    fields = {
        **fields_of(
            name=name.strip(),
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
    new = workspace.create(
        "deal",
        workspace.customer_path(at.slug, "deals", f"{slugify(name)}.md"),
        fields,
        TEMPLATE,
        customer_name=at.name,
        notes=notes.strip(),
    )
    told = [note for key in more if (note := own_key_note(Deal, key))]
    return Change.of(new, message=f"Add deal {name.strip()} of {at.name}", notes=told)
