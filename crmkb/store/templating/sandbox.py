"""The sandbox for templates: no access to Python or to files, and limits on all work.

Each loop, call, operator and filter is charged to a budget beforehand; see `budget.py`. Of Python's
built-in types, only cheap attributes are available.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any

from jinja2 import nodes
from jinja2.filters import FILTERS
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_eval_context
from jinja2.visitor import NodeTransformer

from crmkb.store.templating.budget import (
    length,
    price_of_filter,
    price_of_operator,
    spend,
    text_only,
    weight,
)

_OF_TEXTS = """
capitalize casefold count endswith find isalnum isalpha isascii isdecimal isdigit islower isspace
istitle isupper lower lstrip partition removeprefix removesuffix rfind rpartition rsplit rstrip
split splitlines startswith strip swapcase title upper
"""
_ATTRIBUTES: Mapping[type, frozenset[str]] = {
    str: frozenset(_OF_TEXTS.split()),
    dict: frozenset(("get", "items", "keys", "values")),
    list: frozenset(("count", "index")),
    tuple: frozenset(("count", "index")),
    float: frozenset(("is_integer",)),
    **dict.fromkeys((int, range, bytes), frozenset()),
}
# Most of these make text of any width; `attr` reads attributes, `random` makes pages unstable.
_REFUSED = ("attr", "batch", "center", "pprint", "random", "slice", "urlize", "wordwrap", "xmlattr")
_FOR_LISTS = """
count d default dictsort first groupby items join last length list map max min reject rejectattr
reverse select selectattr sort sum tojson unique table pie bars lines
flowchart
"""
_PRICE_OF_CALL = 50  # the time of one call, in characters
_TAKING_LISTS = frozenset(_FOR_LISTS.split())


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a budget; compile and render with it within `budget.bounded`."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"finalize": text_only, **options})
        del self.globals["lipsum"]
        self.filters = measured({n: each for n, each in FILTERS.items() if n not in _REFUSED})
        self.filters |= {"_counted": _counted, "_joined": _joined, "_weighed": _weighed}

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Return the parts joined; each is charged before the next one is made."""
        return "".join(_paid(parts))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether an attribute is safe: no access to Python, and no hidden cost."""
        for kind, names in _ATTRIBUTES.items():
            if isinstance(obj, kind):
                return attr in names
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Return None to forbid `str.format`: its widths can make text of any length."""

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a method or a Jinja function; charge its arguments and result."""
        spend(_PRICE_OF_CALL + weight(args) + weight(kwargs))
        if isinstance(obj, LoopContext) and args:
            args = (_counted(args[0]), *args[1:])
        result = super().call(context, obj, *args, **kwargs)
        spend(weight(result))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return the result of an operator; charge its size first."""
        spend(price_of_operator(operator, left, right))
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Metered().visit(super()._parse(source, name, filename))
        tree.set_environment(self)
        return tree


def measured(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return filters that charge their arguments and results to the budget."""
    return {name: _measured(name, function) for name, function in filters.items()}


def _measured(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    takes_context, takes_lists = hasattr(function, "jinja_pass_arg"), name in _TAKING_LISTS

    @wraps(function)
    def measuring(*args: Any, **kwargs: Any) -> Any:
        given = args[1:] if takes_context else args
        spend(1 + sum(map(length, given)))
        for value in () if takes_lists else given:
            text_only(value)
        spend(price_of_filter(name, *given, **kwargs))
        result = function(*args, **kwargs)
        spend(weight(result))
        return result

    return measuring


class _Metered(NodeTransformer):
    """Adds filters to a template that charge its loops, concatenations and lists."""

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Return a node, or its replacement."""
        node = self.generic_visit(node, *args, **kwargs)
        match node:
            case nodes.For():
                node.iter = _filtered(node.iter, "_counted")
            case nodes.Concat():
                return _filtered(nodes.List(node.nodes, lineno=node.lineno), "_joined")
            case nodes.List() | nodes.Dict() | nodes.Tuple(ctx="load"):
                return _filtered(node, "_weighed")
        return node


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _counted(items: Any) -> Any:
    if not isinstance(items, str | list | tuple | dict | range):
        return _one_by_one(items)
    spend(len(items))
    return items


def _one_by_one(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        spend(1)
        yield item


@pass_eval_context
def _joined(context: EvalContext, parts: list[Any]) -> str:
    spend(weight([text_only(part) for part in parts]))
    return markup_join(parts) if context.autoescape else str_join(parts)


def _weighed(value: Any) -> Any:
    spend(weight(value))
    return value


def _paid(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        spend(len(part))
        yield part
