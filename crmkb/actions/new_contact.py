"""Add a contact to a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from crmkb.actions._assignments import Target, new_fields
from crmkb.errors import AlreadyExists, BadValue
from crmkb.interface.params import CustomerName, Pairs, Param
from crmkb.schema.choices import Influence, Role
from crmkb.values.addresses import is_email
from crmkb.values.display import one_line
from crmkb.values.names import fold, slugify
from crmkb.workspace import Change, Workspace, Write, fields_of

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit

PANEL = "Record"
TEMPLATE = "relationship_map_template.md"


class BadEmail(BadValue):
    """A text is not an e-mail address."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no e-mail address", "write it as jane@acme.example")


def plan(
    workspace: Workspace,
    customer: CustomerName,
    name: Annotated[str, Param("The person's full name.")],
    *,
    email: Annotated[list[str], Param("An e-mail address.", metavar="ADDRESS", is_usual=True)]
    | None = None,
    phone: Annotated[list[str], Param("A phone number, as you would dial it.", metavar="NUMBER")]
    | None = None,
    title: Annotated[str, Param("The person's job title.", is_usual=True)] = "",
    role: Annotated[Role, Param("The person's role in decisions.", is_usual=True)] | None = None,
    influence: Annotated[Influence, Param("The person's influence.")] | None = None,
    primary: Annotated[bool, Param("Make this the primary contact, in place of another.")] = False,
    reports_to: Annotated[str, Param("The person's superior.", "contacts", metavar="CONTACT")] = "",
    linkedin: Annotated[str, Param("The LinkedIn address.", metavar="ADDRESS")] = "",
    set_: Pairs | None = None,
) -> Change:
    """Add a contact: a person at a customer.

    crm new-contact acme "Jane Roe" --email jane@acme.example --role champion --primary
    """
    at = workspace.customer(customer)
    more, notes = new_fields(Target(workspace, "contact", at.slug), set_ or [])
    name = one_line(name)
    fields = {
        **fields_of(
            title=title,
            role=role,
            influence=influence,
            emails=email,
            phones=phone,
            linkedin=linkedin,
            primary=True if primary else None,
            reports_to=workspace.contact(reports_to, at.slug).slug if reports_to else None,
            since=workspace.today,
        ),
        **more,
    }
    moved = former_primary(workspace, at.slug) if fields.get("primary") == "true" else None
    if moved is not None and not primary:
        raise AlreadyExists("a primary contact", moved.path, "move it with: --primary")
    if moved is not None:
        notes.append(f"{moved.name} is no longer the primary contact")
    edits: list[RecordEdit] = [moved.edit().remove("primary")] if moved is not None else []
    new = contact_file(workspace, at, name, fields)
    return Change.of(new, *edits, message=f"Add contact {name} of {at.name}", notes=notes)


def contact_file(
    workspace: Workspace, customer: Record, name: str, fields: dict[str, str | list[str]]
) -> Write:
    """Return the file of a new contact; raise `BadEmail`, or `AlreadyExists` for a known person."""
    emails = fields.get("emails", [])
    for address in [emails] if isinstance(emails, str) else emails:
        if not is_email(address):
            raise BadEmail(address)
        rows = workspace.index.rows(
            "SELECT path FROM names WHERE what = 'email' AND name = ?", fold(address)
        )
        if rows:
            raise AlreadyExists(f"a contact with the e-mail {address!r}", str(rows[0][0]))
    return workspace.create(
        "contact",
        workspace.customer_path(customer.slug, "relationships", f"{slugify(name)}.md"),
        {"name": name, **fields},
        TEMPLATE,
        customer_name=customer.name,
    )


def former_primary(workspace: Workspace, customer: str) -> Record | None:
    """Return the customer's primary contact, None if it has none."""
    rows = workspace.index.rows(
        "SELECT path FROM contacts WHERE customer = ? AND is_primary = 1", customer
    )
    return workspace.read(str(rows[0][0])) if rows else None
