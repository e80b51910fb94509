"""Conversations wake when their sleep is over."""

from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.actions.conversations import save
from localmessages.actions.store import lock_customer_of
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.lifecycle import wake
from localmessages.rules.records import Conversation
from localmessages.services import Services


async def due_to_wake(
    connection: asyncpg.Connection, now: datetime, *, most: int = 100
) -> list[tuple[UUID, UUID]]:
    """`(tenant, conversation)` of those whose sleep is over, the earliest first."""
    # conversation_snoozed_idx
    rows = await connection.fetch(
        """
        SELECT tenant_id, id
        FROM conversation
        WHERE status = 'SNOOZED' AND snoozed_until <= $1
        ORDER BY snoozed_until
        LIMIT $2
        """,
        now,
        most,
    )
    return [(row["tenant_id"], row["id"]) for row in rows]


async def wake_conversation(services: Services, tenant_id: UUID, conversation_id: UUID) -> None:
    """Wake one whose sleep is over; nothing when somebody was faster, or let it sleep on."""
    async with services.transaction() as tx:
        # live_scope_tenant_id_kind_lane_user_id_key
        seq = await tx.connection.fetchval(
            "SELECT seq FROM live_scope WHERE tenant_id = $1 AND kind = 'TENANT'", tenant_id
        )
        catalogue = await services.catalogues.of(tx.connection, tenant_id, seq)
        customer = await lock_customer_of(
            tx.connection, tenant_id, catalogue.places.__getitem__, conversation_id=conversation_id
        )
        now = services.clock()
        if customer is not None and _is_due(conversation := customer.conversations[conversation_id], now):
            wake(customer, conversation, customer.after(now), by=None)
            await save(tx, customer)


def _is_due(conversation: Conversation, now: datetime) -> bool:
    until = conversation.snoozed_until
    return conversation.status is ConversationStatus.SNOOZED and until is not None and until <= now
