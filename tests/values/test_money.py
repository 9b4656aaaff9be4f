from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.errors import Exit
from crmkb.values.money import (
    BadAmount,
    decimal_mark,
    is_doubtful,
    read_amount,
    read_currency_amount,
    say_money,
    say_number,
)

amounts = st.decimals("-1e12", "1e12", places=2)


@pytest.mark.parametrize(
    "text, amount",
    [
        ("50000", "50000"),
        ("50,000", "50000"),
        ("50,000.00", "50000.00"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("12,5", "12.5"),
        ("1,23", "1.23"),
        ("0,234", "0.234"),
        ("1 234,50", "1234.50"),
        ("1\u202f234\u00a0567,89", "1234567.89"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1'234.50", "1234.50"),
        ("12,34,567", "1234567"),
        (".5", "0.5"),
        ("50k", "50000"),
        ("1,5K", "1500"),
        ("1.2M", "1200000"),
        ("2 bn", "2000000000"),
        ("1.5e3", "1500"),
        ("-5", "-5"),
        ("−5.50", "-5.50"),
        ("(1,234.50)", "-1234.50"),
        ("-0", "0"),
    ],
)
def test_an_amount_is_read_however_it_is_written(text: str, amount: str) -> None:
    assert str(read_amount(text)) == amount


@pytest.mark.parametrize(
    "text, amount, currency",
    [
        ("€50,000", "50000", "EUR"),
        ("50.000,00 €", "50000.00", "EUR"),
        ("EUR 50k", "50000", "EUR"),
        ("50 k eur", "50000", "EUR"),
        ("US$ 1.2m", "1200000", "USD"),
        ("-$5.50", "-5.50", "USD"),
        ("$-5.50", "-5.50", "USD"),
        ("($5.50)", "-5.50", "USD"),
        ("CHF 1'000", "1000", "CHF"),
        ("100 zł", "100", "PLN"),
        ("5 MKD", "5", "MKD"),
        ("5mUSD", "5000000", "USD"),
        ("€ 5 EUR", "5", "EUR"),
        ("5", "5", ""),
    ],
)
def test_a_currency_may_stand_before_or_after(text: str, amount: str, currency: str) -> None:
    assert read_currency_amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "NaN",
        "Infinity",
        "1e99",
        "1e-99",
        "9" * 16,
        "9" * 100,
        "1,23,4",
        "1,,2",
        "12 34",
        "--5",
        "-(5)",
        "5 %",
        "5²",
        "１２",
        "0x1F",
        "1_000",
        "1.234.56",
        "1,234,56",
        "50 abc",
        "kr 500",
        "EUR 5 USD",
        "EUR",
        "5 pieces",
        "5/6",
        "five",
    ],
)
def test_other_texts_are_no_amount(text: str) -> None:
    with pytest.raises(BadAmount, match="is not an amount") as caught:
        read_amount(text)
    assert caught.value.exit_code is Exit.USAGE
    assert "50k" in (caught.value.hint or "")


@given(amounts, st.sampled_from(["", "EUR", "USD"]))
def test_what_is_said_is_read_back(amount: Decimal, currency: str) -> None:
    assert read_currency_amount(say_money(amount, currency)) == (amount, currency)


@given(st.text(alphabet="0123456789.,' -+kMeE€$()EURx", max_size=20))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = read_amount(text)
    except BadAmount:
        return
    assert abs(amount) < 10**15
    assert read_amount(f"{amount:f}") == amount


@pytest.mark.parametrize(
    "amount, currency, said",
    [
        ("50000", "EUR", "EUR 50,000"),
        ("50000.00", "EUR", "EUR 50,000"),
        ("50000.5", "EUR", "EUR 50,000.50"),
        ("-1234", "USD", "-USD 1,234"),
        ("-0.001", "USD", "USD 0"),
        ("5", "", "5"),
    ],
)
def test_money_is_said_with_cents_only_if_there_are_any(
    amount: str, currency: str, said: str
) -> None:
    assert say_money(Decimal(amount), currency) == said


@pytest.mark.parametrize(
    "number, said",
    [(1234.5, "1,234.5"), (1_200_000, "1,200,000"), (0.3333, "0.33"), (-0.001, "0"), (100, "100")],
)
def test_numbers_part_their_thousands(number: float, said: str) -> None:
    assert say_number(number) == said


@pytest.mark.parametrize(
    "text, mark",
    [
        ("1.234,50", ","),
        ("€ 12,5", ","),
        ("1.234.567", ","),
        ("1,234.50", "."),
        ("12.5", "."),
        ("50.000", None),
        ("50,000", None),
        ("50000", None),
        ("soon", None),
    ],
)
def test_an_amount_may_show_its_decimal_mark(text: str, mark: str | None) -> None:
    assert decimal_mark(text) == mark


@pytest.mark.parametrize(
    "text, amount",
    [("50.000", "50000"), ("1,234", "1.234"), ("1.234,50 €", "1234.50"), ("1,2M", "1200000")],
)
def test_with_a_decimal_comma_dots_part_thousands(text: str, amount: str) -> None:
    assert read_amount(text, ",") == Decimal(amount)


def test_what_is_a_thousand_times_as_much_elsewhere_is_doubtful() -> None:
    doubtful = [
        text for text in ("50.000", "$1.500", "5.0000", "0.500", "50.00") if is_doubtful(text)
    ]
    assert doubtful == ["50.000", "$1.500"]
