"""The kinds of records, one Pydantic model per file; each is found by its file name."""

from __future__ import annotations

from functools import cache

from crmkb import plugins
from crmkb.schema.fields import Finding, plain_word
from crmkb.schema.pydantic_model import Entity, holds, literal_choices

__all__ = [
    "Entity",
    "Finding",
    "entities",
    "entity_named",
    "holds",
    "literal_choices",
    "plain_word",
]


@cache
def entities() -> dict[str, type[Entity]]:
    """Return the model of every kind, by its noun (`customer`, `deal`, …)."""
    return {noun: _model(noun) for noun in plugins.names("entities")}


def entity_named(word: str) -> type[Entity] | None:
    """Return the model of a noun or its plural, or None."""
    return next((e for e in entities().values() if word in (e.noun, e.plural)), None)


def _model(noun: str) -> type[Entity]:
    module = plugins.load("entities", noun)
    model: type[Entity] = getattr(module, noun.title().replace("_", ""))
    return model
