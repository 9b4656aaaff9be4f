"""The import rules, read from syntax trees: who may import, call and catch what in crmkb.

The rules are data: `LAYERS`, `SIDEWAYS`, `FACES`, `HOMES`. Nothing is imported by checking. Imports
within functions, under `TYPE_CHECKING` and relative ones count like any other. `test_layers.py`
shows what is refused, and checks the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

# From the bottom up: a room imports from the rooms below it. Two modules of `interface` lie below
# the rest of that room, because actions and queries are written in their terms.
LAYERS = (
    ("crmkb",),
    ("errors", "plugins", "secret_scan"),
    ("values", "bundled"),
    ("schema",),
    ("config", "entities"),
    ("store",),
    ("metrics",),
    ("knowledge",),
    ("workspace", "scores"),
    ("history", "imports", "connectors"),
    ("interface.params", "interface.answer"),
    (
        *("actions", "queries", "reports", "checks"),
        *("automation", "privacy", "warehouse", "setup"),
    ),
    ("interface",),
    ("cli", "server", "__main__"),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
BORDER = LEVEL["cli"]

# Rooms of one layer import nothing of each other, with these exceptions.
SIDEWAYS = {
    "queries": ("reports", "checks"),
    "automation": ("actions", "queries"),
    "interface.answer": ("interface.params",),
    "__main__": ("cli",),
}

# A face is generated from the registry: it imports no single module of these rooms.
FACES = ("cli", "server")
REGISTERED = ("actions", "queries")

# Only these files may import the module.
HOMES = {
    "yaml": ("crmkb/store/markdown/",),
    "frontmatter": ("crmkb/store/markdown/",),
    "sqlite3": ("crmkb/store/index/", "crmkb/store/sql/"),
    "pydantic": ("crmkb/schema/", "crmkb/entities/"),
    "jinja2": ("crmkb/store/templating/", "crmkb/reports/presentation/", "crmkb/reports/"),
    "git": ("crmkb/store/git/history.py",),
    "importlib.import_module": ("crmkb/plugins.py",),
    "rich": ("crmkb/cli/",),
    "typer": ("crmkb/cli/",),
    "click": (),  # it is inside Typer
    "socket": ("crmkb/connectors/", "crmkb/server/"),
    "http.client": ("crmkb/connectors/", "crmkb/server/"),
    "urllib.request": ("crmkb/connectors/", "crmkb/server/"),
}

# Clock, environment and terminal: read at the border and passed in.
OUTSIDE = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.localtime",
    "time.time",
    "time.time_ns",
    "os.environ",
    "os.environb",
    "os.getcwd",
    "os.getenv",
    "pathlib.Path.cwd",
    "pathlib.Path.home",
    "sys.argv",
    "sys.stderr",
    "sys.stdin",
    "sys.stdout",
}
# Git reads settings of its own from there: it must be handed on.
HANDED_ON = ("crmkb/store/git/process.py", "os.environ")
TALK = {"print", "input"}
BROAD = {"Exception", "BaseException"}


@dataclass(frozen=True, slots=True)
class Module:
    """One source file."""

    path: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the dotted name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """Return the dotted name that a relative import starts from."""
        inside = self.path.endswith("/__init__.py")
        return self.name if inside else self.name.rpartition(".")[0]


def violations(sources: Mapping[str, str]) -> list[str]:
    """Return what breaks the rule in sources by their path, each as `path:line: what`."""
    modules = [Module(path, ast.parse(text, path)) for path, text in sources.items()]
    names = frozenset(module.name for module in modules)
    found = [
        f"{module.path}:{line}: {what}"
        for module in modules
        for line, what in sorted(_of_module(module, names))
    ]
    return found + list(_cycles(modules, names))


def _of_module(module: Module, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    room = _room(module.name, names)
    if room is None:
        yield 1, "lies in a package that has no layer"
        return
    for line, target in _imports(module, names):
        yield from ((line, what) for what in _of_import(room, target, names))
        if not _at_home(module.path, target):
            yield line, f"imports {target}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and _swallows(node):
            yield node.lineno, "catches everything"
        if isinstance(node, ast.Call) and "suppress" in _last_name(node.func):
            yield from ((node.lineno, "catches everything") for arg in node.args if _is_broad(arg))
    if LEVEL[room] < BORDER:
        yield from _below_the_border(module)
        yield from ((line, "calls apply") for line in _applies(module.tree, room))


def _of_import(room: str, target: str, names: frozenset[str]) -> Iterator[str]:
    if target.split(".")[0] != "crmkb":
        return
    other = _room(target, names)
    if other is None or LEVEL[other] > LEVEL[room]:
        yield f"imports {target}, which lies above"
    elif LEVEL[other] == LEVEL[room] and other != room and other not in SIDEWAYS.get(room, ()):
        yield f"imports {target}, which lies beside"
    elif room in FACES and other in REGISTERED:
        yield f"imports {target}, which a face reaches through the registry"


def _below_the_border(module: Module) -> Iterator[tuple[int, str]]:
    bound = dict(_bindings(module.tree))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node, bound)) in OUTSIDE:
            yield from ([] if (module.path, name) == HANDED_ON else [(node.lineno, f"uses {name}")])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TALK:
            yield node.lineno, f"calls {node.func.id}"


def _applies(tree: ast.Module, room: str) -> Iterator[int]:
    """Yield the lines that write; the workspace may call its own function of that name."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        own = room == "workspace" and isinstance(call.func, ast.Name)
        if _last_name(call.func) == "apply" and not own:
            yield call.lineno


