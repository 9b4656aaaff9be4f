"""The forecast: won, committed, best case and weighted, and what it does not count."""

from __future__ import annotations

from tests.conftest import CONFIG, Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

ACME = "customers/acme/deals"


def deal(name: str, stage: str, amount: int, closes: str, **more: str | float) -> str:
    keys = {"owner": "ana", **more}
    dates = {"close_date": closes} if closes else {}
    return record(name=name, stage=stage, amount=amount, **dates, **keys)


FILES = {
    "crm.toml": CONFIG + '\n[targets]\n"2026-Q4" = 1000\n',
    "customers/acme/profile.md": record(name="Acme", tier="growth"),
    f"{ACME}/a.md": deal("Won", "closed_won", 300, "2026-10-05"),
    f"{ACME}/b.md": deal("Sure", "negotiation", 200, "2026-12-01"),
    f"{ACME}/c.md": deal("Likely", "business_case", 100, "2026-12-18", owner="ben"),
    f"{ACME}/d.md": deal("Own chance", "discovery", 80, "2027-01-15", probability=0.9),
    f"{ACME}/e.md": deal("Early", "discovery", 50, "2027-02-15"),
    f"{ACME}/f.md": deal("Late", "negotiation", 999, "2026-11-13"),
    f"{ACME}/g.md": deal("Some day", "negotiation", 40, ""),
    f"{ACME}/h.md": deal("Far", "negotiation", 30, "2028-01-15"),
    f"{ACME}/i.md": deal("Dollars", "negotiation", 20, "2026-12-01", currency="GBP"),
    f"{ACME}/j.md": deal("Last year", "closed_won", 7, "2025-12-31"),
    f"{ACME}/k.md": deal("Lost", "closed_lost", 5000, "2026-10-05"),
}
FIGURES = "won committed best_case weighted open_value"


def test_quarters_of_the_fiscal_year_and_four_ahead(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "forecast")["quarters"]
    rows = {(row["quarter"], row["currency"]): row for row in found}
    assert [key for key in rows if key[1] == "EUR"] == [
        (quarter, "EUR")
        for quarter in (
            *("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"),
            *("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"),
        )
    ]
    assert picked(rows["2026-Q4", "EUR"], FIGURES) == (300, 200, 300, 220, 300)
    assert picked(rows["2026-Q4", "GBP"], FIGURES) == (0, 20, 20, 16, 20)
    assert picked(rows["2027-Q1", "EUR"], FIGURES) == (0, 80, 80, 82, 130)
    assert picked(rows["2026-Q1", "EUR"], FIGURES) == (0, 0, 0, 0, 0)
    assert rows["2026-Q4", "EUR"]["target"] == 1000
    assert rows["2026-Q4", "GBP"]["target"] is None
    told = page(crm, "forecast")
    assert "- won **EUR 300**, committed **EUR 200**, best case EUR 300; " in told
    assert "won and committed are **50%** of the target of EUR 1,000" in told


def test_months_and_owners_make_up_the_same_sums(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "forecast")
    months = {row["month"]: picked(row, FIGURES) for row in found["months"]}
    assert months["2026-10"] == (300, 0, 0, 0, 0)
    assert months["2027-01"] == (0, 80, 80, 72, 80)
    owners = [row for row in found["owners"] if row["quarters_ahead"] == 0]
    assert [picked(row, "owner currency " + FIGURES) for row in owners] == [
        ("Ana Ruiz", "EUR", 300, 200, 200, 160, 200),
        ("Ana Ruiz", "GBP", 0, 20, 20, 16, 20),
        ("Ben Okafor", "EUR", 0, 0, 100, 60, 100),
    ]


def test_a_close_date_that_has_passed_counts_nowhere_and_is_named(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "forecast")
    assert [picked(row, "why deals value") for row in found["not_counted"]] == [
        ("its close date has passed", 1, 999),
        ("it has no close date", 1, 40),
        ("it closes later than these quarters", 1, 30),
    ]
    assert [row["deal"] for row in found["overdue"]] == ["Late"]
    assert "1 open deal has a close date that has passed" in page(crm, "forecast")


def test_as_of_an_earlier_day_it_is_the_forecast_of_that_day(tree: Tree, crm: Crm) -> None:
    late = FILES[f"{ACME}/f.md"].replace(
        "close_date: 2026-11-13",
        "close_date: 2027-03-01\nclose_date_history:\n  - 2026-11-10 from 2026-11-13 to 2027-03-01",
    )
    tree({**FILES, f"{ACME}/f.md": late})
    then = answers(crm, "forecast", "--as-of", "2026-11-09")["quarters"]
    now = answers(crm, "forecast")["quarters"]
    committed = [
        [row["committed"] for row in rows if row["currency"] == "EUR" and row["ahead"] in (0, 1)]
        for rows in (then, now)
    ]
    assert committed == [[1199, 80], [200, 1079]]


def test_the_limits_are_those_of_the_settings(tree: Tree, crm: Crm) -> None:
    tree({**FILES, "crm.toml": FILES["crm.toml"] + "[forecast]\ncommit = 0.6\nbest_case = 0.1\n"})
    rows = {row["quarter"]: row for row in answers(crm, "forecast")["quarters"]}
    assert picked(rows["2026-Q4"], "committed best_case") == (20, 20)
    euros = [row for row in answers(crm, "forecast")["quarters"] if row["currency"] == "EUR"]
    assert [picked(row, "committed best_case") for row in euros[3:5]] == [(300, 300), (80, 130)]
    assert "a chance of at least 60%" in page(crm, "forecast")


def test_one_owners_forecast_has_no_target(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "forecast", "--owner", "ben", *DAY)
    assert {row["target"] for row in found["quarters"]} == {None}
    assert {row["owner"] for row in found["owners"]} == {"Ben Okafor"}


def test_a_fiscal_year_of_its_own(tree: Tree, crm: Crm) -> None:
    config = CONFIG.replace('currency = "EUR"', 'currency = "EUR"\nfiscal_year_start = 2')
    tree({**FILES, "crm.toml": config})
    rows = [row for row in answers(crm, "forecast")["quarters"] if row["currency"] == "EUR"]
    assert [row["quarter"] for row in rows][:5] == [f"FY2027-Q{n}" for n in range(1, 5)] + [
        "FY2028-Q1"
    ]
    assert picked(rows[3], FIGURES) == (0, 280, 380, 292, 380)


def test_an_empty_forecast_says_how_to_fill_it(crm: Crm) -> None:
    told = page(crm, "forecast")
    assert "Nothing is won this fiscal year and nothing is open" in told
    assert "crm new-deal CUSTOMER NAME" in told
    assert "##" not in told


def test_odd_names_break_nothing(tree: Tree, crm: Crm) -> None:
    odd = {path: text.replace("name: ", f"name: '{EVIL}' # ") for path, text in FILES.items()}
    assert wrongs_of(crm, tree({**odd, "crm.toml": FILES["crm.toml"]}), "forecast") == []
