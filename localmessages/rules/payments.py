from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class PaymentStatus(StrEnum):
    """Where a payment request stands."""

    REQUESTED = "REQUESTED"
    PAID = "PAID"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class PaymentEventKind(StrEnum):
    """What a payment provider reported."""

    PAID = "PAID"
    FAILED = "FAILED"
    VOIDED = "VOIDED"
    REFUNDED = "REFUNDED"


class CardBrand(StrEnum):
    """The brand of a card."""

    VISA = "VISA"
    MASTERCARD = "MASTERCARD"
    AMEX = "AMEX"
    DISCOVER = "DISCOVER"
    DINERS = "DINERS"
    JCB = "JCB"
    UNIONPAY = "UNIONPAY"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """What a provider said, in the order in which it happened; `amount` None is all there is."""

    at: datetime
    kind: PaymentEventKind
    amount: Decimal | None
    card_type: CardBrand | None


@dataclass(frozen=True, slots=True)
class PaymentState:
    """What stands of an invoice."""

    status: PaymentStatus
    paid_at: datetime | None
    paid_amount: Decimal | None
    refunded_amount: Decimal
    card_type: CardBrand | None


def payment_state(amount: Decimal, facts: Sequence[PaymentFact]) -> PaymentState:
    """The first `paid` that no `voided` follows stands; a refund leaves it paid, a failure as it was.

    What a provider reports is a fact, also where it gave back more than the first payment: of two of them.
    """
    last_void = max((i for i, fact in enumerate(facts) if fact.kind is PaymentEventKind.VOIDED), default=-1)
    paid = next((fact for fact in facts[last_void + 1 :] if fact.kind is PaymentEventKind.PAID), None)
    if paid is None:
        return PaymentState(PaymentStatus.REQUESTED, None, None, Decimal(0), None)
    gross = paid.amount if paid.amount is not None else amount
    refunds = [fact.amount for fact in facts if fact.kind is PaymentEventKind.REFUNDED]
    refunded = sum((gross if refund is None else refund for refund in refunds), Decimal(0))
    status = PaymentStatus.PAID
    if refunded > 0:
        status = PaymentStatus.REFUNDED if refunded >= gross else PaymentStatus.PARTLY_REFUNDED
    return PaymentState(status, paid.at, gross, refunded, paid.card_type)
