"""A customer: `customers/<slug>/profile.md`."""

from __future__ import annotations

from typing import ClassVar

from crmkb.entities._entity import Amount, Day, Entity, Texts, Whole
from crmkb.words import ContractPeriod, Status, Tier


class Customer(Entity):
    """An organisation we sell to or might; the contract keys describe what runs today."""

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
