"""The Maven Analytics CRM, imported as it is, gives the figures that others computed from it."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import Any

import pytest

from tests.real.importing import DATA, Real, expected, needs_data
from tests.real.workspaces import MAVEN_ACCOUNTS, MAVEN_DEALS

pytestmark = needs_data

STAGES = {
    "Won": "closed_won",
    "Lost": "closed_lost",
    "Engaging": "discovery",
    "Prospecting": "qualified_lead",
}


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return expected("maven_iso")


CLOSED = "FROM closed_deals WHERE source = 'maven'"
RATE = "sum(outcome = 'won'), sum(outcome = 'lost'), round(avg(outcome = 'won'), 6), sum(value)"


def rates(real: Real, by: str, more: str = "") -> dict[str, Any]:
    rows = real.rows(f"SELECT {by} AS k, {RATE} FROM closed_deals AS d {more} GROUP BY k")
    return {
        row[0]: {"won": row[1], "lost": row[2], "win_rate": row[3], "won_value": row[4]}
        for row in rows
    }


def test_every_deal_is_one_commit_and_a_second_run_changes_nothing(maven: Real) -> None:
    subjects = maven.git("log", "--format=%s").splitlines()
    assert subjects[:3] == [
        "Import 8,800 deals from sales_pipeline.csv",
        "Add customer No account yet",
        "Import 85 customers from accounts.csv",
    ]
    again = maven.bring("deals", "maven_crm/sales_pipeline.csv", MAVEN_DEALS)
    assert (again["here"], again["created"], again["differs"], again["commit"]) == (
        8800,
        0,
        0,
        None,
    )
    accounts = maven.bring("customers", "maven_crm/accounts.csv", MAVEN_ACCOUNTS)
    assert (accounts["here"], accounts["commit"]) == (85, None)
    assert maven.git("log", "--format=%s").splitlines() == subjects
    assert maven.git("status", "--porcelain") == ""


def test_customers_are_as_in_the_file(maven: Real, figures: dict[str, Any]) -> None:
    given = "FROM customers WHERE slug <> 'no-account-yet'"
    totals = maven.rows(f"SELECT count(*), sum(employees), round(sum(annual_revenue), 2) {given}")
    assert totals == [(figures["accounts"], figures["account_employees_sum"], Decimal("169543.80"))]
    assert str(totals[0][2] + Decimal("0.00")) == figures["account_revenue_sum_musd"]
    for key, column in (("sectors", "industry"), ("office_locations", "country")):
        assert dict(maven.rows(f"SELECT {column}, count(*) {given} GROUP BY 1")) == figures[key]
    parents = "SELECT p.name, count(*) FROM customers AS c JOIN customers AS p ON p.slug = c.parent"
    assert dict(maven.rows(f"{parents} GROUP BY 1")) == figures["parents"]


def test_counts_by_stage(maven: Real, figures: dict[str, Any]) -> None:
    by_stage = {STAGES[stage]: count for stage, count in figures["by_stage"].items()}
    assert dict(maven.rows("SELECT stage, count(*) FROM deals GROUP BY 1")) == by_stage
    closed = dict(maven.rows("SELECT outcome, count(*) FROM closed_deals GROUP BY 1"))
    assert closed == {"won": by_stage["closed_won"], "lost": by_stage["closed_lost"]}
    opened = dict(maven.rows("SELECT stage, count(*) FROM open_deals GROUP BY 1"))
    assert opened == {stage: by_stage[stage] for stage in ("discovery", "qualified_lead")}


def test_deals_without_an_account_are_with_the_customer_named(
    maven: Real, figures: dict[str, Any]
) -> None:
    rows = maven.rows(
        "SELECT stage, count(*) FROM deals WHERE customer = 'no-account-yet' GROUP BY 1"
    )
    without = figures["opps_without_account_by_stage"]
    assert dict(rows) == {STAGES[stage]: count for stage, count in without.items()}
    assert sum(count for _, count in rows) == figures["opps_without_account"]


def test_what_is_missing_stays_missing(maven: Real, figures: dict[str, Any]) -> None:
    missing = "SELECT sum(opened IS NULL), sum(close_date IS NULL), sum(amount IS NULL) FROM deals"
    assert maven.rows(missing) == [
        (
            figures["opps_without_engage_date"],
            figures["opps_without_close_date"],
            figures["opps_without_close_value"],
        )
    ]


def test_value_and_win_rate(maven: Real, figures: dict[str, Any]) -> None:
    rows = maven.rows(
        "SELECT outcome, sum(value), round(avg(value), 4), value_currency FROM closed_deals"
        " GROUP BY outcome, value_currency ORDER BY outcome DESC"
    )
    assert rows == [
        ("won", figures["total_won_value"], figures["avg_won_value"], "USD"),
        ("lost", figures["lost_close_value_sum"], 0, "USD"),
    ]
    rate = maven.rows("SELECT round(avg(outcome = 'won'), 6) FROM closed_deals")
    assert rate == [(figures["win_rate_won_over_closed"],)]


def test_who_sells_what(maven: Real, figures: dict[str, Any]) -> None:
    ids = "SELECT count(DISTINCT value) FROM fields WHERE key = 'maven_id'"
    assert maven.rows(ids) == [(figures["unique_opportunity_ids"],)]
    agents = "SELECT name FROM team WHERE manager <> ''"
    assert len(maven.rows(agents)) == figures["sales_agents_in_team_file"]
    idle = maven.rows(f"{agents} AND handle NOT IN (SELECT owner FROM deals) ORDER BY name")
    assert [name for (name,) in idle] == figures["agents_without_deals"]
    others = (
        "SELECT count(DISTINCT manager), (SELECT count(DISTINCT owner) FROM deals)"
        " FROM team WHERE manager <> ''"
    )
    assert maven.rows(others) == [(figures["managers"], figures["sales_agents_with_deals"])]
    product = "SELECT products, count(*) FROM deals WHERE products = 'GTXPro'"
    assert dict(maven.rows(product)) == figures["products_in_pipeline_not_in_catalogue"]
    won = "SELECT round(avg(stage = 'closed_won'), 6), count(*) FROM deals"
    assert maven.rows(won) == [(figures["won_over_all"], figures["opportunities"])]


def test_win_rates_of_regions_are_those_of_their_managers(
    maven: Real, figures: dict[str, Any]
) -> None:
    with (DATA / "maven_crm/sales_teams.csv").open(newline="") as file:
        regions = {row["manager"]: row["regional_office"] for row in csv.DictReader(file)}
    cases = " ".join(f"WHEN '{name}' THEN '{region}'" for name, region in regions.items())
    team = "JOIN team AS t ON t.handle = d.owner JOIN team AS m ON m.handle = t.manager"
    assert rates(maven, f"CASE m.name {cases} END", team) == figures["win_rate_by_region"]


@pytest.mark.parametrize(
    "name, by, more",
    [
        ("win_rate_by_sector", "industry", ""),
        ("win_rate_by_agent", "owner_name", ""),
        ("win_rate_by_product", "products", ""),
        ("win_rate_by_close_quarter", "close_quarter", ""),
        (
            "win_rate_by_manager",
            "m.name",
            "JOIN team AS t ON t.handle = d.owner JOIN team AS m ON m.handle = t.manager",
        ),
    ],
)
def test_win_rates(maven: Real, figures: dict[str, Any], name: str, by: str, more: str) -> None:
    assert rates(maven, by, more) == figures[name]


def test_days_to_close(maven: Real, figures: dict[str, Any]) -> None:
    average = dict(
        maven.rows("SELECT outcome, round(avg(days_to_close), 4) FROM closed_deals GROUP BY 1")
    )
    average["closed"] = maven.rows("SELECT round(avg(days_to_close), 4) FROM closed_deals")[0][0]
    assert average == figures["avg_days_to_close"]
    span = "SELECT min(days_to_close), max(days_to_close) FROM closed_deals WHERE outcome = 'won'"
    assert list(maven.rows(span)[0]) == figures["days_to_close_min_max_won"]


def test_first_and_last_days(maven: Real, figures: dict[str, Any]) -> None:
    days = "SELECT min(opened), max(opened), min(close_date), max(close_date) FROM deals"
    names = ("first_engage", "last_engage", "first_close", "last_close")
    assert maven.rows(days) == [tuple(figures[name] for name in names)]


def test_the_ten_customers_of_most_value(maven: Real, figures: dict[str, Any]) -> None:
    rows = maven.rows(
        "SELECT customer_name, sum(value) AS won FROM closed_deals WHERE outcome = 'won'"
        " GROUP BY customer ORDER BY won DESC LIMIT 10"
    )
    assert [list(row) for row in rows] == figures["won_value_by_account_top10"]


@pytest.fixture(scope="module")
def analysis(maven: Real) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the win and loss analysis."""
    ran = maven.crm("report", "win_loss_analysis", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out, parse_float=Decimal)["data"]
    queries: dict[str, list[dict[str, Any]]] = data["win_loss_analysis"]["queries"]
    return queries


