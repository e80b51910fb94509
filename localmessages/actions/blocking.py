"""Blocking a sender, everywhere in the account tree, and letting them through again."""

from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.contacts import contact_at_hand, name_of
from localmessages.rules import lifecycle
from localmessages.services import Transaction


async def block_contact(actor: Actor, contact_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Block a sender: every conversation closes, at locations that the viewer does not see too."""

    async def do(tx: Transaction) -> Made:
        async with contact_at_hand(tx, actor, contact_id) as customer:
            blocked = customer.contact.blocked_at is not None
            lifecycle.block(customer, customer.after(actor.now), actor.user_id)
        if not blocked:
            await audit(tx, actor, "blockContact", ("Contact", contact_id), name_of(customer.contact))
        return {"contact": contact_id}

    return await once(actor, key, do)


async def unblock_contact(actor: Actor, contact_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Let the sender's texts open conversations again."""

    async def do(tx: Transaction) -> Made:
        async with contact_at_hand(tx, actor, contact_id) as customer:
            blocked = customer.contact.blocked_at is not None
            lifecycle.unblock(customer, customer.after(actor.now), actor.user_id)
        if blocked:
            await audit(tx, actor, "unblockContact", ("Contact", contact_id), name_of(customer.contact))
        return {"contact": contact_id}

    return await once(actor, key, do)
