"""A customer: `customers/<slug>/profile.md`."""

from __future__ import annotations

from typing import ClassVar

from crmkb.schema.choices import ContractPeriod, Status, Tier
from crmkb.schema.fields import Amount, Day, Texts, Whole
from crmkb.schema.pydantic_model import Entity


class Customer(Entity):
    """An organisation that we sell to or may sell to; the contract keys are today's contract."""

    noun: ClassVar = "customer"
    plural: ClassVar = "customers"
    pattern: ClassVar = "customers/*/profile.md"

    name: str
    status: Status | None = None
    phase: str | None = None
    tier: Tier | None = None
    owner: str | None = None
    csm: str | None = None
    industry: str | None = None
    website: str | None = None
    domains: Texts = []
    codename: str | None = None
    employees: Whole | None = None
    annual_revenue: Amount | None = None
    country: str | None = None
    parent: str | None = None
    tech_stack: Texts = []
    competitors: Texts = []
    budget: str | None = None
    authority: str | None = None
    need: str | None = None
    timeline: str | None = None
    onboarded: Day | None = None
    churned: Day | None = None
    churn_reason: str | None = None
    archived: Day | None = None
    contract_amount: Amount | None = None
    contract_currency: str | None = None
    contract_period: ContractPeriod | None = None
    contract_seats: Whole | None = None
    contract_start: Day | None = None
    contract_renewal: Day | None = None
