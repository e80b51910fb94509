"""Texting a customer first."""

from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.contacts import sees_contact
from localmessages.actions.conversations import save
from localmessages.actions.messages import ask_to_send, check_place, check_recipient, customer_with, send_text
from localmessages.actions.reading import read_all
from localmessages.actions.store import lock_customer_by_id
from localmessages.rules.access import Role
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.customer import Customer
from localmessages.rules.lifecycle import wake
from localmessages.rules.refusal import NotFound
from localmessages.rules.texts import check_body
from localmessages.services import Transaction


async def start_conversation(
    actor: Actor,
    location_id: UUID,
    body: str,
    *,
    contact_id: UUID | None = None,
    phone: str | None = None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Text a contact or a number: in the conversation that is open or snoozed there, or in a new one."""
    check_body(body)

    async def do(tx: Transaction) -> Made:
        actor.needs(Role.AGENT, location_id, what="location", field="locationId")
        place = actor.place_of(location_id)
        check_place(place, field="locationId")
        customer = await _customer(tx.connection, actor, contact_id, phone)
        check_recipient(customer.contact, field="to")
        at = customer.after(actor.now)
        conversation = customer.live_at(place.id) or customer.begin_conversation(place, at)
        if conversation.status is ConversationStatus.SNOOZED:
            wake(customer, conversation, at, actor.user_id)
        message = send_text(actor, customer, conversation, body)
        await save(tx, customer)
        await read_all(tx, actor, conversation)
        await ask_to_send(tx.connection, message)
        return {"message": message.id, "conversation": conversation.id}

    return await once(actor, key, do)


async def _customer(
    connection: asyncpg.Connection, actor: Actor, contact_id: UUID | None, phone: str | None
) -> Customer:
    if phone is not None:
        return await customer_with(connection, actor.tenant_id, actor, phone, actor.now)
    if contact_id is not None and await sees_contact(connection, actor.viewer, contact_id):
        customer = await lock_customer_by_id(
            connection, actor.tenant_id, actor.place_of, contact_id=contact_id
        )
        if customer is not None:
            return customer
    raise NotFound("contact", field=["to", "contactId"])
