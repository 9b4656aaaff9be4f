"""Exports of other systems, imported as they are, give the figures others computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from crmkb.connectors.csv_file import read_csv
from tests.real.conftest import Made
from tests.real.importing import DATA, Real, as_typed, expected, needs_data, workspace
from tests.real.workspaces import (
    ACTIVITIES,
    HUBSPOT_STAGES,
    LIN_STAGES,
    NORTHBEAM,
    SALESFORCE_STAGES,
    stage_rules,
)

pytestmark = needs_data


@pytest.fixture
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with workspace(tmp_path_factory.mktemp("real"), NORTHBEAM) as made:
        yield made


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


def test_hubspot_with_joins_by_domain_and_email(hubspot: Made) -> None:
    figures, real = expected("hubspot_faker_portal"), hubspot.real
    counts = {kind: (taken["created"], taken["rejected"]) for kind, taken in hubspot.taken.items()}
    tasks = figures["activities_by_type"]["Task"]
    assert counts == {
        "customers": (figures["companies"], 0),
        "contacts": (figures["contacts"], 0),
        "deals": (figures["deals"], 0),
        "tickets": (figures["tickets"], 0),
        "activities": (figures["activities"] - tasks, tasks),
    }
    lifecycles = "SELECT value, count(*) FROM fields WHERE key = 'lifecycle' GROUP BY 1"
    assert dict(real.rows(lifecycles)) == figures["contacts_by_lifecycle"]
    others = real.rows("SELECT count(*) FROM contacts WHERE customer = 'nobodys'")
    assert others == [(figures["contacts_without_company_domain"],)]
    assert deals_by_stage(real) == by_our_stage(figures["deals_by_stage"], HUBSPOT_STAGES)
    pipelines = "SELECT value, count(*) FROM fields WHERE key = 'pipeline' GROUP BY 1"
    assert dict(real.rows(pipelines)) == figures["deals_by_pipeline"]
    won = "SELECT count(*), round(sum(amount), 2) FROM closed_deals WHERE outcome = 'won'"
    assert real.rows(won) == [(figures["won"]["count"], Decimal(figures["won"]["amount"]))]


def test_hubspot_tickets_are_support_and_open_without_a_day(hubspot: Made) -> None:
    figures, real = expected("hubspot_faker_portal"), hubspot.real
    by_status = (
        "SELECT value, count(*), sum(resolved IS NULL) FROM interactions JOIN fields USING (path)"
        " WHERE type = 'support' AND key = 'status' GROUP BY 1"
    )
    rows = real.rows(by_status)
    assert {status: count for status, count, _ in rows} == figures["tickets_by_status"]
    assert {status for status, _, undated in rows if not undated} == {"Closed"}
    assert "severity: 'Urgent' taken as critical (75)" in hubspot.taken["tickets"]["notes"]


def test_hubspot_tasks_are_no_interactions_and_are_handed_back(hubspot: Made) -> None:
    """A task is not something that passed between them and us; all else is put in by e-mail."""
    figures = expected("hubspot_faker_portal")
    assert figures["activities_with_unknown_contact"] == 0
    taken = hubspot.taken["activities"]
    assert {reason["reason"].split(" is not")[0] for reason in taken["reasons"]} == {"type: 'Task'"}
    by_type = "SELECT type, count(*) FROM interactions WHERE type <> 'support' GROUP BY 1"
    types = {kind.title(): count for kind, count in hubspot.real.rows(by_type)}
    assert types | {"Task": taken["rejected"]} == figures["activities_by_type"]
    strangers = "SELECT count(*) FROM fields WHERE key = 'them' AND value LIKE '%@%'"
    assert hubspot.real.rows(strangers) == [(0,)]
    again = hubspot.real.bring(
        "interactions", "hubspot/faker_portal/hubspot_activities.csv", ACTIVITIES
    )
    assert (again["here"], again["commit"]) == (taken["created"], None)


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
    leads = """name=first_name+last_name | phones=phone | emails=email | customer=account
        | lead_status=status"""
    taken = real.bring("contacts", f"{folder}/Leads.csv", leads)
    assert (taken["created"], taken["rejected"]) == (figures["leads"], 0)
    statuses = "SELECT value, count(*) FROM fields WHERE key = 'lead_status' GROUP BY 1"
    assert dict(real.rows(statuses)) == figures["leads_by_status"]
    emails = real.rows("SELECT count(DISTINCT emails) FROM contacts")
    assert emails == [(figures["lead_unique_emails"],)]


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
