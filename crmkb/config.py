"""The settings of a workspace: `crm.toml`, read and checked.

Plain dataclasses rather than Pydantic: every command reads this file, and most need no models.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmkb.config_values import FILE_NAME as FILE_NAME
from crmkb.config_values import BadConfig as BadConfig
from crmkb.config_values import read_number, read_table, read_text, read_texts
from crmkb.words import CLOSED_LOST, CLOSED_WON

if TYPE_CHECKING:
    from crmkb.health_rules import HealthRules

_QUARTER = re.compile(r"(?:FY)?(\d{4}-Q[1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """One of us: the handle is what `owner: ana` and `@ana` name."""

    handle: str
    name: str
    email: str = ""
    role: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline; `probability` is the chance of winning from here, 0 to 1."""

    id: str
    name: str
    probability: Decimal
    position: int

    @property
    def is_closed(self) -> bool:
        """Return whether a deal in this stage is decided."""
        return self.id in (CLOSED_WON, CLOSED_LOST)


@dataclass(frozen=True, slots=True)
class Forecast:
    """From what chance of winning on an open deal counts as committed, and as best case."""

    commit: Decimal = Decimal("0.75")
    best_case: Decimal = Decimal("0.40")


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one workspace; `rates` tell what one unit is worth in `currency`.

    `targets` are what is to be won in a quarter, in `currency`, by the quarter as `dates.quarter`
    names it. `secrets_allowed_in` are patterns of paths whose secrets are none, such as test data.
    """

    name: str = ""
    timezone: str = "UTC"
    currency: str = "EUR"
    fiscal_year_start: int = 1
    team: Mapping[str, Member] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=lambda: dict(_default_stages()))
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    targets: Mapping[str, Decimal] = field(default_factory=dict)
    forecast: Forecast = field(default_factory=Forecast)
    secrets_allowed_in: tuple[str, ...] = ()
    health_table: Mapping[str, Any] = field(
        default_factory=dict, repr=False
    )  # of no matter to rows

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which dates with a time are meant."""
        return ZoneInfo(self.timezone)

    @property
    def health(self) -> HealthRules:
        """Return the rules of customer health, loaded only by those who need them."""
        from crmkb.health_rules import read_health

        return read_health(self.health_table)

    def local(self, moment: datetime) -> datetime:
        """Return the wall time of a moment; one without an offset is wall time already."""
        return (
            moment if moment.tzinfo is None else moment.astimezone(self.zone).replace(tzinfo=None)
        )

    def today(self, now: datetime) -> date:
        """Return the calendar day of an aware moment in the workspace's time zone."""
        return self.local(now).date()


