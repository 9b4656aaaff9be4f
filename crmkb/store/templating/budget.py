"""Limits for templates: time and output, charged before the output is made.

Jinja's own sandbox keeps untrusted templates away from Python, but does not stop them from running
for ever or filling the memory. This module defines the costs; `sandbox.py` charges them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateRuntimeError

WORK = 20_000_000
"""How many characters and items one page may create, loop over and pass to calls."""
SECONDS = 10.0
LARGEST_INTEGER = 10_000
"""In bits; numbers in reports are far smaller."""

_WIDE_FORMAT = re.compile(r"%[^a-zA-Z%]*(?:\*|\d{4})")
_UNKNOWN_LENGTH = 100_000


class TooMuch(TemplateRuntimeError):
    """A template exceeded its budget."""

    def __init__(self, what: str) -> None:
        super().__init__(f"stopped: {what}")


@dataclass(slots=True)
class _Budget:
    left: int
    deadline: float

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise TooMuch("it makes more text, or loops longer, than a page can need")
        if time.monotonic() > self.deadline:
            raise TooMuch(f"it is not done after {SECONDS:g} seconds")


_budget: ContextVar[_Budget] = ContextVar("budget")


@contextmanager
def bounded() -> Iterator[None]:
    """Compile and render within a new budget."""
    token = _budget.set(_Budget(WORK, time.monotonic() + SECONDS))
    try:
        yield
    finally:
        _budget.reset(token)


def spend(amount: int) -> None:
    """Charge characters or items to the budget; raise `TooMuch` if it or the time is used up."""
    _budget.get().spend(amount)


def weight(value: Any) -> int:
    """Return how many characters and items a value has, counting shared parts each time."""
    return _weight(value, {})


def length(value: Any) -> int:
    """Return the number of characters or items of a value, without nested ones; 0 for numbers."""
    return len(value) if isinstance(value, str | list | tuple | dict | range) else 0


def price_of_operator(operator: str, left: Any, right: Any) -> int:
    """Return the weight of an operator's result; raise `TooMuch` if a number gets too large."""
    match operator, left, right:
        case "*", int(), int():
            return _integer(left.bit_length() + right.bit_length())
        case "*", _, int():
            return 1 + weight(left) * max(right, 0)
        case "*", int(), _:
            return 1 + weight(right) * max(left, 0)
        case "**", int(), int():
            return _integer(left.bit_length() * abs(right))
        case "%", str(), _:
            return _format_weight(left, right)
    return weight(left) + weight(right)


def text_only(value: Any) -> Any:
    """Return a value unchanged; raise `TypeError` for a list or dict, which may be huge as text."""
    if isinstance(value, list | tuple | dict):
        raise TypeError("a list is no text: show it with a loop, 'join' or 'table'")
    return value


def price_of_filter(name: str, *args: Any, **kwargs: Any) -> int:
    """Return the cost of a filter beyond the size of its arguments."""
    price = _PRICES.get(name)
    return price(*args, **kwargs) if price else 0


def _weight(value: Any, known: dict[int, int]) -> int:
    if isinstance(value, str):
        return len(value)
    if type(value) not in (list, tuple, dict):
        return 1
    if id(value) not in known:
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(1 + _weight(part, known) for part in parts)
    return known[id(value)]


def _integer(bits: int) -> int:
    if bits > LARGEST_INTEGER:
        raise TooMuch("a number is too large")
    return 1


def _format_weight(text: str, values: Any) -> int:
    if _WIDE_FORMAT.search(text):
        raise TooMuch("a format is too wide")
    return weight(text) + weight(values)


def _price_of_replace(text: Any, old: Any, new: Any, *_: Any, **__: Any) -> int:
    return str(text).count(str(old)) * len(str(new))


def _price_of_join(items: Any, d: Any = "", *_: Any, **__: Any) -> int:
    return weight(items) + (length(items) or _UNKNOWN_LENGTH) * len(str(d))


def _price_of_indent(text: Any, width: Any = 4, *_: Any, **__: Any) -> int:
    return (str(text).count("\n") + 1) * (width if isinstance(width, int) else len(str(width)))


def _price_of_format(text: Any, *values: Any, **named: Any) -> int:
    return _format_weight(str(text), [*values, *named.values()])


def _price_of_round(_: Any, precision: int = 0, *__: Any, **___: Any) -> int:
    return _integer(4 * abs(precision))


def _price_of_sum(_: Any, _attribute: Any = None, start: Any = 0, **__: Any) -> int:
    if not isinstance(start, int | float):
        raise TypeError("only numbers can be summed")
    return 0


# The parameters have the names that Jinja gives them.
_PRICES: Mapping[str, Callable[..., int]] = {
    "replace": _price_of_replace,
    "join": _price_of_join,
    "indent": _price_of_indent,
    "format": _price_of_format,
    "round": _price_of_round,
    "sum": _price_of_sum,
    "tojson": lambda value, *_, **__: weight(value),
}
