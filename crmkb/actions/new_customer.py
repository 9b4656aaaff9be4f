"""Add a customer."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._pairs import new_fields, own_key_note
from crmkb.actions._references import member
from crmkb.entities.customer import Customer
from crmkb.errors import AlreadyExists
from crmkb.params import MemberName, Pairs, Param
from crmkb.people import domain_of
from crmkb.store.paths import CUSTOMER_FOLDERS, KEEPER
from crmkb.text import fold, slugify
from crmkb.words import Status, Tier
from crmkb.workspace import Change, Workspace, Write, fields_of
from crmkb.workspace.change import ref_of

PANEL = "Record"
TEMPLATE = "customer_profile_template.md"


def plan(
    workspace: Workspace,
    name: Annotated[str, Param("What people call the customer.")],
    *,
    status: Annotated[Status, Param("Where the relation stands; a prospect unless said.")]
    | None = None,
    tier: Annotated[Tier, Param("Its size for us.")] | None = None,
    owner: MemberName | None = None,
    csm: MemberName | None = None,
    website: Annotated[str, Param("Its web address; also a name to find it by.")] = "",
    industry: Annotated[str, Param("What it does.")] = "",
    country: Annotated[str, Param("Where it is.")] = "",
    domains: Annotated[list[str], Param("A domain of its e-mail addresses.")] | None = None,
    set_: Pairs | None = None,
) -> Change:
    """Add a customer: its folder with a profile.

    crm new-customer "Acme Corporation" --tier enterprise --owner ana --website acme.example
    """
    more = new_fields(workspace, Customer, set_ or [])
    fields = {
        **fields_of(
            name=name.strip(),
            status=status or "prospect",
            tier=tier,
            owner=member(workspace, owner) if owner else None,
            csm=member(workspace, csm) if csm else None,
            industry=industry,
            website=website,
            domains=domains,
            country=country,
        ),
        **more,
    }
    slug = slugify(name)
    refuse_known(workspace, slug, fields)
    profile = workspace.create(
        "customer",
        workspace.customer_path(slug, "profile.md"),
        fields,
        TEMPLATE,
        customer_name=name.strip(),
    )
    keepers = [
        Write(workspace.customer_path(slug, folder, KEEPER), None, b"")
        for folder in CUSTOMER_FOLDERS
    ]
    notes = [note for key in more if (note := own_key_note(Customer, key))]
    return Change.of(profile, *keepers, message=f"Add customer {name.strip()}", notes=notes)


def refuse_known(
    workspace: Workspace, slug: str, fields: dict[str, str | list[str]], but: str = ""
) -> None:
    """Raise `AlreadyExists` when a customer, other than `but`, has one of these names."""
    rows = workspace.index.rows(
        "SELECT name, path, what FROM names WHERE kind = 'customer' AND customer <> ?", but
    )
    known = {str(name): (str(path), str(what)) for name, path, what in rows}
    for what, name in _names(slug, fields):
        if found := known.get(fold(name)):
            path, theirs = found
            raise AlreadyExists(
                f"a customer with the {what} {name!r}",
                path,
                f"it is the {theirs} of {ref_of(path)}: crm show {ref_of(path)}",
            )


def _names(slug: str, fields: dict[str, str | list[str]]) -> list[tuple[str, str]]:
    sites = [fields.get("website", ""), *_items(fields.get("domains", []))]
    return [
        ("slug", slug),
        ("name", str(fields["name"])),
        *(("alias", alias) for alias in _items(fields.get("aliases", []))),
        *(("domain", domain) for site in sites if (domain := domain_of(str(site)))),
        *(("codename", code) for code in _items(fields.get("codename", []))),
    ]


def _items(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
