import string
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.billing import (
    bill_text,
    check_bill,
    check_invoice,
    check_wording,
    pay_slug,
    pay_url,
    request_of_slug,
)
from localmessages.rules.refusal import LimitRefused, Refused, UnknownPlaceholder, UserErrorCode
from localmessages.rules.segments import TextEncoding, measure
from tests.support.one_customer import Scene

STORE_A = Scene().a
LINK = "https://texts.example/pay/AZhFx2XkcQCAAQ"


def text(wording: str | None = None, invoice: str = "INV-1") -> str:
    return bill_text(
        check_wording(wording), STORE_A, invoice=invoice, amount=Decimal("9.5"), currency="GBP", link=LINK
    )


@given(st.uuids())
def test_a_slug_is_one_requests(key: UUID):
    assert request_of_slug(pay_slug(key)) == key
    assert pay_url("https://texts.example", key) == f"https://texts.example/pay/{pay_slug(key)}"


@given(st.text(max_size=30))
def test_other_texts_are_no_slugs(slug: str):
    key = request_of_slug(slug)

    assert key is None or pay_slug(key) == slug


def test_a_request_has_no_second_slug():
    slug = pay_slug(uuid4())

    keys = [request_of_slug(slug[:-1] + last) for last in f"{string.ascii_letters}{string.digits}-_"]

    # Of the six bits of the last letter two are the key's: four letters, four keys.
    assert len({key for key in keys if key}) == sum(key is not None for key in keys) == 4


def test_the_standard_text_says_who_asks_for_what_and_is_short():
    body = text()

    for said in (STORE_A.business, "£9.50", "INV-1", LINK):
        assert said in body
    assert measure(body).encoding is TextEncoding.GSM_7


def test_a_text_of_ones_own_has_the_link_where_it_says():
    assert text("Hi! {link} is for {invoice}: {amount}") == f"Hi! {LINK} is for INV-1: £9.50"


def test_an_invoice_number_that_looks_like_a_placeholder_is_none():
    assert text("{invoice} {link}", invoice="{amount}") == f"{{amount}} {LINK}"


def test_a_text_without_the_link_is_refused():
    with pytest.raises(Refused) as no:
        check_wording("Please pay")

    assert (no.value.code, no.value.field) == (UserErrorCode.INVALID, ["input", "body"])


def test_an_unknown_placeholder_is_named():
    with pytest.raises(UnknownPlaceholder) as no:
        check_wording("{link} {first_name}")

    assert no.value.unknown == ["first_name"]


def test_a_text_that_has_become_too_long_is_refused():
    with pytest.raises(LimitRefused):
        text("x" * 1590 + "{link}")


@pytest.mark.parametrize("invoice", ["", "  ", "a\nb", "a\tb", "a\0b", "\u2028"])
def test_an_invoice_number_is_one_line_of_something(invoice: str):
    with pytest.raises(Refused) as no:
        check_invoice(invoice)

    assert (no.value.code, no.value.field) == (UserErrorCode.INVALID, ["input", "invoice"])


def test_an_invoice_number_has_its_limit():
    assert check_invoice(f" {'x' * 100} ") == "x" * 100
    with pytest.raises(LimitRefused):
        check_invoice("x" * 101)


@pytest.mark.parametrize(("given", "kept"), [(None, None), ("  ", None), (" Two trees ", "Two trees")])
def test_what_it_is_for_may_be_left_out(given: str | None, kept: str | None):
    assert check_bill("INV-1", Decimal(1), "USD", given) == ("INV-1", kept)


def test_what_it_is_for_has_its_limit():
    with pytest.raises(LimitRefused):
        check_bill("INV-1", Decimal(1), "USD", "x" * 501)