def _room(name: str, names: frozenset[str]) -> str | None:
    """Return the room of a module, or None for a package or module that has no layer."""
    first, *rest = name.split(".")[1:] or ["crmkb"]
    if rest and f"{first}.{rest[0]}" in LEVEL:
        return f"{first}.{rest[0]}"
    return first if first in LEVEL else None


def _at_home(path: str, target: str) -> bool:
    """Say whether a file may import what has a home."""
    wanted = [homes for name, homes in HOMES.items() if f"{target}.".startswith(f"{name}.")]
    return all(path.startswith(homes) for homes in wanted)


def _imports(module: Module, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of what is imported; of our own code, the module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module.package)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                ours = base.split(".")[0] == "crmkb"
                yield node.lineno, base if ours and full not in names else full


def _base(node: ast.ImportFrom, package: str) -> str:
    """Return the absolute name that `from … import` starts from."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    parents = parts[: len(parts) - node.level + 1]
    return ".".join([*parents, node.module] if node.module else parents)


def _bindings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the local name and the full name of everything imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            yield from ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)


def _dotted(node: ast.expr, bound: Mapping[str, str]) -> str:
    """Return the full name an expression such as `dt.datetime.now` stands for, or ""."""
    if isinstance(node, ast.Name):
        return bound.get(node.id, "")
    if isinstance(node, ast.Attribute) and (owner := _dotted(node.value, bound)):
        return f"{owner}.{node.attr}"
    return ""


def _last_name(node: ast.expr) -> str:
    """Return `apply` for `workspace.apply` and for `apply`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler stops every exception; one that cleans up and raises again does not."""
    last = handler.body[-1]
    goes_on = isinstance(last, ast.Raise) and last.exc is None
    return not goes_on and (handler.type is None or _is_broad(handler.type))


def _is_broad(caught: ast.expr) -> bool:
    """Say whether an exception class, or one of several, is one that stands for all."""
    several = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(_last_name(one) in BROAD for one in several)


def _cycles(modules: list[Module], names: frozenset[str]) -> Iterator[str]:
    """Yield one import cycle, if there is any."""
    graph = {
        module.name: {target for _, target in _imports(module, names) if target in names}
        - {module.name}
        for module in modules
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # The sorter names them against the direction of import.
        yield "import cycle: " + " -> ".join(reversed(error.args[1]))
