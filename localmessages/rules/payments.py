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