def load_config(root: Path) -> Config:
    """Return the settings of the workspace in a folder; raise `BadConfig`."""
    try:
        return read_config(_bytes(root).decode("utf-8-sig"))
    except OSError as error:
        raise BadConfig("", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadConfig("", f"line {line} is not UTF-8 text") from error


def _bytes(root: Path) -> bytes:
    """Return the file's bytes; a link that leads out is not followed, whatever it leads to."""
    file = root / FILE_NAME
    if not file.resolve().is_relative_to(root.resolve()):
        raise BadConfig("", "is a link that leads out of the workspace")
    return file.read_bytes()


def read_config(text: str) -> Config:
    """Return the settings written in a `crm.toml`; raise `BadConfig` for what is wrong in it."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig("", f"not valid TOML: {error}") from error
    except RecursionError:
        raise BadConfig("", "not valid TOML: brackets nested too deep") from None
    except (ValueError, ArithmeticError):
        raise BadConfig("", "a number is too large") from None
    workspace = read_table(data, "workspace")
    fiscal_year_start = _month(workspace.get("fiscal_year_start", 1))
    return Config(
        name=read_text(workspace, "workspace.name", ""),
        timezone=_zone(read_text(workspace, "workspace.timezone", "UTC")),
        currency=_currency(read_text(workspace, "workspace.currency", "EUR"), "workspace.currency"),
        fiscal_year_start=fiscal_year_start,
        team=dict(_team(read_table(data, "team"))),
        stages=dict(_stages(read_table(data, "stages"))),
        rates={
            _currency(code, "rates"): read_number(value, f"rates.{code}", above_zero=True)
            for code, value in read_table(data, "rates").items()
        },
        targets=dict(_targets(read_table(data, "targets"), fiscal_year_start)),
        forecast=_forecast(read_table(data, "forecast")),
        secrets_allowed_in=read_texts(read_table(data, "secrets"), "secrets.allow"),
        health_table=_checked_health(read_table(data, "health")),
    )


def _team(table: Mapping[str, Any]) -> Iterator[tuple[str, Member]]:
    for handle in table:
        key = f"team.{handle}"
        member = read_table(table, handle, key)
        texts = {
            name: read_text(member, f"{key}.{name}", "") for name in ("email", "role", "manager")
        }
        if texts["manager"] and texts["manager"] not in table:
            raise BadConfig(f"{key}.manager", f"no team member {texts['manager']!r}")
        yield handle, Member(handle, read_text(member, f"{key}.name", handle), **texts)


def _default_stages() -> Iterator[tuple[str, Stage]]:
    chances = {
        "qualified_lead": "0.10",
        "discovery": "0.20",
        "technical_validation": "0.40",
        "business_case": "0.60",
        "negotiation": "0.80",
        CLOSED_WON: "1",
        CLOSED_LOST: "0",
    }
    for position, (stage, chance) in enumerate(chances.items(), start=1):
        yield stage, Stage(stage, _title(stage), Decimal(chance), position)


def _stages(table: Mapping[str, Any]) -> Iterator[tuple[str, Stage]]:
    defaults = dict(_default_stages())
    ids = [stage for stage in (table or defaults) if stage not in (CLOSED_WON, CLOSED_LOST)]
    for position, stage in enumerate([*ids, CLOSED_WON, CLOSED_LOST], start=1):
        key = f"stages.{stage}"
        given = read_table(table, stage, key)
        known = defaults.get(stage)
        default_chance = known.probability if known else Decimal(0)
        chance = _chance(given.get("probability", default_chance), f"{key}.probability")
        yield stage, Stage(stage, read_text(given, f"{key}.name", _title(stage)), chance, position)


def _targets(table: Mapping[str, Any], fiscal_year_start: int) -> Iterator[tuple[str, Decimal]]:
    prefix = "FY" if fiscal_year_start > 1 else ""
    for name, value in table.items():
        if not (match := _QUARTER.fullmatch(name)):
            raise BadConfig(f"targets.{name}", f"is no quarter such as {prefix}2026-Q4")
        yield prefix + match[1], read_number(value, f"targets.{name}", above_zero=True)


def _forecast(table: Mapping[str, Any]) -> Forecast:
    known = Forecast()
    commit = _chance(table.get("commit", known.commit), "forecast.commit")
    best_case = _chance(table.get("best_case", known.best_case), "forecast.best_case")
    if best_case > commit:
        raise BadConfig("forecast.best_case", f"{best_case} is above commit, {commit}")
    return Forecast(commit, best_case)


def _checked_health(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the rules of health as they are written, if they make sense."""
    if given:
        from crmkb.health_rules import read_health

        read_health(given)
    return given


def _title(stage: str) -> str:
    return stage.replace("_", " ").capitalize()


def _chance(value: Any, key: str) -> Decimal:
    chance = read_number(value, key)
    if not 0 <= chance <= 1:
        raise BadConfig(key, f"{chance} is not between 0 and 1")
    return chance


def _month(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 12:
        raise BadConfig("workspace.fiscal_year_start", f"{value!r} is not a month from 1 to 12")
    return value


def _currency(code: str, key: str) -> str:
    if len(code) != 3 or not code.isascii() or not code.isupper():
        raise BadConfig(key, f"{code!r} is not a currency code such as EUR")
    return code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadConfig(
            "workspace.timezone", f"{name!r} is no time zone such as Europe/Oslo"
        ) from error
    return name
