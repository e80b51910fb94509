"""Consent by hand: who says in person that they want no texts, or want them again."""

from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.contacts import contact_at_hand, name_of
from localmessages.actions.store import load_last_sent
from localmessages.rules.access import Role
from localmessages.rules.consent import ConsentMethod, ConsentState
from localmessages.rules.customer import Customer
from localmessages.rules.ledger import change_consent
from localmessages.rules.records import Conversation
from localmessages.rules.refusal import NotFound
from localmessages.services import Transaction


async def record_consent(
    actor: Actor,
    contact_id: UUID,
    state: ConsentState,
    conversation_id: UUID | None = None,
    *,
    key: IdempotencyKey | None = None,
) -> Made:
    """Record that a contact wants no texts, or wants them again, and in which conversation they said so."""

    async def do(tx: Transaction) -> Made:
        async with contact_at_hand(tx, actor, contact_id) as customer:
            conversation = _where_said(actor, customer, conversation_id)
            await load_last_sent(tx.connection, [customer])
            change = change_consent(
                customer,
                state,
                ConsentMethod.MANUAL,
                customer.after(actor.now),
                conversation,
                by=actor.user_id,
            )
        if change is not None:
            action = "optOutContact" if state is ConsentState.OPTED_OUT else "optInContact"
            await audit(tx, actor, action, ("Contact", contact_id), name_of(customer.contact))
        return {"contact": contact_id, "change": change.id if change is not None else None}

    return await once(actor, key, do)


def _where_said(actor: Actor, customer: Customer, conversation_id: UUID | None) -> Conversation | None:
    if conversation_id is None:
        return None
    conversation = customer.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound("conversation", field=["conversationId"])
    actor.needs(Role.AGENT, conversation.location_id, what="conversation", field="conversationId")
    return conversation
