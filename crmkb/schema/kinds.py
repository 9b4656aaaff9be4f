"""Descriptions of the models in `entities`, read from their source without loading Pydantic.

Loading it takes a tenth of a second, which the most frequent commands avoid: the models state the
paths and the keys of records as plain text. `fast_values` reads values with these descriptions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from crmkb import plugins

COMMON = {"tags": "Texts", "aliases": "Texts", "source": "str"}
"""The keys of all records, with their types, as `Entity` declares them."""

EMPTY = ("", "~", "null", None)
"""Values that mean no value; front matter is read as text, so YAML's own words are included."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of record; for `noun` to `heading_key` see `Entity`.

    `types` are the keys that the model knows, with their types as they are written there: the
    `COMMON` ones first, as in the model. `needed` are the required keys, `ruled` are the keys with
    rules beyond their type.
    """

    noun: str
    plural: str
    pattern: str
    heading_key: str
    types: Mapping[str, str]
    needed: frozenset[str]
    ruled: frozenset[str]


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind, by its noun."""
    return {noun: _kind(plugins.syntax("entities", noun)) for noun in plugins.names("entities")}


@cache
def folders() -> Mapping[str, str]:
    """Return the folders of a customer's records, each with the noun of its kind."""
    patterns = {noun: kind.pattern.split("/") for noun, kind in kinds().items()}
    return {parts[2]: noun for noun, parts in patterns.items() if len(parts) == 4}


def _kind(tree: ast.Module) -> Kind:
    model = next(node for node in tree.body if _is_model(node))
    assert isinstance(model, ast.ClassDef)
    stated = {"heading_key": "name"}
    types = dict(COMMON)
    needed = set()
    for node in model.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name, written = node.target.id, ast.unparse(node.annotation)
        if written == "ClassVar" and node.value:
            stated[name] = ast.literal_eval(node.value)
            continue
        types[name] = written.removesuffix(" | None")
        if node.value is None:
            needed.add(name)
    return Kind(**stated, types=types, needed=frozenset(needed), ruled=frozenset(_ruled(model)))


def _is_model(node: ast.AST) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any(isinstance(base, ast.Name) and base.id == "Entity" for base in bases)


def _ruled(model: ast.ClassDef) -> Iterator[str]:
    """Yield the keys that have a validator in the model."""
    for node in model.body:
        for call in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(call, ast.Call):
                yield from map(ast.literal_eval, call.args)
