"""Bills: what of a payment stands, in whatever order the provider tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.live import EventKind
from localmessages.rules.paying import (
    PAGE_OPEN_FOR,
    ask_again,
    expire,
    is_open,
    record_payment,
    request_payment,
    withdraw,
)
from localmessages.rules.payment_events import card_brand, payment_event
from localmessages.rules.payments import CardBrand, PaymentEventKind, PaymentStatus
from localmessages.rules.records import Message, PaymentEvent
from localmessages.rules.refunding import refund_amount
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.rules.texting import OutboundText, send
from tests.support.one_customer import TENANT, Scene

PAID, FAILED, VOIDED, REFUNDED = (PaymentEventKind(name) for name in ("PAID", "FAILED", "VOIDED", "REFUNDED"))
WHOLE = Decimal(50)


@dataclass
class Bill:
    """A bill of fifty dollars that was texted to the customer, and what the provider said of it."""

    scene: Scene = field(default_factory=Scene)
    events: list[PaymentEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.customer = self.scene.customer
        self.talk = self.scene.talk_of(self.scene.text())
        self.request = request_payment(
            self.customer,
            self.talk,
            invoice="INV-1",
            amount=WHOLE,
            currency="USD",
            at=self.now,
            by=None,
            expires_at=self.now + PAGE_OPEN_FOR,
        )
        self.texts = [(self.customer, self.text())]
        self.customer.saved()

    def text(self) -> Message:
        number = self.customer.place_of(self.talk.location_id).number
        text = OutboundText(MessageOrigin.AGENT, "Pay", number, payment_request_id=self.request.id)
        return send(self.customer, self.talk, text, self.now)

    @property
    def now(self) -> datetime:
        return self.scene.now

    def happens(self, kind: PaymentEventKind, amount: str | None = "50", **more: Any) -> None:
        self.scene.passes(seconds=1)
        self.hears(event(kind, self.now, amount, **more))

    def hears(self, said: PaymentEvent) -> None:
        record_payment(self.request, self.texts, self.events, said, self.now)

    def status(self) -> PaymentStatus:
        return self.request.status

    def state(self) -> tuple[Any, ...]:
        request = self.request
        return (
            request.status,
            request.paid_at,
            request.paid_amount,
            request.refunded_amount,
            request.card_type,
        )


def event(
    kind: PaymentEventKind,
    at: datetime,
    amount: str | None = "50",
    *,
    card: CardBrand | None = CardBrand.VISA,
    name: str | None = None,
) -> PaymentEvent:
    return payment_event(
        tenant_id=TENANT,
        invoice="INV-1",
        kind=kind,
        amount=None if amount is None else Decimal(amount),
        card=card,
        at=at,
        external_id=name or str(uuid4()),
    )


reports = st.lists(
    st.tuples(
        st.sampled_from(list(PaymentEventKind)),
        st.integers(0, 3),
        st.sampled_from(["5", "20", "50", "60"]),
        st.sampled_from(list(CardBrand)),
    ),
    max_size=7,
)


@given(reports, st.randoms(use_true_random=False))
def test_any_order_of_the_providers_reports_gives_the_same_state(said: Any, random: Any):
    began = Scene().now

    def state(order: Sequence[int]) -> tuple[Any, ...]:
        bill = Bill()
        for number in order:
            kind, seconds, amount, card = said[number]
            at = began + timedelta(seconds=seconds)
            bill.hears(event(kind, at, amount, card=card, name=f"evt_{number}"))
        return bill.state()

    order = list(range(len(said)))
    shuffled = random.sample(order, len(order))

    assert state(shuffled) == state(order)


deeds = st.lists(
    st.sampled_from([PAID, FAILED, VOIDED]) | st.decimals("0.01", "70", places=2) | st.none(), max_size=12
)


@given(deeds)
def test_what_is_given_back_is_never_more_than_what_was_paid(done: Any):
    bill = Bill()

    for deed in done:
        if isinstance(deed, PaymentEventKind):
            bill.happens(deed)
            continue
        before = bill.request.refunded_amount
        try:
            amount = refund_amount(bill.request, deed, None if deed is None else "USD")
        except Refused:
            continue
        bill.happens(REFUNDED, str(amount))
        assert bill.request.refunded_amount == before + amount

        gross, refunded = bill.request.paid_amount, bill.request.refunded_amount
        assert gross is not None
        assert 0 < refunded <= gross
        full = bill.status() is PaymentStatus.REFUNDED
        assert full == (gross - refunded == 0)


def test_a_decline_and_then_a_payment_is_paid_with_the_card_that_paid():
    bill = Bill()

    bill.happens(FAILED, card=CardBrand.AMEX)
    assert bill.state() == (PaymentStatus.REQUESTED, None, None, 0, None)

    bill.happens(PAID, card=CardBrand.VISA)
    assert bill.state() == (PaymentStatus.PAID, bill.now, WHOLE, 0, CardBrand.VISA)


def test_a_failure_after_the_payment_changes_nothing():
    bill = Bill()
    bill.happens(PAID)
    before = bill.state()

    bill.happens(FAILED)

    assert bill.state() == before


def test_the_first_payment_stands_until_it_is_taken_back():
    bill = Bill()
    bill.happens(PAID, "50", card=CardBrand.VISA)
    first = bill.now
    bill.happens(PAID, "55", card=CardBrand.JCB)
    assert bill.state() == (PaymentStatus.PAID, first, WHOLE, 0, CardBrand.VISA)

    bill.happens(VOIDED)
    assert bill.state() == (PaymentStatus.REQUESTED, None, None, 0, None)

    bill.happens(PAID, "50", card=CardBrand.DINERS)
    assert bill.state() == (PaymentStatus.PAID, bill.now, WHOLE, 0, CardBrand.DINERS)


def test_a_refund_that_comes_before_its_payment_counts():
    bill = Bill()

    bill.happens(REFUNDED, "20")
    bill.happens(PAID)

    assert bill.state()[0] is PaymentStatus.PARTLY_REFUNDED
    assert bill.request.refunded_amount == 20


def test_of_the_same_instant_a_void_comes_after_its_payment():
    bill = Bill()
    at = bill.now

    bill.hears(event(VOIDED, at, name="evt_a"))
    bill.hears(event(PAID, at, name="evt_b"))

    assert bill.state()[0] is PaymentStatus.REQUESTED


def test_a_bill_that_is_withdrawn_takes_no_payment_and_one_that_comes_all_the_same_counts():
    bill = Bill()

    withdraw(bill.request, bill.events, bill.texts, bill.now)
    assert bill.status() is PaymentStatus.CANCELED
    assert not is_open(bill.request, bill.now)

    bill.happens(PAID)
    assert bill.status() is PaymentStatus.PAID

    bill.happens(VOIDED)
    assert bill.status() is PaymentStatus.CANCELED


def test_a_page_closes_when_its_time_is_over_and_a_late_payment_counts():
    bill = Bill()

    bill.scene.passes(days=30, seconds=-1)
    expire(bill.request, bill.events, bill.texts, bill.now)
    assert bill.status() is PaymentStatus.REQUESTED
    assert is_open(bill.request, bill.now)

    bill.scene.passes(seconds=1)
    assert not is_open(bill.request, bill.now)
    expire(bill.request, bill.events, bill.texts, bill.now)
    assert bill.status() is PaymentStatus.EXPIRED

    bill.happens(PAID)
    assert bill.status() is PaymentStatus.PAID


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_a_bill_that_is_texted_again_is_open_again_and_its_first_text_says_so(end: str):
    bill = Bill()
    if end == "withdrawn":
        withdraw(bill.request, bill.events, bill.texts, bill.now)
    else:
        bill.scene.passes(days=31)
        expire(bill.request, bill.events, bill.texts, bill.now)
    bill.customer.happenings.clear()

    ask_again(bill.customer, bill.request, bill.events, bill.texts, bill.now)

    assert bill.status() is PaymentStatus.REQUESTED
    assert bill.request.expires_at == bill.now + PAGE_OPEN_FOR
    assert [told.kind for told in bill.customer.happenings] == [EventKind.MESSAGE_CHANGED]


def test_every_change_is_told_of_every_text_also_where_the_conversation_was():
    bill = Bill()
    bill.texts.append((bill.customer, bill.text()))
    bill.scene.move(bill.talk, bill.scene.b)
    bill.customer.happenings.clear()

    bill.happens(PAID)

    told = [(happening.kind, happening.place.name) for happening in bill.customer.happenings]
    assert told == [(EventKind.MESSAGE_CHANGED, "B"), (EventKind.FACT_CHANGED, "A")] * 2


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        (None, None),
        ("visa", CardBrand.VISA),
        ("American Express", CardBrand.AMEX),
        ("diners", CardBrand.DINERS),
        ("Union-Pay", CardBrand.UNIONPAY),
        ("girocard", CardBrand.OTHER),
    ],
)
def test_a_brand_is_known_by_its_name(name: str | None, brand: CardBrand | None):
    assert card_brand(name) is brand


def refused(bill: Bill, amount: str | None = None, currency: str | None = "USD") -> tuple[Any, ...]:
    with pytest.raises(Refused) as no:
        refund_amount(bill.request, None if amount is None else Decimal(amount), currency)
    return no.value.code, no.value.field


def test_what_was_not_paid_cannot_be_given_back():
    assert refused(Bill()) == (UserErrorCode.WRONG_STATE, ["input", "paymentRequestId"])


def test_no_more_than_is_left_can_be_given_back():
    bill = Bill()
    bill.happens(PAID)
    bill.happens(REFUNDED, "20")

    assert refused(bill, "30.01") == (UserErrorCode.INVALID, ["input", "amount", "amount"])
    assert refund_amount(bill.request, Decimal(30), "USD") == 30
    assert refund_amount(bill.request, None, None) == 30

    bill.happens(REFUNDED, "30")
    assert refused(bill)[0] is UserErrorCode.WRONG_STATE
    assert refused(bill, "0.01")[0] is UserErrorCode.WRONG_STATE


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_what_is_no_amount_cannot_be_given_back(amount: str):
    bill = Bill()
    bill.happens(PAID)

    assert refused(bill, amount) == (UserErrorCode.INVALID, ["input", "amount", "amount"])


def test_it_is_given_back_in_the_currency_in_which_it_was_paid():
    bill = Bill()
    bill.happens(PAID)

    assert refused(bill, "1", "EUR") == (UserErrorCode.INVALID, ["input", "amount", "currency"])
