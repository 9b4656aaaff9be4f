"""Money: amounts as people and exports write them, and as `crm` prints them.

Amounts are `Decimal`, currencies ISO 4217 codes. Exchange rates are settings of the workspace.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from crmkb.errors import BadValue

DecimalMark = Literal[".", ","]

_LIMIT = Decimal(10) ** 15  # no deal is worth more, and sums stay in the range of every database
_MAX_LENGTH = 60
_MAX_PLACES = 20

# `$` and `¥` mean their most common currency; `kr` has three currencies and is rejected.
_KNOWN_SYMBOLS = """
€ EUR  £ GBP  $ USD  US$ USD  C$ CAD  CA$ CAD  A$ AUD  AU$ AUD  NZ$ NZD  HK$ HKD  S$ SGD  R$ BRL
MX$ MXN  ¥ JPY  ￥ JPY  CN¥ CNY  ₹ INR  ₩ KRW  ₽ RUB  ₺ TRY  ₴ UAH  ₪ ILS  ₫ VND  ₱ PHP  ฿ THB
ZŁ PLN  KČ CZK
"""
_KNOWN_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_SYMBOLS = dict(zip(_KNOWN_SYMBOLS.split()[::2], _KNOWN_SYMBOLS.split()[1::2], strict=True))
_CODES = frozenset(_KNOWN_CODES.split())
_CURRENCY = r"[A-Z]{3}|(?:US|CA?|AU?|NZ|HK|S|R|MX)?\$|(?:CN)?¥|[€£￥₹₩₽₺₴₪₫₱฿]|ZŁ|KČ"
_POWERS = {"": 0, "K": 3, "M": 6, "MN": 6, "MIO": 6, "B": 9, "BN": 9}

_MONEY = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<before>{_CURRENCY})? ?(?P<inner_sign>[+-]?) ?"
    rf"(?P<number>[0-9.][0-9.,' ]*)(?:E(?P<exponent>[+-]?[0-9]{{1,2}}))?"
    rf" ?(?P<unit>K|MIO|MN|M|BN|B)? ?(?P<after>{_CURRENCY})?"
)
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_DECIMAL_POINT = (
    re.compile(r"[0-9]*(?:\.[0-9]+)?"),
    re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"),  # lakh and crore
    re.compile(r"[0-9]{1,3}(?P<mark>[ '])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:\.[0-9]+)?"),
)
_DECIMAL_COMMA = (
    re.compile(r"[0-9]+,[0-9]+"),
    re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+"),
    re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"),
    re.compile(r"[0-9]{1,3}(?P<mark>[ '])[0-9]{3}(?:(?P=mark)[0-9]{3})*,[0-9]+"),
)
_DOUBTFUL = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_SWAPPED = str.maketrans(".,", ",.")
_USUAL_SIGNS = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "’": "'", "−": "-"}
)
_NO_GROUPS = str.maketrans("", "", ",' ")
_COMMA_TO_POINT = str.maketrans(",", ".", "' ")


class BadAmount(BadValue):
    """The text is not an amount of money."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not an amount",
            hint="write 50000, 50,000.00, 50k, 1.2M or EUR 50,000",
        )


def read_amount(text: str, mark: DecimalMark = ".") -> Decimal:
    """Return the amount written as `50000`, `€50,000.00`, `1 234,50` or `50k`, in any currency.

    If commas and dots are ambiguous, a single dot is the decimal mark (`1.234` is just over 1, as
    in front matter) and a single comma before three digits separates thousands (`1,234`). With a
    comma as the decimal `mark` it is the other way round.
    Raise `BadAmount` for anything else, and for amounts of 10**15 or more.
    """
    return read_currency_amount(text, mark)[0]


def read_currency_amount(text: str, mark: DecimalMark = ".") -> tuple[Decimal, str]:
    """Return the amount as `read_amount` does, and its currency or "" if none is written."""
    if mark == ",":
        text = text.translate(_SWAPPED)
    if _PLAIN.fullmatch(text):
        return _without_minus_zero(Decimal(text)), ""
    match = _MONEY.fullmatch(_usual(text)) if len(text) <= _MAX_LENGTH else None
    amount = match and _amount(match)
    currency = match and _currency(match)
    if amount is None or currency is None:
        raise BadAmount(text)
    return amount, currency


def decimal_mark(text: str) -> DecimalMark | None:
    """Return the decimal mark that an amount shows, or None if it can be read both ways."""
    match = _MONEY.fullmatch(_usual(text)) if len(text) <= _MAX_LENGTH else None
    number = match["number"].strip() if match else ""
    if not match or is_doubtful(text):
        return None
    is_comma = any(shape.fullmatch(number) for shape in _DECIMAL_COMMA)
    is_point = any(shape.fullmatch(number) for shape in _DECIMAL_POINT)
    if is_comma == is_point or not {*number} & {".", ","}:
        return None
    return "," if is_comma else "."


def is_doubtful(text: str) -> bool:
    """Return whether the dot of an amount such as `50.000` may also separate thousands."""
    match = _MONEY.fullmatch(_usual(text)) if len(text) <= _MAX_LENGTH else None
    return bool(match and _DOUBTFUL.fullmatch(match["number"].strip()))


def say_money(amount: Decimal | float, currency: str) -> str:
    """Return an amount with its currency: `EUR 50,000`, with cents only if they are not zero."""
    number = f"{abs(amount):,.2f}".removesuffix(".00")
    sign = "-" if amount < 0 and number != "0" else ""
    return f"{sign}{currency} {number}" if currency else f"{sign}{number}"


def say_number(number: Decimal | float, places: int = 2) -> str:
    """Return a number with thousands separators and at most `places` decimals: `1,234.5`."""
    text = f"{number:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _usual(text: str) -> str:
    usual = text.strip().translate(_USUAL_SIGNS).upper()
    if usual.startswith("(") and usual.endswith(")"):  # a negative amount in accounting
        return f"-{usual[1:-1]}"
    return usual


def _amount(match: re.Match[str]) -> Decimal | None:
    digits = _digits(match["number"].strip())
    sign = match["sign"] + match["inner_sign"]
    if digits is None or len(sign) > 1:
        return None
    power = _POWERS[match["unit"] or ""] + int(match["exponent"] or 0)
    amount = Decimal(f"{sign}{digits}E{power}")
    written = f"{amount:f}"  # without an exponent
    if abs(amount) >= _LIMIT or len(written.partition(".")[2]) > _MAX_PLACES:
        return None
    return _without_minus_zero(Decimal(written))


def _digits(number: str) -> str | None:
    if any(shape.fullmatch(number) for shape in _DECIMAL_POINT):
        return number.translate(_NO_GROUPS)
    if any(shape.fullmatch(number) for shape in _DECIMAL_COMMA):
        return number.replace(".", "").translate(_COMMA_TO_POINT)
    return None


def _currency(match: re.Match[str]) -> str | None:
    names = [name for name in match.group("before", "after") if name]
    codes = {_SYMBOLS.get(name, name) for name in names}
    return None if len(codes) > 1 or codes - _CODES else "".join(codes)


def _without_minus_zero(amount: Decimal) -> Decimal:
    return amount if amount else abs(amount)


class BadCurrency(BadValue):
    """The text is not a currency code."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word!r} is not a currency code", "write three letters, such as EUR")


def currency_code(word: str) -> str:
    """Return a currency code in capitals; raise `BadCurrency` unless it has three letters."""
    code = word.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise BadCurrency(word)
    return code
