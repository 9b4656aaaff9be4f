"""Add a customer."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._pairs import Target, new_fields
from crmkb.actions._references import member
from crmkb.errors import AlreadyExists
from crmkb.params import Pairs, Param
from crmkb.people import domain_of
from crmkb.store.paths import CUSTOMER_FOLDERS, KEEPER, ref_of
from crmkb.text import fold, one_line, slugify
from crmkb.words import Status, Tier
from crmkb.workspace import Change, Workspace, Write, fields_of

PANEL = "Record"
TEMPLATE = "customer_profile_template.md"

Seller = Annotated[str, Param("Who of us sells to it.", "team", "MEMBER", is_usual=True)]
Website = Annotated[
    str, Param("Its web address; also a name to find it by.", metavar="ADDRESS", is_usual=True)
]


def plan(
    workspace: Workspace,
    name: Annotated[str, Param("What people call the customer.")],
    *,
    status: Annotated[Status, Param("Where the relation stands; a prospect unless said.")]
    | None = None,
    tier: Annotated[Tier, Param("Its size for us.", is_usual=True)] | None = None,
    owner: Seller | None = None,
    csm: Annotated[str, Param("Who of us looks after it.", "team", "MEMBER")] | None = None,
    website: Website = "",
    industry: Annotated[str, Param("What it does.")] = "",
    country: Annotated[str, Param("Where it is.")] = "",
    domains: Annotated[list[str], Param("A domain of its e-mail addresses.", metavar="DOMAIN")]
    | None = None,
    set_: Pairs | None = None,
) -> Change:
    """Add a customer: its folder with a profile.

    crm new-customer "Acme Corporation" --tier enterprise --owner ana --website acme.example
    """
    more, notes = new_fields(Target(workspace, "customer"), set_ or [])
    name = one_line(name)
    fields = {
        **fields_of(
            name=name,
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
        customer_name=name,
    )
    keepers = [
        Write(workspace.customer_path(slug, folder, KEEPER), None, b"")
        for folder in CUSTOMER_FOLDERS
    ]
    return Change.of(profile, *keepers, message=f"Add customer {name}", notes=notes)


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
