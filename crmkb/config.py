"""The settings of a workspace: `crm.toml`, read and checked.

Plain dataclasses rather than Pydantic: every command reads this file, and most need no models.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmkb.errors import CrmError
from crmkb.words import CLOSED_LOST, CLOSED_WON

FILE_NAME = "crm.toml"


class BadConfig(CrmError):
    """`crm.toml` cannot be read or holds a setting that makes no sense."""

    def __init__(self, key: str, message: str) -> None:
        subject = f"{key}: " if key else ""
        super().__init__(f"{FILE_NAME}: {subject}{message}", hint=f"mend {FILE_NAME} and try again")


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
class Config:
    """The settings of one workspace; `rates` tell what one unit is worth in `currency`.

    `secrets_allowed_in` are patterns of paths whose secrets are none, such as test data.
    """

    name: str = ""
    timezone: str = "UTC"
    currency: str = "EUR"
    fiscal_year_start: int = 1
    team: Mapping[str, Member] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=lambda: dict(_default_stages()))
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    secrets_allowed_in: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which dates with a time are meant."""
        return ZoneInfo(self.timezone)

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
    workspace = _table(data, "workspace")
    return Config(
        name=_text(workspace, "workspace.name", ""),
        timezone=_zone(_text(workspace, "workspace.timezone", "UTC")),
        currency=_currency(_text(workspace, "workspace.currency", "EUR"), "workspace.currency"),
        fiscal_year_start=_month(workspace.get("fiscal_year_start", 1)),
        team=dict(_team(_table(data, "team"))),
        stages=dict(_stages(_table(data, "stages"))),
        rates={
            _currency(code, "rates"): _number(value, f"rates.{code}", above_zero=True)
            for code, value in _table(data, "rates").items()
        },
        secrets_allowed_in=_texts(_table(data, "secrets"), "secrets.allow"),
    )


def _team(table: Mapping[str, Any]) -> Iterator[tuple[str, Member]]:
    for handle in table:
        key = f"team.{handle}"
        member = _table(table, handle, key)
        texts = {name: _text(member, f"{key}.{name}", "") for name in ("email", "role", "manager")}
        if texts["manager"] and texts["manager"] not in table:
            raise BadConfig(f"{key}.manager", f"no team member {texts['manager']!r}")
        yield handle, Member(handle, _text(member, f"{key}.name", handle), **texts)


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
        given = _table(table, stage, key)
        known = defaults.get(stage)
        default_chance = known.probability if known else Decimal(0)
        chance = _number(given.get("probability", default_chance), f"{key}.probability")
        if not 0 <= chance <= 1:
            raise BadConfig(f"{key}.probability", f"{chance} is not between 0 and 1")
        yield stage, Stage(stage, _text(given, f"{key}.name", _title(stage)), chance, position)


def _title(stage: str) -> str:
    return stage.replace("_", " ").capitalize()


def _table(data: Mapping[str, Any], name: str, key: str = "") -> Mapping[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise BadConfig(key or name, f"must be a table, such as [{key or name}]")
    return table


def _text(table: Mapping[str, Any], key: str, default: str) -> str:
    value = table.get(key.rpartition(".")[2], default)
    if not isinstance(value, str):
        raise BadConfig(key, f"{value} must be a text in quotes")
    return value


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = table.get(key.rpartition(".")[2], [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadConfig(key, f'must be a list of texts, such as {key.rpartition(".")[2]} = ["…"]')
    return tuple(values)


def _number(value: Any, key: str, *, above_zero: bool = False) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadConfig(key, f"{value!r} is not a number")
    number = Decimal(value)
    if not number.is_finite() or (above_zero and number <= 0):
        raise BadConfig(key, f"{value} must be a number above 0")
    return number


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
