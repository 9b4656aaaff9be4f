"""Add a customer."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._assignments import Target, new_fields
from crmkb.errors import AlreadyExists
from crmkb.interface.params import Pairs, Param
from crmkb.schema.choices import Status, Tier
from crmkb.schema.layout import CUSTOMER_FOLDERS, KEEPER, ref_of
from crmkb.values.addresses import domain_of
from crmkb.values.display import one_line
from crmkb.values.names import fold, slugify
from crmkb.workspace import Change, Workspace, Write, fields_of
from crmkb.workspace.team import member

PANEL = "Record"
TEMPLATE = "customer_profile_template.md"

Seller = Annotated[str, Param("The team member who sells to it.", "team", "MEMBER", is_usual=True)]
Website = Annotated[
    str, Param("Its web address, which commands also find it by.", metavar="ADDRESS", is_usual=True)
]


def plan(
    workspace: Workspace,
    name: Annotated[str, Param("The customer's name.")],
    *,
    status: Annotated[Status, Param("The state of the relationship (default: prospect).")]
    | None = None,
    tier: Annotated[Tier, Param("Its size class.", is_usual=True)] | None = None,
    owner: Seller | None = None,
    csm: Annotated[str, Param("Its customer success manager.", "team", "MEMBER")] | None = None,
    website: Website = "",
    industry: Annotated[str, Param("Its industry.")] = "",
    country: Annotated[str, Param("Its country.")] = "",
    domains: Annotated[list[str], Param("A domain of its e-mail addresses.", metavar="DOMAIN")]
    | None = None,
    set_: Pairs | None = None,
) -> Change:
    """Add a customer: a folder with a profile.

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
    """Raise `AlreadyExists` if a customer other than `but` has one of these names."""
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
