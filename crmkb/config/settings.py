"""The settings of a workspace: `crm.toml`, read and checked.

Plain dataclasses rather than Pydantic: every command reads this file, and most need no models.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmkb.config.toml_values import (
    FILE_NAME,
    BadConfig,
    read_number,
    read_table,
    read_text,
    read_texts,
)
from crmkb.errors import BadValue, did_you_mean
from crmkb.schema.choices import CLOSED_LOST, CLOSED_WON
from crmkb.values.names import close_matches, fold

if TYPE_CHECKING:
    from crmkb.config.health_rules import HealthRules

_QUARTER = re.compile(r"(?:FY)?(\d{4}-Q[1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """A team member; `owner: ana` and `@ana` refer to the handle."""

    handle: str
    name: str
    email: str = ""
    role: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the pipeline; `probability` is the chance of winning from it, 0 to 1."""

    id: str
    name: str
    probability: Decimal
    position: int

    @property
    def is_closed(self) -> bool:
        """Return whether a deal in this stage is closed."""
        return self.id in (CLOSED_WON, CLOSED_LOST)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The lowest chances of winning, 0 to 1, of a committed and of a best-case open deal."""

    commit: Decimal = Decimal("0.75")
    best_case: Decimal = Decimal("0.40")


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one workspace; `rates` give the value of one unit in `currency`.

    `targets` are the amounts to win per quarter, in `currency`, by the quarter as `dates.quarter`
    names it. `secrets_allowed_in` are patterns of paths where secrets are allowed, such as test
    data.
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
    # Not in the repr, which is part of the index fingerprint: no index row depends on it.
    health_table: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of moments without an offset."""
        return ZoneInfo(self.timezone)

    @property
    def health(self) -> HealthRules:
        """Return the rules of customer health; the module is loaded only when needed."""
        from crmkb.config.health_rules import read_health

        return read_health(self.health_table)

    def local(self, moment: datetime) -> datetime:
        """Return the wall time of a moment; one without an offset already is wall time."""
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
    """Return the file's bytes; raise `BadConfig` for a link that leads out of the workspace."""
    file = root / FILE_NAME
    if not file.resolve().is_relative_to(root.resolve()):
        raise BadConfig("", "is a link that leads out of the workspace")
    return file.read_bytes()


def read_config(text: str) -> Config:
    """Return the settings in the text of a `crm.toml`; raise `BadConfig` if it is invalid."""
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
    """Return the table `[health]` as it is written; raise `BadConfig` if it is invalid."""
    if given:
        from crmkb.config.health_rules import read_health

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


class BadStage(BadValue):
    """The word is not the id or name of a stage."""

    def __init__(self, word: str, stages: Iterable[str]) -> None:
        stages = list(stages)
        close = did_you_mean(close_matches(word, stages))
        super().__init__(f"no stage {word!r}", close or f"the stages are {', '.join(stages)}")


def stage_id(config: Config, word: str) -> str:
    """Return the id of a stage, given its id or its name; raise `BadStage`."""
    wanted = fold(word).replace(" ", "_").replace("-", "_")
    for stage in config.stages.values():
        if wanted in (stage.id, fold(stage.name).replace(" ", "_")):
            return stage.id
    raise BadStage(word, config.stages)
