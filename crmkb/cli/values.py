"""Texts from the command line into the values that parameters are annotated with."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from crmkb.dates import read_moment
from crmkb.errors import BadValue, did_you_mean
from crmkb.params import Param
from crmkb.text import close_matches

if TYPE_CHECKING:
    from crmkb.cli.session import Session


class BadChoice(BadValue):
    """A word is not one of those a parameter takes."""

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
    """A value holds bytes that are no text."""

    def __init__(self, hint: str = "save or send it as UTF-8") -> None:
        super().__init__("this is not UTF-8 text", hint)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an action or command: what it is called, takes and means."""

    name: str
    type: Any
    param: Param
    is_list: bool
    is_option: bool
    default: Any

    @property
    def is_required(self) -> bool:
        """Return whether there is no going on without it."""
        return self.default is inspect.Parameter.empty

    @property
    def is_flag(self) -> bool:
        """Return whether it is given without a value."""
        return self.type is bool

    @property
    def option(self) -> str:
        """Return the option's name as it is typed."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def label(self) -> str:
        """Return how messages name it."""
        return self.option if self.is_option else self.metavar

    @property
    def metavar(self) -> str:
        """Return the word that stands for its value in help."""
        return self.param.metavar or self.name.rstrip("_").upper().replace("_", "-")

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the words of a closed set, or none."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()


@cache
def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of an action or command, without the first: what it works on."""
    _, *parameters = inspect.signature(function, eval_str=True).parameters.values()
    return tuple(map(_parameter, parameters))


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
    """Return the bare type of `Annotated[X, Param(…)] | None`; the outermost Param counts."""
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


def read_value(parameter: Parameter, text: str, session: Session) -> Any:
    """Return the value a text stands for; raise `BadValue`. Only days need the workspace."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise NotText
    if parameter.choices:
        return _choice(parameter, text)
    kind = parameter.type
    if kind is date:
        return session.day(text)
    if set(get_args(kind)) == {date, datetime}:
        workspace = session.workspace
        return read_moment(text, workspace.now, workspace.config.fiscal_year_start)
    if kind is Decimal:
        from crmkb.money import read_amount

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
