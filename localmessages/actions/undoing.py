"""Bringing a conversation back after a transfer."""

from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.conversations import save
from localmessages.actions.records import record_of
from localmessages.actions.store import lock_customer_by_id
from localmessages.actions.transfers import audit_move
from localmessages.rules.access import Role
from localmessages.rules.customer import Customer
from localmessages.rules.records import Transfer, Wait
from localmessages.rules.refusal import NotAllowed, NotFound
from localmessages.rules.undo import check_undo, undo
from localmessages.services import Transaction


async def undo_transfer(actor: Actor, transfer_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Put a conversation back within ten minutes, if nothing was sent since."""

    async def do(tx: Transaction) -> Made:
        seen = await _transfer(tx.connection, actor, transfer_id)
        customer = await lock_customer_by_id(
            tx.connection, actor.tenant_id, actor.place_of, contact_id=seen.contact_id
        )
        assert customer is not None
        transfer = await _transfer(tx.connection, actor, transfer_id)
        conversation = customer.conversations[transfer.conversation_id]
        sent = await sent_since(tx.connection, transfer)
        check_undo(customer, transfer, conversation, actor.now, sent_since=sent)
        legs = await _legs(tx.connection, customer, transfer)
        undo(customer, transfer, conversation, legs, customer.after(actor.now), by=actor.user_id)
        await save(tx, customer)
        ends = (transfer.to_location_id, transfer.from_location_id)
        await audit_move(tx, actor, "undoTransfer", customer, conversation, ends)
        return {"transfer": transfer.id, "conversation": conversation.id}

    return await once(actor, key, do)


async def _transfer(connection: asyncpg.Connection, actor: Actor, transfer_id: UUID) -> Transfer:
    # transfer_pkey
    row = await connection.fetchrow(
        "SELECT * FROM transfer WHERE tenant_id = $1 AND id = $2", actor.tenant_id, transfer_id
    )
    if row is None:
        raise NotFound("transfer", field=["transferId"])
    transfer = record_of(Transfer, row)
    ends = (transfer.from_location_id, transfer.to_location_id)
    if not any(actor.viewer.sees(end) for end in ends):
        raise NotFound("transfer", field=["transferId"])
    if not any(actor.viewer.may(Role.AGENT, end) for end in ends):
        raise NotAllowed(field=["transferId"])
    return transfer


async def sent_since(connection: asyncpg.Connection, transfer: Transfer) -> bool:
    """Whether something went out in the conversation after the move; its own notice came before."""
    # message_conversation_idx
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM message
            WHERE tenant_id = $1 AND conversation_id = $2
                AND at >= $3 AND direction = 'OUTBOUND' AND version > $4
        )
        """,
        transfer.tenant_id,
        transfer.conversation_id,
        transfer.at,
        transfer.version,
    )
    return found


async def _legs(connection: asyncpg.Connection, customer: Customer, transfer: Transfer) -> dict[UUID, Wait]:
    """The chains of the legs that the transfer names, and legs at the destination that ended since.

    Ended ones join the customer's.
    """
    # wait_pkey, wait_chain_idx, wait_ended_idx
    rows = await connection.fetch(
        """
        SELECT wait.*
        FROM wait
        WHERE wait.tenant_id = $1
            AND wait.kind = 'INBOUND'
            AND wait.chain_id IN (
                SELECT chain_id FROM wait WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
            )
        UNION
        SELECT wait.*
        FROM wait
        WHERE wait.tenant_id = $1
            AND wait.kind = 'INBOUND'
            AND wait.location_id = $3
            AND wait.ended_at >= $4
            AND wait.conversation_id = $5
        """,
        transfer.tenant_id,
        [transfer.ended_wait_id, transfer.opened_wait_id, transfer.adopted_wait_id],
        transfer.to_location_id,
        transfer.at,
        transfer.conversation_id,
    )
    running = {wait.id: wait for wait in customer.waits}
    ended = {row["id"]: record_of(Wait, row) for row in rows if row["id"] not in running}
    customer.waits.extend(ended.values())
    return running | ended
