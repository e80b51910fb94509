"""Transfers: preview, one, back again. (Many at once: bulk_transfers.)"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.conversations import check_version, conversation_at_hand, save
from localmessages.actions.messages import ask_to_send
from localmessages.actions.records import record_of
from localmessages.actions.store import load_waits, lock_customer_by_id
from localmessages.rules.access import Role
from localmessages.rules.account import fill_placeholders
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation, Message, Transfer, Wait
from localmessages.rules.refusal import NotAllowed, NotFound
from localmessages.rules.texting import OutboundText, send
from localmessages.rules.texts import BODY_LIMIT, NOTE_LIMIT, check_text
from localmessages.rules.transfer import check_transfer, check_undo, move, undo
from localmessages.services import Transaction


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What a transfer is asked to do; `notice` None is the account's text."""

    to_location_id: UUID
    note: str | None = None
    notify: bool = True
    notice: str | None = None
    expected_version: int | None = None
    bulk_transfer_id: UUID | None = None


def notice_text(origin: Place, target: Place, notice: str | None) -> str:
    """The text to the customer, with its placeholders filled."""
    text = notice if notice is not None and notice.strip() else origin.settings.transfer_notice
    return fill_placeholders(text, location=target.name, number=target.number, business=origin.business)


def destination(actor: Actor, location_id: UUID) -> Place:
    """Where a conversation may be sent to: any location of the tree, also one that is hidden inside."""
    place = actor.catalogue.places.get(location_id)
    if place is None:
        raise NotFound("location", field=["to"])
    return place


async def transfer_conversation(
    actor: Actor, conversation_id: UUID, request: TransferRequest, *, key: IdempotencyKey | None = None
) -> Made:
    """Move a conversation and its open wait to another location, and tell both inboxes and the customer."""

    async def do(tx: Transaction) -> Made:
        return {
            "transfer": await transfer_in(tx, actor, conversation_id, request),
            "conversation": conversation_id,
        }

    return await once(actor, key, do)


async def transfer_in(tx: Transaction, actor: Actor, conversation_id: UUID, request: TransferRequest) -> UUID:
    """The transfer inside a transaction that the caller has open; its id."""
    target = destination(actor, request.to_location_id)
    check_texts(request)
    async with conversation_at_hand(tx, actor, conversation_id, moved_is_told=True) as (
        customer,
        conversation,
    ):
        origin = actor.place_of(conversation.location_id)
        check_transfer(conversation, origin, target)
        check_version(conversation, request.expected_version)
        notice = _notify(actor, customer, conversation, origin, target, request)
        transfer = move(
            customer,
            conversation,
            target,
            customer.after(actor.now),
            by=actor.user_id,
            note=request.note if request.note and request.note.strip() else None,
            notice=notice,
            keeps_assignee=keeps_assignee(actor, conversation, target),
        )
        transfer.bulk_transfer_id = request.bulk_transfer_id
    if notice is not None:
        await ask_to_send(tx.connection, notice)
    return transfer.id


def keeps_assignee(actor: Actor, conversation: Conversation, target: Place) -> bool:
    """Whether who looks after it works at the destination too; true when nobody does."""
    if conversation.assignee_id is None:
        return True
    assignee = actor.catalogue.viewer(conversation.assignee_id)
    return assignee is not None and assignee.sees(target.id)


def check_texts(request: TransferRequest) -> None:
    """Raise `Refused` for a note or a notice that is too long or cannot be kept."""
    for field, text, limit in (("note", request.note, NOTE_LIMIT), ("notice", request.notice, BODY_LIMIT)):
        if text is not None:
            check_text(text, what=field, limit=limit, field=[field], may_be_empty=True)


def _notify(
    actor: Actor,
    customer: Customer,
    conversation: Conversation,
    origin: Place,
    target: Place,
    request: TransferRequest,
) -> Message | None:
    """The notice from the old number. An opted-out contact gets none; the transfer goes on without it."""
    contact = customer.contact
    if not request.notify or contact.opted_out_at is not None or contact.blocked_at is not None:
        return None
    body = notice_text(origin, target, request.notice)
    text = OutboundText(MessageOrigin.SYSTEM, body, origin.number, agent_id=actor.user_id)
    notice = send(customer, conversation, text, customer.after(actor.now))
    # The move tells of it, at the new place: the old one may not look any more.
    customer.happenings.pop()
    return notice


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
        undo(
            customer,
            transfer,
            conversation,
            await _legs(tx.connection, customer, transfer),
            customer.after(actor.now),
            by=actor.user_id,
        )
        await save(tx, customer)
        if transfer.adopted_chain_id is not None and transfer.ended_wait_id is not None:
            await _part_chains(tx.connection, transfer)
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
    """The legs that the transfer names, as the customer has them; ended ones join the customer's."""
    named = {transfer.ended_wait_id, transfer.opened_wait_id, transfer.adopted_wait_id} - {None}
    running = {wait.id: wait for wait in customer.waits if wait.id in named}
    ended = await load_waits(connection, transfer.tenant_id, named - set(running))
    customer.waits.extend(ended.values())
    return running | ended


async def _part_chains(connection: asyncpg.Connection, transfer: Transfer) -> None:
    """What the merged conversation's customer had waited before is theirs again."""
    # wait_chain_idx
    await connection.execute(
        """
        UPDATE wait SET chain_id = $3
        WHERE tenant_id = $1
            AND conversation_id = $2
            AND chain_id = (SELECT chain_id FROM wait WHERE tenant_id = $1 AND id = $4)
        """,
        transfer.tenant_id,
        transfer.merged_conversation_id,
        transfer.adopted_chain_id,
        transfer.ended_wait_id,
    )
