"""Numbers of payment cards and bank accounts in a text, by issuer, length and check digits.

Part of `scanner`. A number that is labelled as an id, or is inside a longer one, does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Found = tuple[int, int, str, str]
"""The start and end of a number in a text, the part that may be shown, and its kind in words."""

_SIGNS = bytes.maketrans(b"123456789BCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 9 + b"A" * 25)
# With digits as 0 and capitals as A: a card or account in digits, or an account that has letters.
_IN_DIGITS, _IN_LETTERS = b"0" * 13, b"AA00AAA"

_CARD = (
    r"(?<![\w.,/=#@+-])(?<!\d[ ])"
    r"(?:\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{3})?"
    r"|\d{4}(?P<wide>[ -])\d{6}(?P=wide)\d{4,5}|\d{14,16})"
    r"(?![\w/@-]|[.,]\d|[ ]\d)"
)
# Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay.
_ISSUED = (
    r"4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}"
)
_FAR = 40
_IS_AN_ID = (
    r"(?:\b|_)(?:ids?|order|invoice|tracking|ticket|case|serial|reference|ref|parcel)"
    r"(?:[ _-]?(?:no|nr|number|id|code))?[\"'*_.]*\s*[:=#]?\s*[\"'\[]?$"
)
_ACCOUNT = r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?=[ ]?[A-Z0-9]{4})(?:[ ]?[A-Z0-9]){11,29}"
# From the registry of SWIFT: the length of an IBAN of each country.
_REGISTRY = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18
DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26
IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30
NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25
SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _REGISTRY.split()}


def has_trace(data: bytes) -> bool:
    """Return, very fast, whether a text may hold such a number."""
    signs = data.translate(_SIGNS, b" -")
    return _IN_DIGITS in signs or _IN_LETTERS in signs


def cards(text: str) -> Iterator[Found]:
    """Yield the numbers of payment cards."""
    for match in re.finditer(_CARD, text, re.ASCII):
        digits = re.sub("[ -]", "", match[0])
        start, end = match.span()
        ahead = text[max(start - _FAR, 0) : start].rpartition("\n")[2]
        if (
            re.fullmatch(_ISSUED, digits)
            and _is_luhn(digits)
            and not re.search(_IS_AN_ID, ahead, re.IGNORECASE)
        ):
            yield start, end, f"…{digits[-4:]}", "a card number"


def accounts(text: str) -> Iterator[Found]:
    """Yield the international numbers of bank accounts (IBAN)."""
    for match in re.finditer(_ACCOUNT, text):
        length, start = _LENGTHS.get(match[0][:2], 0), match.start()
        end = start
        for _ in range(length):
            end += 2 if text[end : end + 1] == " " else 1
        number = text[start:end].replace(" ", "")
        if length == len(number) and not text[end : end + 1].isalnum() and _is_account(number):
            yield start, end, f"{number[:4]}…", "a bank account"


def _is_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _is_account(number: str) -> bool:
    if not number.isalnum() or not number.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1
