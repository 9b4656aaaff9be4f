from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.config.settings import Config, Forecast, load_config, read_config
from crmkb.config.toml_values import BadConfig

FULL = """\
[workspace]
name = "Northbeam"
timezone = "Europe/Oslo"
currency = "USD"
fiscal_year_start = 4

[team.ana]
name = "Ana Ruiz"
email = "ana@northbeam.example"
role = "account executive"
manager = "lee"

[team.lee]

[rates]
EUR = 1.10
JPY = 1

[targets]
"2027-Q1" = 200_000
"FY2027-Q2" = 150000.50

[stages.demo]
probability = 0.35

[stages.closed_won]
name = "Won"
"""


def test_all_settings_are_read() -> None:
    config = read_config(FULL)

    assert (config.name, config.timezone, config.currency) == ("Northbeam", "Europe/Oslo", "USD")
    assert config.fiscal_year_start == 4
    assert config.team["ana"].manager == "lee"
    assert config.team["lee"].name == "lee"
    assert config.rates == {"EUR": Decimal("1.10"), "JPY": Decimal(1)}
    assert config.targets == {"FY2027-Q1": Decimal(200_000), "FY2027-Q2": Decimal("150000.50")}


def test_targets_are_of_quarters_as_the_fiscal_year_names_them() -> None:
    assert list(read_config("[targets]\nFY2026-Q4 = 1").targets) == ["2026-Q4"]


def test_a_forecast_has_its_own_limits() -> None:
    assert read_config("[forecast]\ncommit = 0.9").forecast == Forecast(Decimal("0.9"))
    assert read_config("").forecast == Forecast(Decimal("0.75"), Decimal("0.40"))


def test_an_empty_file_has_all_defaults() -> None:
    config = read_config("")

    assert (config.timezone, config.currency, config.fiscal_year_start) == ("UTC", "EUR", 1)
    assert list(config.stages) == [
        "qualified_lead",
        "discovery",
        "technical_validation",
        "business_case",
        "negotiation",
        "closed_won",
        "closed_lost",
    ]
    assert config == Config()


def test_own_stages_come_in_their_order_with_the_closed_ones_last() -> None:
    stages = read_config(FULL).stages

    assert [(s.id, s.name, s.probability, s.position) for s in stages.values()] == [
        ("demo", "Demo", Decimal("0.35"), 1),
        ("closed_won", "Won", Decimal(1), 2),
        ("closed_lost", "Closed lost", Decimal(0), 3),
    ]
    assert [stage.is_closed for stage in stages.values()] == [False, True, True]


@pytest.mark.parametrize(
    "text, words",
    [
        ("[workspace", "crm.toml: not valid TOML: Expected ']' at the end of a table"),
        ("workspace = 5", "crm.toml: workspace: must be a table, such as [workspace]"),
        ("team.ana = 5", "crm.toml: team.ana: must be a table, such as [team.ana]"),
        ("[workspace]\nname = 5", "crm.toml: workspace.name: 5 must be a text in quotes"),
        (
            "[workspace]\ntimezone = 'Oslo'",
            "crm.toml: workspace.timezone: 'Oslo' is no time zone such as Europe/Oslo",
        ),
        ("[workspace]\ntimezone = '../etc/passwd'", "crm.toml: workspace.timezone: '../etc"),
        ("[workspace]\ntimezone = 'Europe'", "crm.toml: workspace.timezone: 'Europe' is no"),
        ("[workspace]\ntimezone = ''", "crm.toml: workspace.timezone: '' is no"),
        (
            "[workspace]\ncurrency = 'euro'",
            "crm.toml: workspace.currency: 'euro' is not a currency code such as EUR",
        ),
        ("[workspace]\ncurrency = '€€€'", "crm.toml: workspace.currency: '€€€' is not"),
        ("[workspace]\nfiscal_year_start = 13", "crm.toml: workspace.fiscal_year_start: 13 is not"),
        ("[workspace]\nfiscal_year_start = true", "crm.toml: workspace.fiscal_year_start: True"),
        ("[rates]\nusd = 1", "crm.toml: rates: 'usd' is not a currency code such as EUR"),
        ("[rates]\nUSD = '1'", "crm.toml: rates.USD: '1' is not a number"),
        ("[rates]\nUSD = 0", "crm.toml: rates.USD: 0 must be a number above 0"),
        ("[rates]\nUSD = inf", "crm.toml: rates.USD: Infinity must be a number above 0"),
        ("[rates]\nUSD = nan", "crm.toml: rates.USD: NaN must be a number above 0"),
        ("[stages.x]\nprobability = 60", "crm.toml: stages.x.probability: 60 is not between 0"),
        ("[forecast]\ncommit = 75", "crm.toml: forecast.commit: 75 is not between 0"),
        ("[forecast]\ncommit = 0.3", "crm.toml: forecast.best_case: 0.40 is above commit, 0.3"),
        ("[stages.x]\nprobability = true", "crm.toml: stages.x.probability: True is not a number"),
        ("[team.ana]\nmanager = 'bob'", "crm.toml: team.ana.manager: no team member 'bob'"),
        ("[targets]\n'Q4' = 1", "crm.toml: targets.Q4: is no quarter such as 2026-Q4"),
        ("[targets]\n2026-Q4 = 0", "crm.toml: targets.2026-Q4: 0 must be a number above 0"),
        ("[targets]\n2026-Q4 = '1'", "crm.toml: targets.2026-Q4: '1' is not a number"),
        ("x = " + "[" * 5000, "crm.toml: not valid TOML: "),
    ],
)
def test_a_wrong_setting_is_named(text: str, words: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read_config(text)

    assert caught.value.message.startswith(words)
    assert caught.value.hint == "mend crm.toml and try again"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadConfig):
        read_config(text)


def test_a_file_that_is_no_text_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_bytes(b"\n\nname = '\xe6'\n")

    with pytest.raises(BadConfig, match="line 3 is not UTF-8 text"):
        load_config(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").mkdir()

    with pytest.raises(BadConfig, match="cannot be read: Is a directory"):
        load_config(tmp_path)


def test_moments_become_wall_time_and_days() -> None:
    config = Config(timezone="Europe/Oslo")
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    assert config.local(summer) == datetime(2026, 7, 2, 0, 30)
    assert config.local(datetime(2026, 7, 1, 22, 30)) == datetime(2026, 7, 1, 22, 30)
    assert config.today(summer) == date(2026, 7, 2)