@pytest.mark.parametrize(
    "name, dimension",
    [
        ("win_rate_by_sector", "industry"),
        ("win_rate_by_agent", "owner"),
        ("win_rate_by_manager", "manager"),
        ("win_rate_by_product", "product"),
        ("win_rate_by_close_quarter", "quarter"),
    ],
)
def test_the_report_tells_the_same_win_rates(
    analysis: dict[str, list[dict[str, Any]]], figures: dict[str, Any], name: str, dimension: str
) -> None:
    told = {
        row["item"]: {
            "won": row["won"],
            "lost": row["lost"],
            "win_rate": round(row["win_rate"], 6),
            "won_value": row["won_value"],
        }
        for row in analysis["groups"]
        if row["dimension"] == dimension
    }
    assert told == figures[name]


def test_the_report_tells_the_same_totals_and_days(
    analysis: dict[str, list[dict[str, Any]]], figures: dict[str, Any]
) -> None:
    [total], [all_] = analysis["totals"], analysis["overall"]
    assert (total["won_value"], total["lost_value"]) == (
        figures["total_won_value"],
        figures["lost_close_value_sum"],
    )
    assert round(all_["win_rate"], 6) == figures["win_rate_won_over_closed"]
    # Every lost deal of the set is worth 0: by value, the rate would be 100 percent.
    assert total["win_rate_by_value"] is None
    days = {row["outcome"]: row["average_days"] for row in analysis["cycle"]}
    days["closed"] = analysis["both"][0]["average_days"]
    assert days == {key: round(value, 1) for key, value in figures["avg_days_to_close"].items()}
    assert analysis["stages"] == []  # the set tells no stages but the last


def test_pages_of_8800_deals_stay_readable(maven: Real) -> None:
    for name in ("pipeline_dashboard", "pipeline_status", "forecast", "win_loss_analysis"):
        page = maven.crm("report", name, "--stdout", "--as-of", "2017-12-31").out
        assert page.count("\n") < 500, name
    for name in ("deal_health_metrics", "deal_velocity"):
        page = maven.crm("report", name, "--stdout", "--as-of", "2017-12-31").out
        assert page.count("\n") < 200, name
