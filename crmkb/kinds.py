"""What the models of `entities` say of themselves, told from their files, without loading Pydantic.

Loading it takes a tenth of a second, which the commands that people type most do without: where
records lie, and what their keys are, stands in the models as plain text, and most values given for
a key are plainly right. Whatever is not plain is left to the models.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, get_args

from crmkb import plugins, words

EMPTY = ("", "~", "null", None)
"""Values that say there is none: front matter is read as text, so YAML's own words for it too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record; for `noun` to `heading_key` see `Entity`.

    `types` are the model's own keys, in its order, with their types as they are written there.
    `needed` are the keys that a record must have, `ruled` those with rules beyond their type.
    """

    noun: str
    plural: str
    pattern: str
    heading_key: str
    types: Mapping[str, str]
    needed: frozenset[str]
    ruled: frozenset[str]

    def is_plainly_right(self, fields: Mapping[str, Any]) -> bool:
        """Return whether the model would find nothing wrong for certain; False tells nothing."""
        return self.needed <= fields.keys() and all(
            key not in self.ruled and _is_plain(self.types.get(key, ""), value)
            for key, value in fields.items()
        )


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind, by its noun."""
    return {noun: _kind(plugins.syntax("entities", noun)) for noun in plugins.names("entities")}


@cache
def folders() -> Mapping[str, str]:
    """Return the folders in which a customer's records lie, each with the noun of its kind."""
    patterns = {noun: kind.pattern.split("/") for noun, kind in kinds().items()}
    return {parts[2]: noun for noun, parts in patterns.items() if len(parts) == 4}


def _kind(tree: ast.Module) -> Kind:
    model = next(node for node in tree.body if _is_model(node))
    assert isinstance(model, ast.ClassDef)
    told = {"heading_key": "name"}
    types: dict[str, str] = {}
    needed = set()
    for node in model.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name, written = node.target.id, ast.unparse(node.annotation)
        if written == "ClassVar" and node.value:
            told[name] = ast.literal_eval(node.value)
            continue
        types[name] = written.removesuffix(" | None")
        if node.value is None:
            needed.add(name)
    return Kind(**told, types=types, needed=frozenset(needed), ruled=frozenset(_ruled(model)))


def _is_model(node: ast.AST) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any(isinstance(base, ast.Name) and base.id == "Entity" for base in bases)


def _ruled(model: ast.ClassDef) -> Iterator[str]:
    """Yield the keys that a validator of the model is for."""
    for node in model.body:
        for call in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(call, ast.Call):
                yield from map(ast.literal_eval, call.args)


def _is_plain(written: str, value: Any) -> bool:
    if value in EMPTY:
        return False
    if check := _PLAIN.get(written):
        return check(value)
    return isinstance(value, str) and value in get_args(getattr(words, written, None))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and bool(_DAY.fullmatch(value)) and _exists(date, value)


def _is_moment(value: Any) -> bool:
    is_moment = isinstance(value, str) and bool(_MOMENT.fullmatch(value))
    return (is_moment and _exists(datetime, value)) or _is_day(value)


def _exists(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, str) and bool(_WHOLE.fullmatch(value))


_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(rf"{_DAY.pattern}T\d\d:\d\d:\d\d", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "str": _is_text,
    "Texts": _are_texts,
    "Day": _is_day,
    "Moment": _is_moment,
    "Whole": _is_whole,
    "Amount": _is_whole,
}
"""What is right for a type for certain; a type that is not here is a closed set of `words`."""
