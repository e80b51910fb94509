"""Asking for a payment by text, and taking that back."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.bills import Bill, open_bill
from localmessages.actions.conversations import check_live, theirs
from localmessages.actions.messages import ask_to_send, check_place, check_recipient, send_text
from localmessages.actions.reading import read_all
from localmessages.gateways.payments import PaymentProvider
from localmessages.rules.access import Role
from localmessages.rules.billing import bill_text, check_bill, check_wording, pay_url
from localmessages.rules.customer import Customer
from localmessages.rules.money import shown
from localmessages.rules.paying import PAGE_OPEN_FOR, ask_again, request_payment, withdraw
from localmessages.rules.records import Conversation, PaymentRequest
from localmessages.rules.refusal import AlreadyExists, NotAllowed, NotFound, Refused, UserErrorCode
from localmessages.services import Services, Transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be paid, and the text with which to ask; None for the standard one."""

    invoice: str
    amount: Decimal
    currency: str
    description: str | None = None
    body: str | None = None


async def ask_for_payment(
    actor: Actor, conversation_id: UUID, asked: Asked, *, key: IdempotencyKey | None = None
) -> Made:
    """Text a link to a payment page. The same invoice again is the same request, texted once more."""
    invoice, purpose = check_bill(asked.invoice, asked.amount, asked.currency, asked.description)
    asked = replace(asked, invoice=invoice, description=purpose, body=check_wording(asked.body))
    connected(actor.services)

    async def do(tx: Transaction) -> Made:
        bill = await open_bill(tx, actor.tenant_id, asked.invoice)
        await bill.call_customers(actor.place_of, also=conversation_id)
        customer = bill.in_conversation(conversation_id)
        conversation = theirs(actor, customer, conversation_id, moved_is_told=True)
        assert customer is not None
        # First the contact: to block closes the conversation, and to reopen it would be no remedy.
        check_recipient(customer.contact, field="conversationId")
        check_live(conversation)
        check_place(actor.place_of(conversation.location_id), field="conversationId")
        await _check_request(actor, bill, asked)
        request = _request(actor, bill, customer, conversation, asked)
        body = _body(actor, conversation, request, asked)
        message = send_text(actor, customer, conversation, body, payment_request_id=request.id)
        await bill.save()
        await read_all(tx, actor, conversation)
        await ask_to_send(tx.connection, message)
        return {"payment_request": request.id, "message": message.id}

    return await once(actor, key, do)


def connected(services: Services) -> PaymentProvider:
    """The payment provider; `Refused` where there is none."""
    if services.payments is None:
        raise Refused(
            UserErrorCode.PROVIDER_UNAVAILABLE,
            "No payment provider is connected.",
            remedy="Ask whoever runs this installation to connect one.",
        )
    return services.payments


async def _check_request(actor: Actor, bill: Bill, asked: Asked) -> None:
    request = bill.request
    if request is None:
        return
    places = await _places_of(bill.tx.connection, actor.tenant_id, request.id)
    visible = any(map(actor.viewer.sees, places))
    if not visible or (request.amount, request.currency) != (asked.amount, asked.currency):
        stands = f"over {shown(request.amount, request.currency)}" if visible else "of somebody else"
        raise AlreadyExists(
            f"There is an invoice {request.invoice} {stands}.",
            existing=("PaymentRequest", request.id) if visible else None,
            field=["amount"] if visible else ["invoice"],
            remedy="Ask for the same amount, or give another invoice number.",
        )
    if request.paid_at is not None:
        raise AlreadyExists(
            f"Invoice {request.invoice} is paid.",
            existing=("PaymentRequest", request.id),
            field=["invoice"],
            remedy="Give another invoice number for another payment.",
        )


def _request(
    actor: Actor, bill: Bill, customer: Customer, conversation: Conversation, asked: Asked
) -> PaymentRequest:
    at = customer.after(actor.now)
    if bill.request is not None:
        ask_again(customer, bill.request, bill.events, bill.texts, at, description=asked.description)
        return bill.request
    return request_payment(
        customer,
        conversation,
        invoice=asked.invoice,
        amount=asked.amount,
        currency=asked.currency,
        at=at,
        by=actor.user_id,
        description=asked.description,
        expires_at=at + PAGE_OPEN_FOR,
        earlier=bill.events,
    )


def _body(actor: Actor, conversation: Conversation, request: PaymentRequest, asked: Asked) -> str:
    assert asked.body is not None
    return bill_text(
        asked.body,
        actor.place_of(conversation.location_id),
        invoice=asked.invoice,
        amount=asked.amount,
        currency=asked.currency,
        link=pay_url(actor.services.public_url, request.id),
    )


async def cancel_payment_request(
    actor: Actor, request_id: UUID, *, key: IdempotencyKey | None = None
) -> Made:
    """Close the page of a bill that is not paid. What is paid at this very moment counts all the same."""

    async def do(tx: Transaction) -> Made:
        bill = await bill_of_viewer(tx, actor, request_id)
        request = bill.asked
        if request.paid_at is not None:
            raise Refused(
                UserErrorCode.WRONG_STATE,
                f"Invoice {request.invoice} is paid.",
                field=["paymentRequestId"],
                remedy="Give the money back with a refund.",
            )
        if request.canceled_at is None:
            await bill.call_customers(actor.place_of)
            withdraw(request, bill.events, bill.texts, actor.now)
            await bill.save()
            await audit(tx, actor, "cancelPaymentRequest", ("PaymentRequest", request.id), request.invoice)
        return {"payment_request": request.id}

    return await once(actor, key, do)


async def bill_of_viewer(tx: Transaction, actor: Actor, request_id: UUID) -> Bill:
    """The bill of a request under lock; `Refused` unless the viewer acts where it was texted or is now."""
    places = await _places_of(tx.connection, actor.tenant_id, request_id)
    if not any(map(actor.viewer.sees, places)):
        raise NotFound("payment request", field=["paymentRequestId"])
    if not any(actor.viewer.may(Role.AGENT, place) for place in places):
        raise NotAllowed(field=["paymentRequestId"])
    # payment_request_pkey; an invoice number never changes.
    invoice = await tx.connection.fetchval(
        "SELECT invoice FROM payment_request WHERE tenant_id = $1 AND id = $2", actor.tenant_id, request_id
    )
    return await open_bill(tx, actor.tenant_id, invoice)


async def _places_of(connection: asyncpg.Connection, tenant_id: UUID, request_id: UUID) -> list[UUID]:
    """Where a request was first texted, where texts of it were sent from, where their conversations are."""
    # payment_request_pkey, message_payment_idx, conversation_pkey
    rows = await connection.fetch(
        """
        SELECT location_id FROM payment_request WHERE tenant_id = $1 AND id = $2
        UNION
        SELECT location_id FROM message WHERE tenant_id = $1 AND payment_request_id = $2
        UNION
        SELECT conversation.location_id
        FROM message
        JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = message.conversation_id
        WHERE message.tenant_id = $1 AND message.payment_request_id = $2
        """,
        tenant_id,
        request_id,
    )
    return [row["location_id"] for row in rows]
