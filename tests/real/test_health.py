"""Usage, NPS and tickets of others, imported as they are, give the figures others computed."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

import pytest

from tests.real.conftest import Made
from tests.real.importing import DATA, expected, needs_data
from tests.real.workspaces import NPS_360, TICKETS_360, USAGE_360

pytestmark = needs_data

FOLDER = "health_usage/customer360"
LAST_DAY = "2025-11-15"


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    found: dict[str, Any] = expected("health")["customer360_dev"]
    return found


class TestCustomer360:
    def test_every_row_goes_in(self, customer_360: Made, figures: dict[str, Any]) -> None:
        taken = customer_360.taken
        counts = {kind: (result["created"], result["rejected"]) for kind, result in taken.items()}
        assert counts == {
            "customers": (figures["accounts"], 0),
            "contacts": (figures["contacts"], 0),
            "usage": (figures["usage_events"], 0),
            "nps": (figures["nps"]["n"], 0),
            "interactions": (figures["tickets"], 0),
        }
        assert taken["usage"]["message"] == "Import 4,754 lines of usage from usage_events.csv"

    def test_a_second_run_changes_nothing(self, customer_360: Made) -> None:
        real = customer_360.real
        for kind, file, options in (
            ("usage", "usage_events.csv", USAGE_360),
            ("nps", "nps.csv", NPS_360),
            ("interactions", "support_tickets.csv", TICKETS_360),
        ):
            again = real.bring(kind, f"{FOLDER}/{file}", options)
            assert (again["here"], again["commit"]) == (again["rows"], None)
        assert real.git("status", "--porcelain") == ""

    def test_accounts_and_contacts(self, customer_360: Made, figures: dict[str, Any]) -> None:
        (totals,) = customer_360.real.rows(
            "SELECT count(*), count(DISTINCT name), sum(contract_amount) FROM customers"
        )
        assert totals == (
            figures["accounts"],
            figures["unique_account_names"],
            figures["arr_sum"],
        )
        plans = dict(customer_360.real.rows("SELECT tier, count(*) FROM customers GROUP BY 1"))
        assert plans | {"starter": plans.pop("startup")} == figures["by_plan"]
        people = "SELECT count(*), count(DISTINCT lower(emails)) FROM contacts"
        assert customer_360.real.rows(people) == [(figures["contacts"], figures["unique_emails"])]

    def test_nps(self, customer_360: Made, figures: dict[str, Any]) -> None:
        (row,) = customer_360.real.rows(
            "SELECT count(score) AS n, sum(score >= 9) AS promoters,"
            " sum(score IN (7, 8)) AS passives, sum(score <= 6) AS detractors,"
            " round(100.0 * (sum(score >= 9) - sum(score <= 6)) / count(score), 4) AS nps,"
            " round(avg(score), 4) AS mean, count(DISTINCT customer) AS customers FROM nps"
        )
        names = ("n", "promoters", "passives", "detractors", "nps", "mean")
        assert row == (*(figures["nps"][name] for name in names), figures["nps_accounts"])

    def test_tickets(self, customer_360: Made, figures: dict[str, Any]) -> None:
        """Half of them are open by a word; all have a day on which they were solved."""
        (totals,) = customer_360.real.rows(
            "SELECT count(*), sum(resolved IS NULL) FROM interactions WHERE type = 'support'"
        )
        assert totals == (figures["tickets"], figures["open_tickets"])
        notes = customer_360.taken["interactions"]["notes"]
        assert "severity: 'med' taken as medium (224)" in notes
        assert any(note.startswith("306 are open by their status but") for note in notes)

    def test_usage(self, customer_360: Made, figures: dict[str, Any]) -> None:
        (totals,) = customer_360.real.rows(
            "SELECT sum(events), sum(events_elsewhere), max(day), count(DISTINCT customer)"
            " FROM usage"
        )
        assert totals == (
            figures["usage_events"],
            figures["event_user_belongs_to_other_account"],
            figures["usage_last_event"][:10],
            figures["accounts"] - figures["accounts_with_no_usage_ever"],
        )
        assert any(
            note.endswith("4,976, counted and told in events_elsewhere")
            for note in (customer_360.taken["usage"]["notes"])
        )

    def test_usage_of_thirty_days(self, customer_360: Made, figures: dict[str, Any]) -> None:
        """Counted from the hour of the last event there; we count days, the first one whole."""
        (totals,) = customer_360.real.rows(
            "SELECT sum(events), count(DISTINCT customer) FROM usage WHERE day >= '2025-10-16'"
        )
        hour = figures["usage_last_event"][10:]
        with (DATA / FOLDER / "usage_events.csv").open(newline="") as file:
            times = [row["event_time"] for row in csv.DictReader(file)]
        before = sum("2025-10-16" <= time < f"2025-10-16{hour}" for time in times)
        assert before == 1
        assert totals == (
            figures["events_last_30d"] + before,
            figures["active_accounts_last_30d"],
        )


class TestCustomerSuccess:
    def test_every_row_goes_in(self, customer_success: Made) -> None:
        figures = expected("health")["customer_success_sim_dev"]
        taken = customer_success.taken
        assert taken["customers"]["created"] == figures["accounts"]
        assert taken["usage"]["created"] == figures["usage_rows"]
        assert sum(result["rejected"] for result in taken.values()) == 0

    def test_what_the_accounts_say(self, customer_success: Made) -> None:
        figures = expected("health")["customer_success_sim_dev"]
        real = customer_success.real
        assert real.rows("SELECT sum(contract_amount) FROM customers") == [
            (figures["contract_value_sum"],)
        ]
        own = "JOIN fields AS {0} ON {0}.path = id.path AND {0}.key = '{1}'"
        ids = "SELECT id.value FROM fields AS id {} WHERE id.key = 'sim_id' AND {} ORDER BY 1"
        declining = ids.format(own.format("t", "usage_trend"), "t.value = 'declining'")
        assert [row[0] for row in real.rows(declining)] == figures["declining_trend_accounts"]
        scores = own.format("h", "health_score") + own.format("f", "former_score")
        dropped = ids.format(scores, "CAST(h.value AS INTEGER) < CAST(f.value AS INTEGER)")
        assert [row[0] for row in real.rows(dropped)] == figures["health_dropped"]

    def test_weekly_rows_stay_as_they_are(self, customer_success: Made) -> None:
        with (DATA / "health_usage/customer_success_sim/usage_events.csv").open(newline="") as file:
            given = [(row["event_date"], int(row["active_users"])) for row in csv.DictReader(file)]
        rows = customer_success.real.rows("SELECT day, active_users FROM usage")
        assert sorted(rows) == sorted(given)
        means = "SELECT round(avg(score), 4), count(*), min(line), max(line) FROM nps"
        assert customer_success.real.rows(means) == [(Decimal("5.7778"), 18, 2, 2)]
