from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.ids import expect_id
from graph.types.inputs import THE_PARAMETERS
from graph.types.payment_mutations import (
    CancelPaymentRequestInput,
    CancelPaymentRequestPayload,
    RefundPaymentInput,
    RefundPaymentPayload,
    RequestPaymentInput,
    RequestPaymentPayload,
)
from localmessages.actions import payments
from localmessages.actions.payment_requests import Asked, ask_for_payment, cancel_payment_request
from resolvers.perform import perform


@strawberry.type
class PaymentMutations:
    @strawberry.mutation(
        description=(
            "Ask a contact to pay: makes the request and texts its link. The same invoice again texts the "
            "same request."
        ),
    )
    async def request_payment(
        self,
        info: Info,
        input: Annotated[RequestPaymentInput, THE_PARAMETERS],
    ) -> RequestPaymentPayload:
        talk = expect_id("Conversation", input.conversation_id)
        asked = Asked(
            input.invoice, input.amount.amount, input.amount.currency, input.description, input.body
        )
        done = await perform(info, input, lambda actor, key: ask_for_payment(actor, talk, asked, key=key))
        return RequestPaymentPayload(
            payment_request=await done.node("PaymentRequest", "payment_request"),
            message=await done.node("Message", "message"),
            user_errors=done.user_errors,
        )

    @strawberry.mutation(description="Withdraw a request that is not paid. Its page says so from now on.")
    async def cancel_payment_request(
        self,
        info: Info,
        input: Annotated[CancelPaymentRequestInput, THE_PARAMETERS],
    ) -> CancelPaymentRequestPayload:
        request = expect_id("PaymentRequest", input.payment_request_id)
        done = await perform(info, input, lambda actor, key: cancel_payment_request(actor, request, key=key))
        return CancelPaymentRequestPayload(
            payment_request=await done.node("PaymentRequest", "payment_request"),
            user_errors=done.user_errors,
        )

    @strawberry.mutation(description="Give back what was paid, in part or all of it.")
    async def refund_payment(
        self,
        info: Info,
        input: Annotated[RefundPaymentInput, THE_PARAMETERS],
    ) -> RefundPaymentPayload:
        request = expect_id("PaymentRequest", input.payment_request_id)
        amount, currency = (input.amount.amount, input.amount.currency) if input.amount else (None, None)
        done = await perform(
            info,
            input,
            lambda actor, key: payments.refund_payment(
                actor, request, amount=amount, currency=currency, key=key
            ),
        )
        return RefundPaymentPayload(
            payment_request=await done.node("PaymentRequest", "payment_request"),
            user_errors=done.user_errors,
        )
