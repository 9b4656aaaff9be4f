"""The reports of customer success on public data: figures that others computed, pages that hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.real.conftest import Made
from tests.real.importing import expected, needs_data

pytestmark = needs_data

DAY = ("--as-of", "2025-11-22")
"""The day after the last ticket was resolved."""


def answers(made: Made, report: str) -> dict[str, list[dict[str, Any]]]:
    ran = made.real.crm("report", report, "--json", *DAY)
    assert ran.code == 0, ran.err
    queries: dict[str, list[dict[str, Any]]] = json.loads(ran.out)["data"][report]["queries"]
    return queries


def test_nps_is_what_others_computed(customer_360: Made) -> None:
    figures = expected("health")["customer360_dev"]
    [total] = answers(customer_360, "nps_tracking")["total"]
    names = ("promoters", "passives", "detractors")
    assert {name: total[name] for name in names} == {name: figures["nps"][name] for name in names}
    assert (total["answered"], total["customers"]) == (figures["nps"]["n"], figures["nps_accounts"])
    assert total["nps"] == pytest.approx(float(figures["nps"]["nps"]), abs=0.05)


def test_events_of_users_from_elsewhere_are_said(customer_360: Made) -> None:
    figures = expected("health")["customer360_dev"]
    found = answers(customer_360, "customer_health")
    [row] = found["elsewhere"]
    assert row["events_elsewhere"] == figures["event_user_belongs_to_other_account"]
    assert row["events"] == figures["usage_events"]
    assert len(found["customers"]) == figures["accounts"]


def test_no_open_ticket_is_late_where_none_is_open(customer_360: Made) -> None:
    figures = expected("health")["customer360_dev"]
    sql = "SELECT count(*) FROM health_signals WHERE signal = 'overdue' AND points < most"
    ran = customer_360.real.crm("query", sql, "--json", *DAY)
    assert list(json.loads(ran.out)["data"][0].values()) == [figures["open_tickets"]]


@pytest.mark.parametrize("report", ["customer_health", "nps_tracking", "risk", "cohorts"])
def test_a_page_of_three_hundred_customers_stays_readable(customer_360: Made, report: str) -> None:
    ran = customer_360.real.crm("report", report, "--stdout", *DAY)
    assert ran.code == 0, ran.err
    assert len(ran.out.splitlines()) < 320
