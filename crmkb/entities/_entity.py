"""What all entities share: field types read from text, and reading that keeps what is right.

Values come as text (see `store/markdown.py`). Each field type says in its error what a person
should have written; a record with one wrong value keeps all its other values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from crmkb.dates import parse_iso_day, parse_iso_moment
from crmkb.entities._plain import plain_dates, plain_number, plain_word, said
from crmkb.errors import did_you_mean
from crmkb.kinds import EMPTY
from crmkb.text import close_matches

MOST_DIGITS = 15
"""Sums of larger amounts would not be exact in the index."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one value; `position` is the item's place in a list, from 0.

    `instead` is what must have been meant, where that is certain.
    """

    field: str
    position: int | None
    message: str
    hint: str = ""
    instead: str = ""


class WithHint(ValueError):
    """A wrong value, with what to do about it, or for certain what to write instead."""

    def __init__(self, message: str, hint: str | None, instead: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.instead = instead


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [item for item in value if item not in EMPTY]
    return [value] if isinstance(value, str) else value


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if (day := parse_iso_day(value)) is None:
        raise _no_date(value, "is not a day such as 2026-11-20", with_time=False)
    return day


def _moment(value: Any) -> Any:
    text = str(value)
    moment = parse_iso_day(text) or parse_iso_moment(text)
    if isinstance(moment, datetime) and moment.year in _EDGES:
        raise WithHint(f"{said(text)} is beyond the calendar", "write another year")
    if moment is None:
        words = "is not a date such as 2026-11-20T14:30:00 or 2026-11-20"
        raise _no_date(text, words, with_time=True)
    return moment


_EDGES = (date.min.year, date.max.year)
"""In another time zone, moments of these years may lie beyond the calendar."""


def _no_date(value: str, words: str, *, with_time: bool) -> WithHint:
    meant = plain_dates(value, with_time=with_time)
    hint = f"write {' or '.join(meant)}" if meant else ""
    return WithHint(f"{said(value)} {words}", hint, meant[0] if len(meant) == 1 else "")


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = value.removeprefix("-")
    if plain.replace(".", "", 1).isdecimal() and plain.isascii() and plain[0] != ".":
        if len(plain.replace(".", "")) > MOST_DIGITS:
            raise WithHint(f"{said(value)} is too long", f"write at most {MOST_DIGITS} digits")
        return Decimal(value)
    digits, currency = plain_number(value)
    hint = f"write {digits}" if digits else "write digits only, such as 50000 or 1250.50"
    if currency:
        hint += f", and {currency} as the currency on a line of its own"
    raise WithHint(f"{said(value)} is not a plain number", hint, "" if currency else digits)


def _truth(value: Any) -> Any:
    if isinstance(value, str) and value.lower() not in ("true", "false"):
        instead = {"yes": "true", "no": "false"}.get(value.lower(), "")
        hint = f"write {instead or 'true or false'}"
        raise WithHint(f"{said(value)} is neither true nor false", hint, instead)
    return value


Texts = Annotated[list[str], BeforeValidator(_texts)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime | date, PlainValidator(_moment)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Amount = Annotated[Decimal, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_number)]
Truth = Annotated[bool, BeforeValidator(_truth)]


class Entity(BaseModel):
    """A record's front matter; `extra` keys are the customer's own fields and are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    noun: ClassVar[str]
    plural: ClassVar[str]
    pattern: ClassVar[str]
    """Where such files are: path segments, `*` for one name, a last `**` for any depth."""
    heading_key: ClassVar[str] = "name"

    tags: Texts = []
    aliases: Texts = []
    source: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {key: value for key, value in data.items() if value not in EMPTY}

    @property
    def heading(self) -> str:
        """Return what people call the record."""
        return str(getattr(self, self.heading_key) or "")

    @property
    def own_fields(self) -> Mapping[str, Any]:
        """Return the keys that the model does not know."""
        return self.model_extra or {}

    @classmethod
    def read(cls, fields: Mapping[str, Any], stages: Collection[str]) -> tuple[Self, list[Finding]]:
        """Return the entity with every value that is right, and findings for those that are not.

        With findings the entity lacks the wrong values, required ones included.
        """
        context = {"stages": stages}
        try:
            return cls.model_validate(fields, context=context), []
        except ValidationError as error:
            errors = error.errors(include_url=False)
        wrong = {str(detail["loc"][0]) for detail in errors if detail["loc"]}
        right = {key: value for key, value in fields.items() if key not in wrong}
        entity = cls._lenient().model_validate(right, context=context)
        return entity, [cls._finding(detail) for detail in errors]

    @classmethod
    @cache
    def _lenient(cls) -> type[Self]:
        """Return the same model with nothing required."""
        optional: dict[str, Any] = {}
        for name, field in cls.model_fields.items():
            if field.is_required():
                optional[name] = (field.annotation, _with_default_none(field))
        return create_model(cls.__name__, __base__=cls, **optional)

    @classmethod
    def _finding(cls, detail: ErrorDetails) -> Finding:
        location = detail["loc"]
        name = str(location[0]) if location else ""
        places = [part for part in location[1:] if isinstance(part, int)]
        message, hint, instead = cls._words(name, detail)
        return Finding(name, places[0] if places else None, message, hint, instead)

    @classmethod
    def _words(cls, name: str, detail: ErrorDetails) -> tuple[str, str, str]:
        """Return what is wrong, the hint, and what is certainly meant, or ""."""
        value = detail["input"]
        match detail["type"]:
            case "missing":
                return "is missing", f"add a line '{name}: …'", ""
            case "literal_error":
                return unknown_word(value, literal_choices(cls, name))
            case "value_error":
                error = detail["ctx"]["error"]
                instead = getattr(error, "instead", "")
                hint = getattr(error, "hint", "") or (f"write {instead}" if instead else "")
                return str(error), hint, instead
            case "int_from_float":
                return f"{value} is not a whole number", "", ""
        return (f"must be {_expected(detail['type'])}", "", "")


def unknown_word(value: object, words: Collection[str]) -> tuple[str, str, str]:
    """Return message, hint and what is certainly meant for a word that a closed set lacks."""
    meant = plain_word(str(value), words)
    close = did_you_mean(close_matches(str(value), words)) or ""
    message = f"{said(value)} is not one of {', '.join(words)}"
    return message, f"write {meant}" if meant else close, meant


def _expected(error_type: str) -> str:
    if error_type.startswith("list"):
        return "a list, one item a line"
    return "a single text, not a list or a nested block"


def _with_default_none(field: FieldInfo) -> FieldInfo:
    lenient = copy(field)
    lenient.default = None
    return lenient


def literal_choices(entity: type[Entity], name: str) -> tuple[str, ...]:
    """Return the words a field of a closed set takes, or an empty tuple for other fields."""
    field = entity.model_fields.get(name)
    if field is None:
        return ()
    parts = [field.annotation, *get_args(field.annotation)]
    return next((get_args(part) for part in parts if get_origin(part) is Literal), ())


def holds(entity: type[Entity], name: str, kind: object) -> bool:
    """Return whether a field's values are of just this type: `list`, `date`, `datetime | date`."""
    field = entity.model_fields.get(name)
    return field is not None and kind in _plain_types(field.annotation)


def _plain_types(annotation: Any) -> set[Any]:
    """Return the types of an annotation, those of a union of several kinds of value left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain_types(get_args(annotation)[0])
    if origin is list:
        return {list}
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return _plain_types(parts[0]) if len(parts) == 1 else {annotation}
