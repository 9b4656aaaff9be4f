"""What makes names, addresses and numbers alike."""

from __future__ import annotations

import pytest

from crmkb.metrics.duplicate_keys import customer_key, is_phone, phone_key


@pytest.mark.parametrize(
    "name", ["Acme", "ACME, Inc.", "Acme Ltd", "acme  LTD.", "Acme GmbH & Co. KG", "Acme S.A."]
)
def test_legal_forms_and_dots_make_no_other_customer(name: str) -> None:
    assert customer_key(name) == "acme"


def test_a_name_of_legal_forms_only_keeps_them() -> None:
    assert customer_key("SE Co") == "se co"
    assert customer_key("Mühlquell AG") == "mühlquell"
    assert customer_key("!!") == ""


@pytest.mark.parametrize(
    "phone", ["+47 22 33 44 55", "0047 (22) 334455", "+47-22-33-44-55", "+4722334455 ext. 12"]
)
def test_numbers_are_alike_however_they_are_written(phone: str) -> None:
    assert is_phone(phone)
    assert phone_key(phone) == "4722334455"


@pytest.mark.parametrize(
    "phone", ["n/a", "1234", "+47 22 33 44 55 66 77 88 99", "call me", "٤٧٢٢٣٣"]
)
def test_what_cannot_be_a_number_is_none(phone: str) -> None:
    assert not is_phone(phone)
