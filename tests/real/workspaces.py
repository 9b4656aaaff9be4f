"""Workspaces made of public data: what is imported from which file, and how it is mapped.

Each function makes one in an empty `Real` and returns what came of its imports, by kind. Tests
that only ask share the fixtures of `conftest.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from tests.real.importing import DATA, Real

Taken = dict[str, Any]

CUSTOMER_360 = '[workspace]\nname = "Customer 360"\ntimezone = "UTC"\ncurrency = "USD"\n'
CUSTOMER_SUCCESS = (
    '[workspace]\nname = "Customer success"\ncurrency = "USD"\n'
    '[team.taylor]\nname = "Taylor Chen"\n[team.morgan]\nname = "Morgan Lee"\n'
    '[team.riley]\nname = "Riley Patel"\n'
)
NORTHBEAM = '[workspace]\nname = "Northbeam"\ntimezone = "Europe/Oslo"\ncurrency = "USD"\n'

USAGE_360 = """id=event_id | customer=account_id | user=user_id | event=event_type
    | date=event_time | --source customer360"""
NPS_360 = """id=survey_id | customer=account_id | score=score | comment=comment
    | date=survey_date | --source customer360"""
TICKETS_360 = """id=ticket_id | customer=account_id | date=created_at | resolved=resolved_at
    | severity=priority | status=status | csat=csat | type:=support | subject:=Support ticket
    | --source customer360"""

ACTIVITIES = """id=Activity ID | type=Activity Type | date=Activity Date | us=Activity Owner
    | subject=Call/Meeting Title/Subject | them=Associated Contact Email | subject:=No subject
    | notes=Notes/Description | customer=Associated Contact Email | --source hubspot"""

MAVEN_ACCOUNTS = """name=account | industry=sector | annual_revenue=revenue | employees=employees
    | country=office_location | parent=subsidiary_of | year_established=year_established"""
MAVEN_DEALS = """id=opportunity_id | name=product+opportunity_id | customer=account
    | owner=sales_agent | products=product | stage=deal_stage | opened=engage_date
    | close_date=close_date | amount=close_value | stage:Won=closed_won | stage:Lost=closed_lost
    | stage:Engaging=discovery | stage:Prospecting=qualified_lead | --source maven
    | --on-unmatched no-account-yet"""

SALESFORCE_STAGES = {
    "Prospecting": "qualified_lead",
    "Qualification": "qualified_lead",
    "Needs Analysis": "discovery",
    "Value Proposition": "discovery",
    "Id. Decision Makers": "technical_validation",
    "Perception Analysis": "technical_validation",
    "Proposal/Price Quote": "business_case",
    "Negotiation/Review": "negotiation",
}
HUBSPOT_STAGES = {
    "Appointment Scheduled": "qualified_lead",
    "Qualified to Buy": "discovery",
    "Presentation Scheduled": "technical_validation",
    "Decision Maker Bought-In": "business_case",
    "Contract Sent": "negotiation",
}
LIN_STAGES = {
    "PROSPECTING": "qualified_lead",
    "NEEDS ANALYSIS": "discovery",
    "VALUE PROPOSITION": "discovery",
    "IDENTIFYING DECISION MAKERS": "technical_validation",
    "PERCEPTION ANALYSIS": "technical_validation",
    "PROPOSAL OR PRICE QUOTE": "business_case",
    "NEGOTIATION OR REVIEW": "negotiation",
}


def stage_rules(stages: Mapping[str, str]) -> str:
    """Return the options that let their stages stand for ours."""
    return "".join(f"| stage:{theirs}={ours}" for theirs, ours in stages.items())


def bring_customer_360(real: Real) -> Taken:
    """Import accounts, contacts, single events of use, NPS and tickets, which meet by their ids."""
    folder = "health_usage/customer360"
    accounts = """id=account_id | name=account_name | industry=industry | region=region
        | tier=plan | tier:starter=startup | onboarded=created_at | status:=active
        | contract_amount=arr | contract_period:=year | contract_currency:=USD
        | contract_start=created_at | --source customer360"""
    people = """id=contact_id | customer=account_id | name=name | emails=email | access=role
        | --source customer360"""
    return {
        "customers": real.bring("customers", f"{folder}/crm_accounts.csv", accounts),
        "contacts": real.bring("contacts", f"{folder}/contacts.csv", people),
        "usage": real.bring("usage", f"{folder}/usage_events.csv", USAGE_360),
        "nps": real.bring("nps", f"{folder}/nps.csv", NPS_360),
        "interactions": real.bring("interactions", f"{folder}/support_tickets.csv", TICKETS_360),
    }


def bring_customer_success(real: Real) -> Taken:
    """Import accounts with figures of their own, weekly usage, an NPS each, tickets and calls."""
    folder, source = "health_usage/customer_success_sim", "| --source sim"
    accounts = """id=account_id | name=account_name | status:=active | tier=segment
        | tier:Mid-Market=growth | tier:SMB=startup | csm=csm_owner | notes=notes
        | contract_amount=contract_value | contract_period:=year | contract_currency:=USD
        | contract_renewal=renewal_date | health_score=current_health_score
        | former_score=previous_health_score | usage_trend=product_usage_trend"""
    usage = """customer=account_id | date=event_date | active_users=active_users
        | key_feature_users=key_feature_users | usage_trend=usage_trend"""
    tickets = """id=ticket_id | customer=account_id | date=date_received | subject=issue_summary
        | severity=severity | sentiment=customer_sentiment | sentiment:frustrated=very_negative
        | sentiment:concerned=negative | notes=frontline_notes | status=current_status
        | type:=support"""
    calls = """customer=account_id | date=call_date | subject=summary | them=participants
        | outcome=follow_up_items | notes=risk_or_blocker | type:=call"""
    nps = "customer=account_id | date=last_contact_date | score=nps_score"
    return {
        "customers": real.bring("customers", f"{folder}/accounts.csv", accounts + source),
        "usage": real.bring("usage", f"{folder}/usage_events.csv", usage + source),
        "nps": real.bring("nps", f"{folder}/accounts.csv", nps + source),
        "tickets": real.bring("interactions", f"{folder}/support_tickets.csv", tickets + source),
        "calls": real.bring("interactions", f"{folder}/call_notes.csv", calls + source),
    }


def bring_hubspot(real: Real) -> Taken:
    """Import companies, and what meets them by domain or by the e-mail of a contact."""
    folder, elsewhere = "hubspot/faker_portal/hubspot_", "| --source hubspot"
    assert real.crm("new-customer", "Nobody's").code == 0
    nobodys = f"| --on-unmatched nobodys {elsewhere}"
    companies = """name=Company Name | id=Company ID | domains=Company Domain Name
        | owner=Company Owner | website=Website | industry=Industry | country=Country
        | employees=Number of Employees | annual_revenue=Annual Revenue"""
    people = """name=First Name+Last Name | id=Contact ID | emails=Email | title=Job Title
        | phones=Phone Number | customer=Associated Company Domain | lifecycle=Lifecycle Stage"""
    deals = f"""name=Deal Name | id=Deal ID | stage=Deal Stage | amount=Amount | opened=Create Date
        | close_date=Close Date | owner=Deal Owner | customer=Associated Company Domain
        | contacts=Associated Contact Email | pipeline=Pipeline | reason=Closed Lost Reason
        | kind=Deal Type | kind:New Business=new | kind:Existing Business=expansion
        {stage_rules(HUBSPOT_STAGES)}"""
    tickets = """id=Ticket ID | subject=Ticket Name | notes=Ticket Description | type:=support
        | status=Ticket Status | severity=Ticket Priority | date=Create Date | resolved=Close Date
        | us=Ticket Owner | them=Associated Contact Email | customer=Associated Company Domain"""
    return {
        "customers": real.bring("customers", f"{folder}companies.csv", companies + elsewhere),
        "contacts": real.bring("contacts", f"{folder}contacts.csv", people + nobodys),
        "deals": real.bring("deals", f"{folder}deals.csv", deals + elsewhere),
        "tickets": real.bring("interactions", f"{folder}tickets.csv", tickets + nobodys),
        "activities": real.bring("interactions", f"{folder}activities.csv", ACTIVITIES),
    }


def maven_config() -> str:
    """Return settings with the sales team of the data."""
    lines = ['[workspace]\nname = "Maven"\ncurrency = "USD"\n']
    with (DATA / "maven_crm/sales_teams.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            for name, manager in ((row["manager"], ""), (row["sales_agent"], row["manager"])):
                handle = name.lower().replace(" ", "_")
                if f"[team.{handle}]" not in "".join(lines):
                    boss = f'manager = "{manager.lower().replace(" ", "_")}"\n' if manager else ""
                    lines.append(f'[team.{handle}]\nname = "{name}"\n{boss}')
    return "".join(lines)


def bring_maven(real: Real) -> Taken:
    """Import all customers and deals; those without an account get a customer of their own."""
    customers = real.bring("customers", "maven_crm/accounts.csv", MAVEN_ACCOUNTS)
    assert real.crm("new-customer", "No account yet").code == 0
    return {
        "customers": customers,
        "deals": real.bring("deals", "maven_crm/sales_pipeline.csv", MAVEN_DEALS),
    }
