"""What every payment provider must do. A new one joins `PROVIDERS` with a maker of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from localmessages.gateways.payments import (
    MalformedWebhook,
    PaymentProvider,
    PaymentReport,
    PaymentsUnavailable,
    RefundOrder,
    Webhook,
)
from localmessages.gateways.signature import BadSignature
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.rules.payments import PaymentEventKind

NOW = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)
NEW, OLD = "the new secret", "the old secret"


@dataclass(frozen=True)
class Tried:
    """A provider, and what the contract needs to know of the world outside it.

    `tells` is its webhook of something that happened; `sends` a body with a signature that is right.
    """

    provider: PaymentProvider
    tells: Callable[[PaymentEventKind, str, str], Webhook]
    tells_of: Callable[[PaymentReport], Webhook]
    sends: Callable[[bytes], Webhook]


def simulated(mood: str) -> Tried:
    provider = SimulatedPayments([NEW, OLD], lambda: NOW, available=mood != "away")
    outside = SimulatedPayments([OLD if mood == "rotated" else NEW], lambda: NOW)

    def tells(kind: PaymentEventKind, amount: str, currency: str) -> Webhook:
        return outside.webhook(
            outside.report(
                "event",
                kind,
                tenant_id=uuid4(),
                invoice="INV-1",
                amount=Decimal(amount),
                currency=currency,
                card="visa",
            )
        )

    def sends(body: bytes) -> Webhook:
        return outside.webhook(replace(ANY, content=body.decode()))

    return Tried(provider, tells, outside.webhook, sends)


ANY = PaymentReport(
    "x", uuid4(), "INV-1", PaymentEventKind.PAID, Decimal(1), "USD", card=None, at=NOW, content=""
)
PROVIDERS: dict[str, Callable[[str], Tried]] = {"simulated": simulated}


@pytest.fixture(params=PROVIDERS)
def provider_that(request: pytest.FixtureRequest) -> Callable[[str], Tried]:
    return PROVIDERS[request.param]


def order(amount: str = "20.00", currency: str = "USD", key: str = "refund 1") -> RefundOrder:
    return RefundOrder(key, uuid4(), "INV-1", Decimal(amount), currency, paid=None)


@pytest.mark.parametrize(("amount", "currency"), [("20.00", "USD"), ("500", "JPY"), ("1.250", "KWD")])
async def test_a_refund_says_what_was_given_back(provider_that, amount, currency):
    given = order(amount, currency)

    report = await provider_that("works").provider.refund(given)

    assert report.kind is PaymentEventKind.REFUNDED
    assert (report.tenant_id, report.invoice) == (given.tenant_id, given.invoice)
    assert (report.amount, report.currency) == (Decimal(amount), currency)
    assert report.external_id


async def test_the_same_key_is_the_same_refund_also_for_another_process(provider_that):
    given = order()

    one, other = provider_that("works").provider, provider_that("works").provider

    assert (await one.refund(given)).external_id == (await other.refund(given)).external_id


async def test_another_key_is_another_refund_even_of_as_much(provider_that):
    provider, given = provider_that("works").provider, order()

    one, other = await provider.refund(given), await provider.refund(replace(given, key="refund 2"))

    assert one.external_id != other.external_id


async def test_the_webhook_of_a_refund_is_the_same_report(provider_that):
    tried = provider_that("works")
    report = await tried.provider.refund(order())

    assert tried.provider.read(tried.tells_of(report), NOW) == report


async def test_a_provider_that_is_away_says_so(provider_that):
    with pytest.raises(PaymentsUnavailable):
        await provider_that("away").provider.refund(order())


@pytest.mark.parametrize(("amount", "currency"), [("50.00", "USD"), ("500", "JPY"), ("1.250", "KWD")])
@pytest.mark.parametrize("kind", list(PaymentEventKind))
async def test_what_happened_is_read_as_it_was(provider_that, kind, amount, currency):
    tried = provider_that("works")
    webhook = tried.tells(kind, amount, currency)

    report = tried.provider.read(webhook, NOW)

    assert (report.kind, report.amount, report.currency) == (kind, Decimal(amount), currency)
    assert (report.invoice, report.at, report.card) == ("INV-1", NOW, "visa")
    assert report.content.encode() == webhook.body


async def test_the_old_secret_is_good_while_it_is_rotated(provider_that):
    tried = provider_that("rotated")

    assert tried.provider.read(tried.tells(PaymentEventKind.PAID, "1.00", "USD"), NOW)


async def test_the_same_event_has_the_same_id(provider_that):
    tried = provider_that("works")
    webhook = tried.tells(PaymentEventKind.PAID, "1.00", "USD")

    assert tried.provider.read(webhook, NOW) == tried.provider.read(webhook, NOW)


async def test_another_body_or_no_signature_is_not_the_providers(provider_that):
    tried = provider_that("works")
    webhook = tried.tells(PaymentEventKind.PAID, "1.00", "USD")

    for forged in (replace(webhook, body=webhook.body + b" "), replace(webhook, headers={})):
        with pytest.raises(BadSignature):
            tried.provider.read(forged, NOW)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}"])
async def test_what_cannot_be_read_is_malformed(provider_that, body):
    tried = provider_that("works")

    with pytest.raises(MalformedWebhook):
        tried.provider.read(tried.sends(body), NOW)
