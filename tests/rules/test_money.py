from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.money import (
    CURRENCIES,
    LARGEST,
    check_amount,
    decimals_of,
    from_minor_units,
    in_decimals,
    shown,
    to_minor_units,
)
from localmessages.rules.refusal import Refused, UserErrorCode

units = st.integers(1, 10**12 - 1)


@given(units, st.sampled_from(sorted(CURRENCIES)))
def test_minor_units_there_and_back(count: int, currency: str):
    amount = from_minor_units(count, currency)

    assert to_minor_units(amount, currency) == count
    assert in_decimals(amount, currency) == amount
    assert in_decimals(amount, currency).as_tuple().exponent == -decimals_of(currency)


@given(units, st.sampled_from(sorted(CURRENCIES)))
def test_what_is_a_number_of_minor_units_can_be_asked_for(count: int, currency: str):
    amount = from_minor_units(count, currency)

    if amount < LARGEST:
        check_amount(amount, currency, field=["amount"])


@given(st.decimals(min_value=0, max_value=1000, places=4), st.sampled_from(["JPY", "USD", "KWD"]))
def test_what_is_no_number_of_minor_units_is_refused(amount: Decimal, currency: str):
    fits = amount.scaleb(decimals_of(currency)) % 1 == 0

    if amount > 0 and fits:
        check_amount(amount, currency, field=["amount"])
    else:
        with pytest.raises(Refused) as no:
            check_amount(amount, currency, field=["amount"])
        assert (no.value.code, no.value.field) == (UserErrorCode.INVALID, ["input", "amount", "amount"])


@pytest.mark.parametrize("amount", ["0", "-1", "100000000000", "1e30"])
def test_nothing_less_and_too_much_are_refused(amount: str):
    with pytest.raises(Refused):
        check_amount(Decimal(amount), "USD", field=["amount"])


@pytest.mark.parametrize("currency", ["XTS", "XAU", "ZZZ"])
def test_what_nobody_pays_with_is_no_currency(currency: str):
    with pytest.raises(Refused) as no:
        check_amount(Decimal(1), currency, field=["amount"])

    assert no.value.field == ["input", "amount", "currency"]


def test_a_fraction_of_the_smallest_unit_has_no_number():
    with pytest.raises(ValueError, match="more decimals"):
        to_minor_units(Decimal("0.001"), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1234.5", "USD", "$1,234.50"),
        ("48", "GBP", "£48.00"),
        ("500", "JPY", "¥500"),
        ("1000000", "EUR", "€1,000,000.00"),
        ("1.25", "KWD", "KWD 1.250"),
        ("12.5", "INR", "INR 12.50"),
    ],
)
def test_an_amount_is_shown_as_people_read_it(amount: str, currency: str, expected: str):
    assert shown(Decimal(amount), currency) == expected
