"""The mapping of an import: which columns fill which field, and which texts are replaced.

An invalid mapping is a usage error, raised before the first row is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crmkb.entities import Entity
from crmkb.errors import BadValue, did_you_mean
from crmkb.values.csv_table import Row
from crmkb.values.names import close_matches, fold, slugify

ID, CUSTOMER, NOTES = "id", "customer", "notes"
"""Fields that are not keys: the record's id in its source, its customer, its text."""

_FIELD = re.compile(r"[^\W\d][\w-]*")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields that rows may have in an import of `plural`; the `needed` ones are required."""

    plural: str
    known: tuple[str, ...]
    needed: tuple[str, ...]
    example: str

    @classmethod
    def of(cls, model: type[Entity]) -> Fields:
        """Return the fields for records of the model's kind."""
        needed = (name for name, key in model.model_fields.items() if key.is_required())
        is_staged = "stage" in model.model_fields
        example = "stage:Won=closed_won" if is_staged else "status:Lead=prospect"
        return cls(model.plural, tuple(model.model_fields), tuple(needed), example)


class BadMapping(BadValue):
    """A `--map` or `--value` is invalid."""


@dataclass(frozen=True, slots=True)
class Words:
    """Replacements of texts in one field: an exact match first, else one that ignores case."""

    exact: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, word: str) -> None:
        """Replace a text by a word from now on."""
        self.exact[text] = word
        self.folded.setdefault(fold(text), word)

    def meant(self, text: str) -> str:
        """Return the replacement of a text, or the text itself if it has none."""
        found = self.exact.get(text)
        return self.folded.get(fold(text), text) if found is None else found


@dataclass(frozen=True, slots=True)
class Mapping:
    """The column indexes of each field, and the replacements of each field.

    The texts of several columns are joined by spaces; a field without columns has the same value
    in all rows. `unmapped` are the columns that no field uses, `own` the fields that the kind does
    not define.
    """

    columns: dict[str, tuple[int, ...]]
    words: dict[str, Words]
    unmapped: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def has_id(self) -> bool:
        """Return whether rows are identified by an id of their source."""
        return ID in self.columns

    def texts(self, row: Row) -> dict[str, str]:
        """Return the texts of a row by field, without empty ones."""
        found = {}
        for name, places in self.columns.items():
            parts = [row.cells[place] for place in places]
            text = parts[0] if len(parts) == 1 else " ".join(filter(None, parts))
            if words := self.words.get(name):
                text = words.meant(text)
            if text:
                found[name] = text
        return found


def read_mapping(
    fields: Fields,
    columns: Sequence[str],
    pairs: Iterable[str],
    rules: Iterable[str],
    *,
    needs_customer: bool,
) -> Mapping:
    """Return the mapping of `FIELD=COLUMN` pairs and `FIELD:FROM=TO` rules; raise `BadMapping`."""
    places: dict[str, tuple[int, ...]] = {}
    for pair in pairs:
        name, _, column = (part.strip() for part in pair.partition("="))
        _refuse_bad_field(fields, name, pair)
        if name in places:
            raise BadMapping(f"--map {name}=… is given twice", "join columns: FIELD=COLUMN+COLUMN")
        places[name] = _places(columns, column)
    words = _read_rules(fields, rules)
    for name in words.keys() - places.keys():
        if "" not in words[name].exact:
            raise BadMapping(f"--value {name}:…: no column is mapped to {name!r}", _map_it(name))
    places |= {name: () for name in words if name not in places}
    _refuse_missing(fields, places, columns, needs_customer=needs_customer)
    used = {place for each in places.values() for place in each}
    known = {*fields.known, ID, CUSTOMER, NOTES}
    return Mapping(
        columns=places,
        words=words,
        unmapped=tuple(name for place, name in enumerate(columns) if place not in used),
        own=tuple(name for name in places if name not in known),
    )


def source_word(name: str) -> str:
    """Return the word for a source in keys: `Salesforce` gives `salesforce`, as in `salesforce_id`.

    A file of rejected rows has the same source as the file that the rows came from.
    """
    stem = name.removesuffix(".csv").removesuffix(".rejects")
    return slugify(stem).replace("-", "_")


def _refuse_bad_field(fields: Fields, name: str, text: str) -> None:
    if not _FIELD.fullmatch(name):
        raise BadMapping(f"{text!r} maps nothing", "write FIELD=COLUMN, such as name=Account")
    if name == CUSTOMER and fields.plural == "customers":
        raise BadMapping("a customer has no field 'customer'", "did you mean name or parent?")


def _places(columns: Sequence[str], words: str) -> tuple[int, ...]:
    """Return the indexes of a column, or of several columns that are joined by `+`."""
    if not words:
        raise BadMapping("a field is mapped to no column", _all(columns))
    whole = _matching(columns, words)
    if len(whole) == 1:
        return (whole[0],)
    parts = [part.strip() for part in words.split("+")]
    return tuple(_place(columns, part) for part in parts)


def _place(columns: Sequence[str], name: str) -> int:
    found = _matching(columns, name)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(repr(columns[place]) for place in found)
        raise BadMapping(f"{name!r} fits {len(found)} columns", f"say which: {names}")
    close = [repr(column) for column in close_matches(name, columns)]
    raise BadMapping(f"no column {name!r}", did_you_mean(close) or _all(columns))


def _matching(columns: Sequence[str], name: str) -> list[int]:
    exact = [place for place, column in enumerate(columns) if column == name]
    key = fold(name)
    return exact or [place for place, column in enumerate(columns) if fold(column) == key]


def _read_rules(fields: Fields, rules: Iterable[str]) -> dict[str, Words]:
    words: dict[str, Words] = {}
    for rule in rules:
        name, colon, rest = rule.partition(":")
        text, equals, word = rest.rpartition("=")
        name, text, word = name.strip(), text.strip(), word.strip()
        if not (colon and equals and _FIELD.fullmatch(name)):
            hint = f"write FIELD:FROM=TO, such as {fields.example}"
            raise BadMapping(f"{rule!r} says no value for a value", hint)
        if text in words.setdefault(name, Words()).exact:
            raise BadMapping(f"--value {name}:{text}=… is given twice", "keep one of the two")
        words[name].add(text, word)
    return words


def _refuse_missing(
    fields: Fields, places: Iterable[str], columns: Sequence[str], *, needs_customer: bool
) -> None:
    wanted = [*fields.needed, *([CUSTOMER] if needs_customer else [])]
    if missing := [name for name in wanted if name not in places]:
        names = ", ".join(map(repr, missing))
        hint = f"{_map_it(missing[0])}; {_all(columns)}"
        raise BadMapping(f"no column is mapped to {names}, needed for {fields.plural}", hint)


def _map_it(name: str) -> str:
    if name == CUSTOMER:
        return "add --map customer=COLUMN, or name one for all rows: --on-unmatched CUSTOMER"
    return f"add --map {name}=COLUMN, or the same for all rows: --value {name}:=VALUE"


def _all(columns: Sequence[str]) -> str:
    return f"the columns are {', '.join(map(repr, columns))}"
