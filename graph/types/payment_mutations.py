from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from graph.types.money import MoneyInput

if TYPE_CHECKING:
    from graph.types.message import Message
    from graph.types.payment import PaymentRequest
    from graph.types.refusal import UserError


@strawberry.input(description="Parameters of `requestPayment`.")
class RequestPaymentInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="Where to ask.")
    invoice: str = strawberry.field(description="Invoice or order number.")
    amount: MoneyInput = strawberry.field(description="How much.")
    description: str | None = strawberry.field(
        default=UNSET, description="What for; shown on the payment page."
    )
    body: str | None = strawberry.field(
        default=UNSET,
        description="The text, with `{link}` where the link goes; left out, a standard one.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `requestPayment`.")
class RequestPaymentPayload:
    payment_request: PaymentRequest | None = strawberry.field(description="The request; null when refused.")
    message: Message | None = strawberry.field(
        description="The text with the link, `QUEUED`; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, CONVERSATION_CLOSED, "
            "OPTED_OUT, BLOCKED, INACTIVE_LOCATION, ALREADY_TRANSFERRED, ALREADY_EXISTS with another amount, "
            "LIMIT_EXCEEDED, INVALID, UNKNOWN_PLACEHOLDER, PROVIDER_UNAVAILABLE."
        ),
    )


@strawberry.input(description="Parameters of `cancelPaymentRequest`.")
class CancelPaymentRequestInput(NullIfLeftOut):
    payment_request_id: strawberry.ID = strawberry.field(description="The request to withdraw.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `cancelPaymentRequest`.")
class CancelPaymentRequestPayload:
    payment_request: PaymentRequest | None = strawberry.field(
        description="The request, now `CANCELED`; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=("Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, WRONG_STATE."),
    )


@strawberry.input(description="Parameters of `refundPayment`.")
class RefundPaymentInput(NullIfLeftOut):
    payment_request_id: strawberry.ID = strawberry.field(description="The paid request.")
    amount: MoneyInput | None = strawberry.field(
        default=UNSET, description="How much; left out, all that is left."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `refundPayment`.")
class RefundPaymentPayload:
    payment_request: PaymentRequest | None = strawberry.field(
        description="The request with the refund in it; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, WRONG_STATE, INVALID, "
            "PROVIDER_UNAVAILABLE."
        ),
    )
