"""A contact: `customers/<customer>/relationships/<slug>.md`."""

from __future__ import annotations

from typing import ClassVar

from crmkb.schema.choices import Influence, Role, Sentiment
from crmkb.schema.fields import Day, Texts, Truth
from crmkb.schema.pydantic_model import Entity


class Contact(Entity):
    """A person at a customer; `reports_to` names another contact of the same customer."""

    noun: ClassVar = "contact"
    plural: ClassVar = "contacts"
    pattern: ClassVar = "customers/*/relationships/*.md"

    name: str
    title: str | None = None
    role: Role | None = None
    influence: Influence | None = None
    emails: Texts = []
    phones: Texts = []
    linkedin: str | None = None
    primary: Truth | None = None
    reports_to: str | None = None
    sentiment: Sentiment | None = None
    since: Day | None = None
    left: Day | None = None
    consent: Texts = []
