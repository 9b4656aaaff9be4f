"""The base of all entities: it reads front matter and keeps the valid values of a bad record.

Values come as text (see `store/markdown`). The errors of the field types (see `fields`) state the
correct form; a record with one invalid value keeps all its other values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from crmkb.schema.fields import (
    Finding,
    Texts,
    unknown_word,
)
from crmkb.schema.kinds import EMPTY


class Entity(BaseModel):
    """A record's front matter; keys that the model does not know are kept as `own_fields`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    noun: ClassVar[str]
    plural: ClassVar[str]
    pattern: ClassVar[str]
    """The paths of such files: `*` is one name, a last `**` is any depth."""
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
        """Return the title of the record for people."""
        return str(getattr(self, self.heading_key) or "")

    @property
    def own_fields(self) -> Mapping[str, Any]:
        """Return the keys that the model does not know."""
        return self.model_extra or {}

    @classmethod
    def read(cls, fields: Mapping[str, Any], stages: Collection[str]) -> tuple[Self, list[Finding]]:
        """Return the entity with its valid values, and findings for the invalid ones.

        With findings, the entity lacks the invalid values, even required ones.
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
        """Return the same model without required fields."""
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
        """Return the message, the hint, and the certain correction, or ""."""
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


def _expected(error_type: str) -> str:
    if error_type.startswith("list"):
        return "a list, one item a line"
    return "a single text, not a list or a nested block"


def _with_default_none(field: FieldInfo) -> FieldInfo:
    lenient = copy(field)
    lenient.default = None
    return lenient


def literal_choices(entity: type[Entity], name: str) -> tuple[str, ...]:
    """Return the allowed words of a field with a closed set, or an empty tuple for other fields."""
    field = entity.model_fields.get(name)
    if field is None:
        return ()
    parts = [field.annotation, *get_args(field.annotation)]
    return next((get_args(part) for part in parts if get_origin(part) is Literal), ())


def holds(entity: type[Entity], name: str, kind: object) -> bool:
    """Return whether a field has exactly this type: `list`, `date`, `datetime | date`."""
    field = entity.model_fields.get(name)
    return field is not None and kind in _plain_types(field.annotation)


def _plain_types(annotation: Any) -> set[Any]:
    """Return the type of an annotation as a set of one; a union of several types stays whole."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain_types(get_args(annotation)[0])
    if origin is list:
        return {list}
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return _plain_types(parts[0]) if len(parts) == 1 else {annotation}
