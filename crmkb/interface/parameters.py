"""Parse texts from people into values of the types that parameters are annotated with."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from crmkb.errors import BadValue, did_you_mean
from crmkb.interface.params import Param
from crmkb.values.names import close_matches


class Context(Protocol):
    """The time and place in which a user interface parses texts."""

    def day(self, words: str) -> date:
        """Return the day that a text names."""

    def moment(self, words: str) -> datetime | date:
        """Return the day or the moment that a text names."""

    def path(self, words: str) -> PurePosixPath:
        """Return the path within the workspace of a file or folder."""


class BadChoice(BadValue):
    """A word is not among the choices of a parameter."""

    def __init__(self, word: str, choices: tuple[str, ...]) -> None:
        super().__init__(
            f"{word!r} is not one of {', '.join(choices)}",
            did_you_mean(close_matches(word, choices)),
        )


class BadNumber(BadValue):
    """A text is not a whole number."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word!r} is not a whole number", "write digits, such as 30")


class NotText(BadValue):
    """A value is not UTF-8 text."""

    def __init__(self, hint: str = "save or send it as UTF-8") -> None:
        super().__init__("this is not UTF-8 text", hint)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an action, query or command: its name, type, description and default."""

    name: str
    type: Any
    param: Param
    is_list: bool
    is_option: bool
    default: Any

    @property
    def is_required(self) -> bool:
        """Return whether it has no default."""
        return self.default is inspect.Parameter.empty

    @property
    def is_flag(self) -> bool:
        """Return whether it is an option without a value."""
        return self.type is bool

    @property
    def option(self) -> str:
        """Return the option as it is typed, such as `--no-commit`."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def label(self) -> str:
        """Return its name in messages."""
        return self.option if self.is_option else self.metavar

    @property
    def metavar(self) -> str:
        """Return the placeholder of its value in help texts."""
        return self.param.metavar or self.name.rstrip("_").upper().replace("_", "-")

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the only words that it accepts, or nothing if it accepts any."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()


@cache
def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a function, without the first (the workspace or session)."""
    _, *parameters = inspect.signature(function, eval_str=True).parameters.values()
    return tuple(map(_parameter, parameters))


def options_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the keyword-only parameters of a function, which become options."""
    return tuple(parameter for parameter in parameters_of(function) if parameter.is_option)


def _parameter(parameter: inspect.Parameter) -> Parameter:
    inner, param = _unwrap(parameter.annotation)
    is_list = get_origin(inner) is list
    return Parameter(
        name=parameter.name,
        type=_unwrap(get_args(inner)[0])[0] if is_list else inner,
        param=param,
        is_list=is_list,
        is_option=parameter.kind is inspect.Parameter.KEYWORD_ONLY,
        default=parameter.default,
    )


def _unwrap(annotation: Any) -> tuple[Any, Param]:
    """Return `X` and the outermost `Param` of an annotation `Annotated[X, Param(…)] | None`."""
    param = None
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *metadata = get_args(annotation)
            found = [item for item in metadata if isinstance(item, Param)]
            param = param or (found[-1] if found else None)
        elif get_origin(annotation) in (Union, types.UnionType) and types.NoneType in get_args(
            annotation
        ):
            rest = [part for part in get_args(annotation) if part is not types.NoneType]
            annotation = rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007
        else:
            return annotation, param or Param("")


def read_value(parameter: Parameter, text: str, context: Context) -> Any:
    """Return the value of a text in the type of a parameter; raise `BadValue`.

    Only days, moments and paths need the context.
    """
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise NotText
    if parameter.choices:
        return _choice(parameter, text)
    kind = parameter.type
    if kind is date:
        return context.day(text)
    if kind is PurePosixPath:
        return context.path(text)
    if set(get_args(kind)) == {date, datetime}:
        return context.moment(text)
    if kind is Decimal:
        from crmkb.values.money import read_amount

        return read_amount(text)
    return _whole(text) if kind is int else text


def _choice(parameter: Parameter, text: str) -> str:
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    if word not in parameter.choices:
        raise BadChoice(text, parameter.choices)
    return word


def _whole(text: str) -> int:
    if not text.strip().isdecimal():
        raise BadNumber(text)
    return int(text)
