"""What a wrong value must have meant: the plain form of a word, a number or a date.

Only what leaves no doubt is returned, so that `crm check --fix` may write it; the rest is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from crmkb.money import BadAmount, read_currency_amount
from crmkb.text import fold

MOST_SHOWN = 60


def said(value: object) -> str:
    """Return a value in quotes, as messages name it; a long text is cut."""
    if isinstance(value, str) and len(value) > MOST_SHOWN:
        value = f"{value[: MOST_SHOWN - 1]}…"
    return repr(value)


def plain_word(text: str, words: Iterable[str]) -> str:
    """Return the word of a closed set that differs only in case, blanks and hyphens, or ""."""
    by_key = {_key(word): word for word in words}
    return by_key.get(_key(text), "")


def _key(word: str) -> str:
    return fold(word).replace("-", "_").replace(" ", "_")


def plain_number(text: str) -> tuple[str, str]:
    """Return the digits of an amount and its currency, each "" if there is none."""
    try:
        amount, currency = read_currency_amount(text)
    except BadAmount:
        return "", ""
    return f"{amount:f}", currency


def plain_dates(text: str, *, with_time: bool) -> list[str]:
    """Return the ISO forms a date can mean: one if that is certain, none if it is no date."""
    from crmkb.foreign_dates import AmbiguousDate, BadDate, read_date  # only an error pays for it

    try:
        read = read_date(text)
    except AmbiguousDate as error:
        return sorted({day.isoformat() for day in error.readings.values()})
    except BadDate:
        return []
    if not isinstance(read, datetime):
        return [read.isoformat()]
    if with_time:
        return [read.isoformat(timespec="seconds")]
    return [read.date().isoformat()] if read.time() == time() else []
