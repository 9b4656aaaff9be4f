"""The part [health] of crm.toml: what it may hold, and that the comments in crm.toml are true."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crmkb.config.health_rules import HealthRules, Within, key_names
from crmkb.config.settings import read_config
from crmkb.config.toml_values import BadConfig

ROOT = Path(__file__).resolve().parents[2]
FILES = ("crm.toml", "templates/workspace/crm.toml")


def written_out(path: str) -> str:
    """Return the rules that stand in comments, as if the marks were taken away."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"(?m)^# (.*)$", text[text.index("# [health]") :]))


def keys(table: dict[str, object], prefix: str = "health") -> set[str]:
    found = set()
    for key, value in table.items():
        name = f"{prefix}.{key}"
        found |= keys(value, name) if isinstance(value, dict) else {name}
    return found


@pytest.mark.parametrize("path", FILES)
def test_the_comments_tell_every_rule_and_its_default(path: str) -> None:
    text = written_out(path)
    assert keys(tomllib.loads(text)["health"]) == set(key_names())
    assert read_config(text).health == HealthRules()


def test_rules_that_are_not_given_are_the_usual_ones() -> None:
    assert read_config("").health == HealthRules()
    rules = read_config("[health.usage]\nadoption_full = 0.5\n[health.weights]\nusage = 1").health
    assert rules.usage.adoption_full == 0.5
    assert rules.usage.silent_cap == 20
    assert rules.weights == (1, 20, 25, 25)


@pytest.mark.parametrize(
    "text, told",
    [
        ("[health.usage]\nadoption_ful = 1", "health.usage.adoption_ful: there is no such setting"),
        ("[health]\nusages = 1", "health.usages: there is no such setting; did you mean usage?"),
        ("[health]\nusage = 1", "health.usage: must be a table"),
        ("[health.usage]\nadoption_full = 80", "health.usage.adoption_full: 80 is not between"),
        ('[health.usage]\nadoption_full = "80 %"', "health.usage.adoption_full: '80 %' is not a"),
        ("[health.usage]\nsilent_days = 1.5", "health.usage.silent_days: 1.5 is not a whole"),
        ("[health.usage]\nsilent_days = 0", "health.usage.silent_days: 0 is not between"),
        ("[health.usage]\ntrend_none = 0.0", "health.usage.trend_none: must be below"),
        ("[health.weights]\nusage = -1", "health.weights.usage: -1 is not between"),
        ("[health.weights]\nusage = true", "health.weights.usage: True is not a number"),
        ("[health.weights]\nusage = nan", "health.weights.usage: NaN must be a number"),
        ("[health.bands]\ngood = 90", "health.bands.good: must be below bands.excellent, 80"),
        ("[health.bands]\nat_risk = 60", "health.bands.at_risk: must be below bands.good, 60"),
        ("[health.support]\nvolume_full = 15", "health.support.volume_full: must be below"),
        ('[health.support]\nhigh = "soon"', "health.support.high: 'soon' is not a time such as"),
        ('[health.support]\nhigh = "0 days"', "health.support.high: '0 days' is not a time"),
        ("[health.relationship]\nexecutive_titles = 1", "health.relationship.executive_titles: mu"),
        (
            "[health.points]\nachieved = 0\nnps = 0",
            "health.points: one of achieved, nps must be above 0",
        ),
        (
            "[health.weights]\nusage = 0\nsupport = 0\nrelationship = 0\noutcomes = 0",
            "health.weights: one of usage, support, relationship, outcomes must be above 0",
        ),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_key(text: str, told: str) -> None:
    with pytest.raises(BadConfig) as raised:
        read_config(text)
    assert raised.value.message.startswith(f"crm.toml: {told}")


@pytest.mark.parametrize(
    "words, start, end",
    [
        ("4 hours", "2026-11-20T23:00", "2026-11-21T03:00"),
        ("14 days", "2026-11-20T09:00", "2026-12-04T09:00"),
        ("1 business day", "2026-11-20T15:00", "2026-11-23T15:00"),  # Friday to Monday
        ("1 business day", "2026-11-21T15:00", "2026-11-23T23:59:59.999999"),  # Saturday
        ("1 business day", "2026-11-22T15:00", "2026-11-23T23:59:59.999999"),  # Sunday
        ("3 business days", "2026-11-18T09:00", "2026-11-23T09:00"),  # Wednesday
        ("5 business days", "2026-11-17T09:00", "2026-11-24T09:00"),
        ("12 business days", "2026-11-20T09:00", "2026-12-08T09:00"),
    ],
)
def test_the_end_of_a_time(words: str, start: str, end: str) -> None:
    rules = read_config(f'[health.support]\nlow = "{words}"').health
    assert str(rules.support.low) == words
    assert rules.support.low.end(datetime.fromisoformat(start)) == datetime.fromisoformat(end)


def test_business_days_are_those_from_monday_to_friday() -> None:
    for day in range(1, 29):
        start = datetime(2026, 11, day, 12)
        for count in range(1, 30):
            end = Within(count, "business day").end(start)
            span = range(start.toordinal() + 1, end.toordinal() + 1)
            assert sum(datetime.fromordinal(each).weekday() < 5 for each in span) == count
            assert end.weekday() < 5


def test_what_began_at_the_weekend_is_not_over_before_what_began_on_friday() -> None:
    within = Within(1, "business day")
    hours = [datetime(2026, 11, 20) + timedelta(hours=passed) for passed in range(5 * 24)]
    ends = [within.end(start) for start in hours]
    assert ends == sorted(ends)
