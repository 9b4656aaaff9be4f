from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import pytest

from crmkb.errors import BadValue
from crmkb.interface.parameters import Parameter, parameters_of, read_value
from crmkb.interface.params import Day, Moment, Money, Param, StageName
from crmkb.values.dates import read_day, read_moment

TODAY = date(2026, 11, 20)


def sample(
    _subject: object,
    name: Annotated[str, Param("A name.", metavar="WHO")],
    *,
    size: Literal["small", "very_large"] | None = None,
    stage: Annotated[StageName, Param("Where it goes.", "stages")] | None = None,
    day: Day | None = None,
    moment: Moment | None = None,
    amount: Money | None = None,
    count: int | None = None,
    set_: Annotated[list[str], Param("Any.")] | None = None,
    is_it: bool = False,
) -> None:
    """Stand for an action."""


PARAMETERS = {parameter.name: parameter for parameter in parameters_of(sample)}


class Context:
    """A face on that day, without a workspace on disk."""

    def day(self, words: str) -> date:
        return read_day(words, TODAY)

    def moment(self, words: str) -> datetime | date:
        return read_moment(words, datetime(2026, 11, 20, 14, 30))

    def path(self, words: str) -> PurePosixPath:
        return PurePosixPath("customers") / words


@pytest.mark.parametrize(
    "name, text, value",
    [
        ("name", " as it is ", " as it is "),
        ("size", "Very-Large", "very_large"),
        ("size", "very large", "very_large"),
        ("day", "fri", date(2026, 11, 27)),
        ("moment", "yesterday 3pm", datetime(2026, 11, 19, 15)),
        ("moment", "2026-11-19", date(2026, 11, 19)),
        ("amount", "1.2M", Decimal(1200000)),
        ("count", " 30 ", 30),
    ],
)
def test_a_text_becomes_the_value_it_stands_for(name: str, text: str, value: Any) -> None:
    assert read_value(PARAMETERS[name], text, Context()) == value


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("size", "smal", "'smal' is not one of small, very_large"),
        ("day", "someday", "'someday' is not a day"),
        ("moment", "25:00", "'25:00' is not a day or time"),
        ("amount", "lots", "'lots' is not an amount"),
        ("count", "-1", "'-1' is not a whole number"),
        ("count", "½", "'½' is not a whole number"),
        ("name", "half \udc80", "this is not UTF-8 text"),
    ],
)
def test_a_text_that_stands_for_nothing_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(BadValue) as raised:
        read_value(PARAMETERS[name], text, Context())
    assert raised.value.message == message


def test_a_parameter_tells_how_it_is_typed() -> None:
    def typed(parameter: Parameter) -> tuple[str, str, bool, bool]:
        return parameter.label, parameter.metavar, parameter.is_required, parameter.is_list

    assert list(map(typed, PARAMETERS.values())) == [
        ("WHO", "WHO", True, False),
        ("--size", "SIZE", False, False),
        ("--stage", "STAGE", False, False),
        ("--day", "DAY", False, False),
        ("--moment", "WHEN", False, False),
        ("--amount", "AMOUNT", False, False),
        ("--count", "COUNT", False, False),
        ("--set", "SET", False, True),
        ("--is-it", "IS-IT", False, False),
    ]


def test_what_is_said_nearest_to_the_parameter_counts() -> None:
    assert PARAMETERS["stage"].param.help == "Where it goes."
