"""Tags on conversations."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.conversations import conversation_at_hand
from localmessages.rules import lifecycle
from localmessages.rules.refusal import LimitRefused, NotFound
from localmessages.services import Transaction

TAG_LIMIT = 50


async def tag_conversation(
    actor: Actor, conversation_id: UUID, tag_ids: Sequence[UUID], *, key: IdempotencyKey | None = None
) -> Made:
    """Put tags on a conversation."""

    async def do(tx: Transaction) -> Made:
        await _hold_tags(tx.connection, actor.tenant_id, tag_ids)
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            for tag_id in tag_ids:
                lifecycle.tag(customer, conversation, tag_id, customer.after(actor.now), actor.user_id)
            if len(conversation.tag_ids) > TAG_LIMIT:
                raise LimitRefused(
                    f"A conversation has at most {TAG_LIMIT} tags.",
                    limit=TAG_LIMIT,
                    given=len(conversation.tag_ids),
                    field=["tagIds"],
                    remedy="Take some off first.",
                )
        return {"conversation": conversation.id}

    return await once(actor, key, do)


async def _hold_tags(connection: asyncpg.Connection, tenant_id: UUID, tag_ids: Sequence[UUID]) -> None:
    """Keep tags from being deleted meanwhile; taken before the customer's lock, as `delete_tag` does."""
    # tag_pkey
    rows = await connection.fetch(
        "SELECT id FROM tag WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR KEY SHARE",
        tenant_id,
        list(tag_ids),
    )
    if {row["id"] for row in rows} != set(tag_ids):
        raise NotFound("tag", field=["tagIds"])


async def untag_conversation(
    actor: Actor, conversation_id: UUID, tag_ids: Sequence[UUID], *, key: IdempotencyKey | None = None
) -> Made:
    """Take tags off a conversation; those that it does not have are passed over."""

    async def do(tx: Transaction) -> Made:
        if any(tag_id not in actor.catalogue.tags for tag_id in tag_ids):
            raise NotFound("tag", field=["tagIds"])
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            for tag_id in tag_ids:
                lifecycle.untag(customer, conversation, tag_id, customer.after(actor.now), actor.user_id)
        return {"conversation": conversation.id}

    return await once(actor, key, do)
