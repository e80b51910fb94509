"""Texts: sent by people, received from the carrier. Each one transaction with its wait, events and job."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.conversations import blocked, check_live, check_version, conversation_at_hand, save
from localmessages.actions.queue import SEND, enqueue
from localmessages.actions.reading import read_all
from localmessages.actions.store import (
    Opened,
    load_last_sent,
    lock_customer,
    open_customer,
)
from localmessages.rules.auto_reply import auto_replies
from localmessages.rules.consent import keyword
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.keys import new_key
from localmessages.rules.linking import send_with_links
from localmessages.rules.place import Place
from localmessages.rules.records import Contact, Conversation, Message
from localmessages.rules.refusal import OptedOut, Refused, UserErrorCode
from localmessages.rules.texting import InboundText, OutboundText, receive
from localmessages.rules.texts import check_body
from localmessages.services import Services, Transaction


def check_recipient(contact: Contact, *, field: str) -> None:
    """Raise `Refused` for a contact who may not be texted."""
    if contact.opted_out_at is not None:
        raise OptedOut(contact.id, contact.opted_out_at, field=[field])
    if contact.blocked_at is not None:
        raise blocked(field)


def check_place(place: Place, *, field: str) -> None:
    """Raise `Refused` for a location that is out of service."""
    if not place.active:
        raise Refused(
            UserErrorCode.INACTIVE_LOCATION,
            f"{place.name} is out of service.",
            field=[field],
            remedy="Put it back into service, or transfer the conversation.",
        )


async def send_message(
    actor: Actor,
    conversation_id: UUID,
    body: str,
    *,
    expected_version: int | None = None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Store a reply and ask for its sending; the author has read what it answers."""
    check_body(body)

    async def do(tx: Transaction) -> Made:
        async with conversation_at_hand(tx, actor, conversation_id, moved_is_told=True) as (
            customer,
            conversation,
        ):
            # First the contact: to block closes the conversation, and to reopen it would be no remedy.
            check_recipient(customer.contact, field="conversationId")
            check_live(conversation)
            check_place(actor.place_of(conversation.location_id), field="conversationId")
            check_version(conversation, expected_version)
            message = send_text(actor, customer, conversation, body)
        await read_all(tx, actor, conversation)
        await ask_to_send(tx.connection, message)
        return {"message": message.id, "conversation": conversation.id}

    return await once(actor, key, do)


def send_text(
    actor: Actor,
    customer: Customer,
    conversation: Conversation,
    body: str,
    *,
    payment_request_id: UUID | None = None,
) -> Message:
    """A person's text, from the number of where the conversation is."""
    number = actor.place_of(conversation.location_id).number
    text = OutboundText(
        MessageOrigin.AGENT, body, number, agent_id=actor.user_id, payment_request_id=payment_request_id
    )
    at, public_url = customer.after(actor.now), actor.services.public_url
    return send_with_links(customer, conversation, text, at, public_url=public_url)


async def ask_to_send(connection: asyncpg.Connection, message: Message) -> None:
    """A worker hands the text to the carrier once this transaction stands."""
    await enqueue(
        connection, SEND, {"tenant": message.tenant_id, "message": message.id, "from": message.from_number}
    )


async def customer_with(
    connection: asyncpg.Connection, tenant_id: UUID, places: "Actor | PlacesOf", phone: str, at: datetime
) -> Customer:
    """The customer with a number, made known now if it was not."""
    known = await lock_customer(connection, tenant_id, places.place_of, phone=phone)
    if known is None:
        await _make_known(connection, tenant_id, phone, at)
        known = await lock_customer(connection, tenant_id, places.place_of, phone=phone)
    assert known is not None
    return known


async def _make_known(connection: asyncpg.Connection, tenant_id: UUID, phone: str, at: datetime) -> None:
    # contact_tenant_id_phone_key; whoever makes the same contact known at this moment is waited for.
    await connection.execute(
        """
        INSERT INTO contact (tenant_id, id, phone, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, phone) DO NOTHING
        """,
        tenant_id,
        new_key(at),
        phone,
        at,
    )


class PlacesOf:
    """The locations of a tenant, for work that no viewer does."""

    def __init__(self, places: Mapping[UUID, Place]) -> None:
        self._places = places

    def place_of(self, location_id: UUID) -> Place:
        """A location by its id."""
        return self._places[location_id]


async def receive_message(
    services: Services, text: InboundText, at: datetime, *, carrier_confirms: bool = False
) -> Message | None:
    """Take a text from the carrier, once however often it comes, and answer what is answered by itself.

    None when no location has the number.
    """
    async with services.transaction() as tx:
        return await receive_in(tx, services, text, at, carrier_confirms=carrier_confirms)


async def receive_in(
    tx: Transaction, services: Services, text: InboundText, at: datetime, *, carrier_confirms: bool = False
) -> Message | None:
    """The same inside a transaction that the caller has open."""
    opened = await _opened(tx, text)
    if opened is not None and opened.customer is None:
        await _make_known(tx.connection, opened.tenant_id, text.from_number, at)
        opened = await _opened(tx, text)
    if opened is None or opened.received is not None:
        return opened.received if opened else None
    assert opened.customer is not None
    catalogue = await services.catalogues.of(tx.connection, opened.tenant_id, opened.seq)
    place = catalogue.places[opened.location_id]
    customer = opened.customer(PlacesOf(catalogue.places).place_of)
    message = await _receive(tx, place, customer, text, at)
    replies = auto_replies(customer, place, message, carrier_confirms=carrier_confirms)
    await _answer(tx, customer, message, replies, services.public_url)
    return message


async def _opened(tx: Transaction, text: InboundText) -> Opened | None:
    return await open_customer(
        tx.connection, number=text.to_number, phone=text.from_number, external_id=text.external_id
    )


async def _receive(
    tx: Transaction, place: Place, customer: Customer, text: InboundText, at: datetime
) -> Message:
    at = customer.after(at)
    if keyword(text.body, opted_out=customer.contact.opted_out_at is not None) is not None:
        await load_last_sent(tx.connection, [customer])
    return receive(customer, place, text, at)


async def _answer(
    tx: Transaction, customer: Customer, received: Message, replies: Sequence[OutboundText], public_url: str
) -> None:
    conversation = customer.conversations[received.conversation_id]
    sent = [
        send_with_links(customer, conversation, reply, received.at, public_url=public_url)
        for reply in replies
    ]
    await save(tx, customer)
    for reply in sent:
        await ask_to_send(tx.connection, reply)
