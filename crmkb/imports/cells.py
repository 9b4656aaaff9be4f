"""Convert the texts of foreign files to front matter values, by the types of a kind's keys.

A text that cannot be read raises a `BadValue` that names the field. An `AmbiguousDate` is passed
on unchanged: it concerns the whole import, since the other rows use the same date order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, get_args

from crmkb.config.settings import Config
from crmkb.entities import Entity, literal_choices
from crmkb.errors import BadValue, did_you_mean
from crmkb.store.markdown import Value
from crmkb.values.addresses import domain_of
from crmkb.values.display import one_line
from crmkb.values.export_dates import AmbiguousDate, Order, read_date
from crmkb.values.money import (
    BadAmount,
    DecimalMark,
    decimal_mark,
    is_doubtful,
    read_amount,
    read_currency_amount,
)
from crmkb.values.names import close_matches, fold

ITEM_SEPARATOR = ";"
"""Separates the items of a list within one cell."""

_MOST_LISTED = 4
MEMBERS = ("owner", "csm", "us")
_CURRENCY_OF = {"amount": "currency", "contract_amount": "contract_currency"}
COMMON: Mapping[str, Mapping[str, str]] = {
    "severity": {
        **dict.fromkeys(("urgent", "blocker", "emergency", "p1", "sev1"), "critical"),
        **dict.fromkeys(("major", "p2", "sev2"), "high"),
        **dict.fromkeys(("med", "normal", "moderate", "p3", "sev3"), "medium"),
        **dict.fromkeys(("minor", "trivial", "p4", "sev4"), "low"),
    },
    "type": {
        **dict.fromkeys(("ticket", "case", "support_ticket", "incident"), "support"),
        **dict.fromkeys(("e_mail", "mail"), "email"),
        **dict.fromkeys(("phone", "phone_call"), "call"),
        **dict.fromkeys(("online_meeting", "appointment"), "meeting"),
        **dict.fromkeys(("order", "invoice"), "purchase"),
    },
    "direction": {"incoming": "inbound", "outgoing": "outbound"},
}
"""Words of other systems, with the words used here; each replacement is reported in the notes."""
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "y", "1", "t", "x"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "f"), "false"),
}


class BadCell(BadValue):
    """The text of a cell does not fit its field."""

    def __init__(self, field: str, message: str, hint: str | None = None) -> None:
        super().__init__(f"{field}: {message}", hint)


class Reader:
    """Reads the texts of one kind's fields, and collects notes on them for the user."""

    def __init__(self, model: type[Entity], config: Config, order: Order | None) -> None:
        self.model, self.config, self.order = model, config, order
        self._strangers: Counter[str] = Counter()
        self._without_currency: Counter[str] = Counter()
        self._are_percents = False
        self._marks: dict[str, DecimalMark] = {}
        self._doubtful: dict[str, Counter[str]] = {}
        self._taken: Counter[tuple[str, str, str]] = Counter()
        self._team = _team(config)
        self._readers: dict[str, Callable[[str], Value]] = {}
        self._money = {key for key in model.model_fields if Decimal in self._types(key)}
        self._numbers = [key for key in model.model_fields if {Decimal, int} & self._types(key)]

    def values(self, texts: Mapping[str, str]) -> dict[str, Value]:
        """Return the values of a row by key; a currency in an amount goes into its own key.

        Raise `BadCell` for a text that cannot be read, or `AmbiguousDate`.
        """
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

    def look_through(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Detect the number format of each column from all rows; call this before `values`.

        All probabilities are percentages if one of them is above 1. A column with amounts such as
        `1.234,50` uses a decimal comma in all of them, unless others show a decimal point.
        """
        self._are_percents = any(_is_above_one(row.get("probability", "")) for row in rows)
        for key in self._numbers:
            texts = [text for row in rows if not (text := row.get(key, "")).isdigit()]
            marks = {decimal_mark(text) for text in texts} - {None}
            if marks == {","}:
                self._marks[key] = ","
            elif not marks and (doubtful := Counter(filter(is_doubtful, texts))):
                self._doubtful[key] = doubtful

    def notes(self) -> Iterator[str]:
        """Yield notes on the values read."""
        if self._strangers:
            yield f"not on the team in crm.toml, kept as given: {listed(self._strangers)}"
        for key, count in self._without_currency.items():
            yield f"{key}: {count} amounts name a currency, which has no key and is not kept"
        for key in self._marks:
            yield f"{key}: read with a decimal comma, as some of them have one"
        for key, texts in self._doubtful.items():
            named = listed(texts)
            yield f"{key}: read with a decimal point: {named}; are thousands meant? write 50000"
        for (key, text, word), count in self._taken.items():
            yield f"{key}: {text!r} taken as {word} ({count:,})"
        if self._are_percents:
            yield "probability: taken as percents, as some are above 1"

    def _keep_currency(self, values: dict[str, Value], key: str, text: str) -> None:
        _, currency = read_currency_amount(text.removesuffix("%"), self._marks.get(key, "."))
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
            return partial(self._choice, key, {choice: choice for choice in choices})
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
        return self._reader_of_type(types, self._marks.get(key, "."))

    def _reader_of_type(self, types: set[Any], mark: DecimalMark) -> Callable[[str], str]:
        if datetime in types:
            return self._moment
        if date in types:
            return self._day
        if bool in types:
            return _truth
        if int in types:
            return partial(_whole, mark)
        return partial(_amount, mark) if Decimal in types else str

    def _choice(self, key: str, words: Mapping[str, str], text: str) -> str:
        """Return the matching word of a closed set; the words of other systems match, too."""
        usual = COMMON.get(key, {}).get(_as_word(text), "")
        if _as_word(text) not in words and usual in words:
            self._taken[key, text, usual] += 1
            return usual
        return _word(words, key, text)

    def _types(self, key: str) -> set[Any]:
        field = self.model.model_fields.get(key)
        return set(_bare_types(field.annotation)) if field else set()

    def _member(self, text: str) -> str:
        handle = self._team.get(fold(text.removeprefix("@")))
        if handle is None:
            self._strangers[text] += 1
        return handle or text

    def _moment(self, text: str) -> str:
        return read_moment(text, self.config, self.order)

    def _day(self, text: str) -> str:
        return self._moment(text)[:10]

    def _chance(self, text: str) -> str:
        is_percent = text.endswith("%") or self._are_percents
        number = read_amount(text.removesuffix("%"))
        return f"{number / 100 if is_percent else number:f}"


def read_moment(text: str, config: Config, order: Order | None) -> str:
    """Return the day or moment of a text in ISO form, in the workspace's time zone."""
    moment = read_date(text, order)
    if isinstance(moment, datetime):
        return config.local(moment).isoformat(timespec="seconds")
    return moment.isoformat()


def listed(texts: Mapping[str, int]) -> str:
    """Return the first few texts with their counts, and the number of the others, in one line."""
    named = [f"{text!r} ({count})" for text, count in list(texts.items())[:_MOST_LISTED]]
    more = len(texts) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _amount(mark: DecimalMark, text: str) -> str:
    return f"{read_amount(text, mark):f}"


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


def _whole(mark: DecimalMark, text: str) -> str:
    number = read_amount(text, mark)
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
