"""The registry of all actions and queries, found by file name; user interfaces are built from it.

`actions/NAME.py` defines `plan(workspace, …) -> Change`, `queries/NAME.py` defines
`answer(workspace, …) -> Answer`. Listing the entries imports no module; an entry imports its module
when its function, its parameters or its help are requested.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, get_args

from crmkb import plugins

if TYPE_CHECKING:
    from crmkb.interface.answer import Answer
    from crmkb.interface.parameters import Parameter
    from crmkb.workspace import Change, Workspace

ACTIONS, QUERIES = "actions", "queries"
FUNCTIONS = {ACTIONS: "plan", QUERIES: "answer"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An action, query or command: its `name` as typed, and its package and module."""

    name: str
    package: str
    module_name: str

    @property
    def summary(self) -> str:
        """Return the first line of its file, without importing the module."""
        return _about(self.package, self.module_name).summary

    @property
    def panel(self) -> str:
        """Return its heading in `crm --help`, without importing the module."""
        return _about(self.package, self.module_name).panel

    @property
    def module(self) -> ModuleType:
        """Import and return its module."""
        return plugins.load(self.package, self.module_name)

    @property
    def function(self) -> Callable[..., Any]:
        """Return the function `plan` of an action, or `answer` of a query."""
        function: Callable[..., Any] = getattr(self.module, FUNCTIONS[self.package])
        return function

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return its parameters without the workspace, in order."""
        from crmkb.interface.parameters import parameters_of

        return parameters_of(self.function)

    @property
    def written(self) -> str:
        """Return the name of the parameter that is a longer text, or an empty string."""
        return next((each.name for each in self.parameters if each.param.is_written), "")

    @property
    def help(self) -> str:
        """Return its docstring: a sentence, then explanation and examples."""
        return inspect.getdoc(self.function) or ""

    @property
    def answers(self) -> frozenset[type]:
        """Return the classes of `Answer` that a query may return; none for an action."""
        if self.package != QUERIES:
            return frozenset()
        returned = inspect.signature(self.function, eval_str=True).return_annotation
        return frozenset(get_args(returned) or (returned,))


def actions() -> dict[str, Entry]:
    """Return all actions by name."""
    return entries(ACTIONS)


def queries() -> dict[str, Entry]:
    """Return all queries by name."""
    return entries(QUERIES)


def plan(workspace: Workspace, name: str, values: dict[str, Any]) -> Change:
    """Return the change that an action computes from parsed values."""
    change: Change = actions()[name].function(workspace, **values)
    return change


def answer(workspace: Workspace, name: str, values: dict[str, Any]) -> Answer:
    """Return the answer of a query for parsed values."""
    found: Answer = queries()[name].function(workspace, **values)
    return found


def entries(package: str) -> dict[str, Entry]:
    """Return the entries of a package by their names as typed: `log_call` becomes `log-call`."""
    found = (Entry(_typed(name), package, name) for name in plugins.names(package))
    return {entry.name: entry for entry in found}


@cache
def _about(package: str, module_name: str) -> plugins.About:
    return plugins.about(package, module_name)


def _typed(module_name: str) -> str:
    return module_name.rstrip("_").replace("_", "-")
