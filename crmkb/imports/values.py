"""Texts of foreign files into values as front matter holds them, by the types of a kind.

A text that cannot be read raises a `BadValue` that names the field. An `AmbiguousDate` passes
through: it concerns the whole import, as the other rows are written in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, get_args

from crmkb.config import Config
from crmkb.entities import Entity, literal_choices
from crmkb.errors import BadValue, did_you_mean
from crmkb.foreign_dates import AmbiguousDate, Order, read_date
from crmkb.money import BadAmount, read_amount, read_currency_amount
from crmkb.people import domain_of
from crmkb.store.markdown import Value
from crmkb.text import close_matches, fold, one_line

ITEM_SEPARATOR = ";"
"""Parts the items of a list within one cell."""

_MOST_LISTED = 4
MEMBERS = ("owner", "csm", "us")
_CURRENCY_OF = {"amount": "currency", "contract_amount": "contract_currency"}
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "y", "1", "t", "x"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "f"), "false"),
}


class BadCell(BadValue):
    """The text of a cell does not fit its field."""

    def __init__(self, field: str, message: str, hint: str | None = None) -> None:
        super().__init__(f"{field}: {message}", hint)


class Reader:
    """Reads the texts of one kind's fields, and keeps what is worth telling of them."""

    def __init__(self, model: type[Entity], config: Config, order: Order | None) -> None:
        self.model, self.config, self.order = model, config, order
        self._strangers: Counter[str] = Counter()
        self._without_currency: Counter[str] = Counter()
        self._are_percents = False
        self._team = _team(config)
        self._readers: dict[str, Callable[[str], Value]] = {}
        self._money = {key for key in model.model_fields if Decimal in self._types(key)}

    def values(self, texts: Mapping[str, str]) -> dict[str, Value]:
        """Return the values of a row; a currency written with an amount gets its own key."""
        values = {}
        for key, text in texts.items():
            try:
                value = self._reader(key)(text)
            except (AmbiguousDate, BadCell):
                raise
            except BadValue as error:
                raise BadCell(key, error.message, error.hint) from error
            if value:
                values[key] = value
            if key in self._money:
                self._keep_currency(values, key, text)
        return values

    def take_percents(self, probabilities: Iterable[str]) -> None:
        """Take all probabilities as percents if one of the column is above 1."""
        self._are_percents = any(map(_is_above_one, probabilities))

    def notes(self) -> Iterator[str]:
        """Yield what to tell of the values read."""
        if self._strangers:
            yield f"not on the team in crm.toml, kept as given: {listed(self._strangers)}"
        for key, count in self._without_currency.items():
            yield f"{key}: {count} amounts name a currency, which has no key and is not kept"
        if self._are_percents:
            yield "probability: taken as percents, as some are above 1"

    def _keep_currency(self, values: dict[str, Value], key: str, text: str) -> None:
        _, currency = read_currency_amount(text.removesuffix("%"))
        if currency and key in _CURRENCY_OF:
            values.setdefault(_CURRENCY_OF[key], currency)
        elif currency:
            self._without_currency[key] += 1

    def _reader(self, key: str) -> Callable[[str], Value]:
        if key not in self._readers:
            one = self._reader_of_one(key)
            self._readers[key] = partial(_items, one) if list in self._types(key) else one
        return self._readers[key]

    def _reader_of_one(self, key: str) -> Callable[[str], str]:
        types = self._types(key)
        if key in MEMBERS and key in self.model.model_fields:
            return self._member
        if choices := literal_choices(self.model, key):
            return partial(_word, {choice: choice for choice in choices}, key)
        if key == "stage" and key in self.model.model_fields:
            stages = self.config.stages.values()
            names = {_as_word(stage.name): stage.id for stage in stages}
            return partial(_word, names | {stage.id: stage.id for stage in stages}, key)
        if key in ("currency", "contract_currency"):
            return _currency
        if key == "domains":
            return _domain
        if key == self.model.heading_key:
            return one_line
        if key == "probability" and Decimal in types:
            return self._chance
        return self._reader_of_type(types)

    def _reader_of_type(self, types: set[Any]) -> Callable[[str], str]:
        if datetime in types:
            return self._moment
        if date in types:
            return self._day
        if bool in types:
            return _truth
        if int in types:
            return _whole
        return _amount if Decimal in types else str

    def _types(self, key: str) -> set[Any]:
        field = self.model.model_fields.get(key)
        return set(_bare_types(field.annotation)) if field else set()

    def _member(self, text: str) -> str:
        handle = self._team.get(fold(text.removeprefix("@")))
        if handle is None:
            self._strangers[text] += 1
        return handle or text

    def _moment(self, text: str) -> str:
        moment = read_date(text, self.order)
        if isinstance(moment, datetime):
            return self.config.local(moment).isoformat(timespec="seconds")
        return moment.isoformat()

    def _day(self, text: str) -> str:
        return self._moment(text)[:10]

    def _chance(self, text: str) -> str:
        is_percent = text.endswith("%") or self._are_percents
        number = read_amount(text.removesuffix("%"))
        return f"{number / 100 if is_percent else number:f}"


def listed(texts: Mapping[str, int]) -> str:
    """Return the first texts of a count, each with its number, and how many more there are."""
    named = [f"{text!r} ({count})" for text, count in list(texts.items())[:_MOST_LISTED]]
    more = len(texts) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _amount(text: str) -> str:
    return f"{read_amount(text):f}"


def _bare_types(annotation: Any) -> list[Any]:
    found = [getattr(annotation, "__origin__", annotation)]
    for part in get_args(annotation):
        found += _bare_types(part)
    return found


def _team(config: Config) -> dict[str, str]:
    team: dict[str, str] = {}
    for member in config.team.values():
        for name in filter(None, (member.name, member.email, member.handle)):
            team[fold(name)] = member.handle
    return team


def _items(read: Callable[[str], str], text: str) -> list[str]:
    parts = (part.strip() for part in text.split(ITEM_SEPARATOR))
    return list(dict.fromkeys(read(part) for part in parts if part))


def _word(words: Mapping[str, str], key: str, text: str) -> str:
    found = words.get(text) or words.get(_as_word(text))
    if found is None:
        allowed = list(dict.fromkeys(words.values()))
        hint = did_you_mean(close_matches(_as_word(text), allowed))
        message = f"{text!r} is not one of {', '.join(allowed)}"
        raise BadCell(key, message, f"{hint or 'say what it stands for'}: --value {key}:{text}=…")
    return found


def _as_word(text: str) -> str:
    return fold(text).replace(" ", "_").replace("-", "_")


def _truth(text: str) -> str:
    truth = _TRUTHS.get(fold(text))
    if truth is None:
        raise BadValue(f"{text!r} is neither true nor false")
    return truth


def _whole(text: str) -> str:
    number = read_amount(text)
    if number != number.to_integral_value():
        raise BadValue(f"{text!r} is not a whole number")
    return f"{number.to_integral_value():f}"


def _is_above_one(text: str) -> bool:
    try:
        return not text.endswith("%") and read_amount(text) > 1
    except BadAmount:
        return False


def _currency(text: str) -> str:
    code = text.upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise BadValue(f"{text!r} is not a currency code such as EUR")
    return code


def _domain(text: str) -> str:
    return domain_of(text) or text
