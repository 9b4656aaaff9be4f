"""Keys that find duplicate records: for names of customers and for telephone numbers.

Pure functions: a text in, its key for comparison out. SQL finds equal keys.
"""

from __future__ import annotations

import re

from crmkb.values.names import fold

FEWEST_DIGITS, MOST_DIGITS = 5, 15
"""The limits of a telephone number; the maximum is that of the ITU's recommendation E.164."""

_WORDS = re.compile(r"[^\W_]+")
_LEGAL_FORM = re.compile(
    "ab|ag|aps|asa?|bv|co|company|corp|corporation|gmbh|inc|incorporated|kg|limited|ll[cp]|ltd|nv"
    "|oyj?|plc|pty|sarl|sas?|se|spa|srl"
)
_PHONE = re.compile(r"\+?[\d\s()./-]*")
_EXTENSION = re.compile(r"(?:ext|extension|x|#)[. ]*\d{1,6}$")


def customer_key(name: str) -> str:
    """Return a customer's name without its legal form, dots and commas: `acme` for `ACME, Inc.`.

    A name made only of legal forms keeps them.
    """
    words = _WORDS.findall(fold(name).replace(".", ""))
    kept = list(words)
    while kept and _LEGAL_FORM.fullmatch(kept[-1]):
        kept.pop()
    return " ".join(kept or words)


def phone_key(phone: str) -> str:
    """Return the digits of a telephone number, including the country code if it is written."""
    digits = re.sub(r"\D", "", _without_extension(phone))
    return digits.removeprefix("00")


def is_phone(phone: str) -> bool:
    """Return whether the text can be one telephone number, with or without an extension."""
    number = _without_extension(phone)
    if not number.isascii() or not _PHONE.fullmatch(number):
        return False
    return FEWEST_DIGITS <= len(phone_key(number)) <= MOST_DIGITS


def _without_extension(phone: str) -> str:
    return _EXTENSION.sub("", phone.lower()).strip(" ,;")
