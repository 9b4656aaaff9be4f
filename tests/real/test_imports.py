"""Exports of other systems, imported as they are, give the figures others computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from crmkb.connectors.csv_file import read_csv
from tests.real.importing import DATA, Real, as_typed, expected, needs_data, workspace

pytestmark = needs_data

CONFIG = '[workspace]\nname = "Northbeam"\ntimezone = "Europe/Oslo"\ncurrency = "USD"\n'


@pytest.fixture
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with workspace(tmp_path_factory.mktemp("real"), CONFIG) as made:
        yield made


def stage_rules(stages: Mapping[str, str]) -> str:
    return "".join(f"| stage:{theirs}={ours}" for theirs, ours in stages.items())


def by_our_stage(figures: Mapping[str, Any], stages: Mapping[str, str]) -> dict[str, Any]:
    """Return count and sum of each of our stages, of figures by the stages of others."""
    counts: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for theirs, figure in figures.items():
        ours = stages.get(theirs) or theirs.lower().replace(" ", "_")
        counts[ours] += figure["count"]
        amounts[ours] += Decimal(figure["amount"])  # type: ignore[assignment]
    return {stage: (count, amounts[stage]) for stage, count in counts.items()}


def deals_by_stage(real: Real) -> dict[str, Any]:
    rows = real.rows(
        "SELECT stage, count(*), sum(CAST(round(amount * 100) AS INTEGER)) FROM deals GROUP BY 1"
    )
    return {stage: (count, Decimal(cents or 0) / 100) for stage, count, cents in rows}


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


def test_salesforce_with_us_dates_and_ids(real: Real) -> None:
    """Accounts, contacts and opportunities find each other by their Salesforce ids."""
    folder = "salesforce/developer_edition_us_dates"
    figures = expected("salesforce_dev_edition_us_dates")
    accounts = """name=Name | id=Id | parent=ParentId | industry=Industry
        | employees=NumberOfEmployees | annual_revenue=AnnualRevenue | --source salesforce"""
    taken = real.bring("customers", f"{folder}/Account.csv", accounts)
    assert (taken["created"], taken["rejected"]) == (figures["accounts"], 0)
    people = """name=Name | id=Id | customer=AccountId | emails=Email | phones=Phone | title=Title
        | --source salesforce"""
    taken = real.bring("contacts", f"{folder}/Contact.csv", people)
    assert (taken["created"], taken["rejected"]) == (figures["contacts"], 0)
    options = f"""name=Name | id=Id | customer=AccountId | stage=StageName | amount=Amount
        | probability=Probability | opened=CreatedDate | close_date=CloseDate | source=LeadSource
        | --source salesforce {stage_rules(SALESFORCE_STAGES)}"""
    stopped = real.crm("import", "deals", DATA / folder / "Opportunity.csv", *as_typed(options))
    assert stopped.code == 2
    assert "error: Opportunity.csv:2: '02/03/24' can be 3 dates; nothing was" in stopped.err
    taken = real.bring("deals", f"{folder}/Opportunity.csv", options + "| --date-order mdy")
    assert (taken["created"], taken["rejected"]) == (figures["opportunities"], 0)
    assert deals_by_stage(real) == by_our_stage(figures["by_stage"], SALESFORCE_STAGES)
    totals = real.rows(
        "SELECT sum(amount), sum(amount IS NULL), min(close_date), max(close_date) FROM deals"
    )
    assert totals == [
        (int(figures["total_amount"]), figures["without_amount"], *figures["close_date_min_max"])
    ]
    won = real.rows("SELECT count(*), sum(amount) FROM closed_deals WHERE outcome = 'won'")
    assert won == [(figures["won"]["count"], int(figures["won"]["amount"]))]


HUBSPOT_STAGES = {
    "Appointment Scheduled": "qualified_lead",
    "Qualified to Buy": "discovery",
    "Presentation Scheduled": "technical_validation",
    "Decision Maker Bought-In": "business_case",
    "Contract Sent": "negotiation",
}
HUBSPOT_TYPES = {"Call": 402, "Email": 398, "Note": 403, "Meeting": 412}


def test_hubspot_with_joins_by_domain_and_email(real: Real) -> None:
    figures = expected("hubspot_faker_portal")
    companies = """name=Company Name | id=Company ID | domains=Company Domain Name
        | owner=Company Owner | website=Website | industry=Industry | country=Country
        | employees=Number of Employees | annual_revenue=Annual Revenue | --source hubspot"""
    taken = real.bring("customers", "hubspot/faker_portal/hubspot_companies.csv", companies)
    assert (taken["created"], taken["rejected"]) == (figures["companies"], 0)
    assert real.crm("new-customer", "Nobody's").code == 0
    people = """name=First Name+Last Name | id=Contact ID | emails=Email | title=Job Title
        | phones=Phone Number | customer=Associated Company Domain | lifecycle=Lifecycle Stage
        | --on-unmatched nobodys | --source hubspot"""
    taken = real.bring("contacts", "hubspot/faker_portal/hubspot_contacts.csv", people)
    assert (taken["created"], taken["rejected"]) == (figures["contacts"], 0)
    lifecycles = "SELECT value, count(*) FROM fields WHERE key = 'lifecycle' GROUP BY 1"
    assert dict(real.rows(lifecycles)) == figures["contacts_by_lifecycle"]
    others = real.rows("SELECT count(*) FROM contacts WHERE customer = 'nobodys'")
    assert others == [(figures["contacts_without_company_domain"],)]
    deals = f"""name=Deal Name | id=Deal ID | stage=Deal Stage | amount=Amount | opened=Create Date
        | close_date=Close Date | owner=Deal Owner | customer=Associated Company Domain
        | contacts=Associated Contact Email | pipeline=Pipeline | reason=Closed Lost Reason
        | kind=Deal Type | kind:New Business=new | kind:Existing Business=expansion
        | --source hubspot {stage_rules(HUBSPOT_STAGES)}"""
    taken = real.bring("deals", "hubspot/faker_portal/hubspot_deals.csv", deals)
    assert (taken["created"], taken["rejected"]) == (figures["deals"], 0)
    assert deals_by_stage(real) == by_our_stage(figures["deals_by_stage"], HUBSPOT_STAGES)
    pipelines = "SELECT value, count(*) FROM fields WHERE key = 'pipeline' GROUP BY 1"
    assert dict(real.rows(pipelines)) == figures["deals_by_pipeline"]


def test_hubspot_activities_of_a_type_we_lack_are_handed_back(real: Real) -> None:
    figures = expected("hubspot_faker_portal")["activities_by_type"]
    assert real.crm("new-customer", "All").code == 0
    activities = """id=Activity ID | type=Activity Type | date=Activity Date | us=Activity Owner
        | subject=Call/Meeting Title/Subject | them=Associated Contact Email | subject:=No subject
        | notes=Notes/Description | --source hubspot | --on-unmatched all"""
    taken = real.bring("interactions", "hubspot/faker_portal/hubspot_activities.csv", activities)
    assert taken["rejected"] == figures["Task"]
    assert {reason["reason"].split(" is not")[0] for reason in taken["reasons"]} == {"type: 'Task'"}
    types = dict(real.rows("SELECT type, count(*) FROM interactions GROUP BY 1"))
    assert types == {name.lower(): count for name, count in figures.items() if name != "Task"}
    again = real.bring("interactions", "hubspot/faker_portal/hubspot_activities.csv", activities)
    assert (again["here"], again["commit"]) == (sum(types.values()), None)


LIN_STAGES = {
    "PROSPECTING": "qualified_lead",
    "NEEDS ANALYSIS": "discovery",
    "VALUE PROPOSITION": "discovery",
    "IDENTIFYING DECISION MAKERS": "technical_validation",
    "PERCEPTION ANALYSIS": "technical_validation",
    "PROPOSAL OR PRICE QUOTE": "business_case",
    "NEGOTIATION OR REVIEW": "negotiation",
}


def test_a_mockaroo_export_with_shouting_stages_and_no_ids(real: Real) -> None:
    """Of half of its opportunities the last columns are shifted into one without a name."""
    folder, figures = "other_crm/lin_crm_mockaroo", expected("lin_crm")
    accounts = "name=name | website=domain | owner=assignedTo | country=country"
    taken = real.bring("customers", f"{folder}/Accounts.csv", accounts)
    assert taken["created"] == figures["accounts_unique_names"]
    assert [reason["reason"] for reason in taken["reasons"]] == [
        "the name 'KPMG' stands on line 55 already"
    ]
    options = f"""name=lead | stage=stage | amount=amount | probability=probability
        | source=lead_source | kind=type | kind:EXISTING=expansion | owner=assignedTo
        | note=description | more=column 12 | --on-unmatched kpmg {stage_rules(LIN_STAGES)}"""
    taken = real.bring("deals", f"{folder}/Opportunity.csv", options)
    assert "a column without a name is called 'column 12'" in taken["notes"]
    assert (taken["created"], taken["rejected"]) == (figures["opportunities"], 0)
    assert deals_by_stage(real) == by_our_stage(figures["by_stage"], LIN_STAGES)
    again = real.bring("deals", f"{folder}/Opportunity.csv", options)
    assert (again["here"], again["created"], again["commit"]) == (figures["opportunities"], 0, None)


def test_dirty_contacts_lose_no_row(real: Real) -> None:
    figures = expected("dirty_crm_dev")
    assert real.crm("new-customer", "All").code == 0
    options = """id=id | name=first_name+last_name | emails=email | phones=phone | title=title
        | company=company | last_contacted=last_contacted | --on-unmatched all"""
    taken = real.bring("contacts", "messy_csv/dirty_crm.csv", options)
    assert taken["created"] + taken["rejected"] == figures["rows"]
    assert {reason["reason"] for reason in taken["reasons"]} == {
        "13 cells, where the header has 12"
    }
    written = (real.root.parent / "contacts.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert len(written) == 1 + taken["rejected"]
    rows = read_csv((DATA / "messy_csv/dirty_crm.csv").read_bytes(), "x").rows
    assert [line.split(",")[0] for line in written[1:]] == [
        str(row.line) for row in rows if len(row.cells) > 12
    ]


def test_colliding_headers_formulas_and_ragged_rows(real: Real) -> None:
    assert real.crm("new-customer", "All").code == 0
    taken = real.bring(
        "contacts",
        "messy_csv/messy_contacts.csv",
        "name=name | emails=email | note=note | --on-unmatched all",
    )
    assert taken["form"] == "UTF-8, commas between 4 columns"
    assert taken["blank_rows"] == 1
    assert (taken["created"], taken["unmapped"]) == (4, ["Name"])
    assert [reason["reason"] for reason in taken["reasons"]] == [
        "the same row stands on line 3 already"
    ]


@pytest.mark.parametrize(
    "file, form, rows, columns",
    [
        ("messytables_horror/spanish_chars.csv", "Windows-1252, as it is not UTF-8, ", 115, 8),
        ("messytables_horror/utf8bom.csv", "UTF-8 with a BOM, ", 0, 2),
        ("messytables_horror/simple.ssv", "UTF-8, semicolons ", 6, 3),
        ("../salesforce/sf_cli_delimiters/backquote.csv", "UTF-8, backticks ", 10, 5),
        ("../salesforce/sf_cli_delimiters/caret.csv", "UTF-8, carets ", 10, 5),
        ("../salesforce/sf_cli_delimiters/comma.csv", "UTF-8, commas ", 10, 5),
        ("../salesforce/sf_cli_delimiters/comma_wrapped_values.csv", "UTF-8, commas ", 10, 5),
        ("../salesforce/sf_cli_delimiters/pipe.csv", "UTF-8, bars ", 10, 5),
        ("../salesforce/sf_cli_delimiters/semicolon.csv", "UTF-8, semicolons ", 10, 5),
        ("../salesforce/sf_cli_delimiters/single-column.csv", "UTF-8, one column", 10, 1),
        ("../salesforce/sf_cli_delimiters/tab.csv", "UTF-8, tabs ", 10, 5),
    ],
)
def test_the_form_of_a_file_is_found_out(file: str, form: str, rows: int, columns: int) -> None:
    table = read_csv((DATA / "messy_csv" / file).read_bytes(), file)
    assert table.form.startswith(form)
    assert (len(table.rows), len(table.columns)) == (rows, columns)
