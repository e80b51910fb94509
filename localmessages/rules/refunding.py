"""Giving money back: never more than is left of what was paid."""

from decimal import Decimal

from localmessages.rules.money import check_amount, shown
from localmessages.rules.records import PaymentRequest
from localmessages.rules.refusal import Refused, UserErrorCode


def refund_amount(request: PaymentRequest, amount: Decimal | None, currency: str | None) -> Decimal:
    """How much to give back, all that is left for None; `Refused` for more than that."""
    left = (request.paid_amount or Decimal(0)) - request.refunded_amount
    if left <= 0:
        raise Refused(
            UserErrorCode.WRONG_STATE,
            f"Nothing was paid on invoice {request.invoice}."
            if request.paid_amount is None
            else f"All that was paid on invoice {request.invoice} has been given back.",
            field=["paymentRequestId"],
            remedy="Cancel the request instead." if request.paid_amount is None else None,
        )
    if amount is None or currency is None:
        return left
    check_amount(amount, currency, field=["amount"])
    if currency != request.currency:
        raise Refused(
            UserErrorCode.INVALID,
            f"The invoice was paid in {request.currency}.",
            field=["amount", "currency"],
            remedy=f"Give an amount in {request.currency}.",
        )
    if amount > left:
        raise Refused(
            UserErrorCode.INVALID,
            f"At most {shown(left, request.currency)} is left to give back.",
            field=["amount", "amount"],
            remedy="Give back less, or leave the amount out for all that is left.",
        )
    return amount
