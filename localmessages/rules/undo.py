"""Bringing a conversation back after a transfer, as if it had never moved (messaging.md, "Transfer", 5)."""

from datetime import datetime
from uuid import UUID

from localmessages.rules.customer import Customer
from localmessages.rules.lifecycle import reopen
from localmessages.rules.live import EventKind
from localmessages.rules.records import Conversation, Transfer, Wait
from localmessages.rules.refusal import AlreadyTransferred, Refused, UserErrorCode
from localmessages.rules.transfer import UNDO_WITHIN, tell_of_move
from localmessages.rules.waiting import end_leg, relocate_leg, restart_leg
from localmessages.rules.waits import WaitKind


def check_undo(
    customer: Customer, transfer: Transfer, conversation: Conversation, at: datetime, *, sent_since: bool
) -> None:
    """Raise `Refused` unless the move may be undone now."""
    moves = [
        move
        for move in customer.transfers
        if move.conversation_id == conversation.id and move.undone_at is None
    ]
    is_last = all(move.version <= transfer.version for move in moves)
    is_there = conversation.location_id == transfer.to_location_id and conversation.merged_into_id is None
    if transfer.undone_at is not None or not is_last or not is_there:
        place = customer.place_of(conversation.location_id)
        since = transfer.undone_at or max((move.at for move in moves), default=transfer.at)
        raise AlreadyTransferred(place.id, place.name, since, field=["transferId"])
    if at - transfer.at > UNDO_WITHIN:
        raise Refused(
            UserErrorCode.UNDO_EXPIRED,
            "The ten minutes for an undo are over.",
            field=["transferId"],
            remedy="Transfer the conversation back.",
        )
    if sent_since or _is_taken(customer, transfer, conversation):
        raise Refused(
            UserErrorCode.SENT_SINCE,
            "Something was sent to the customer since the transfer.",
            field=["transferId"],
            remedy="Transfer the conversation back.",
        )


def _is_taken(customer: Customer, transfer: Transfer, conversation: Conversation) -> bool:
    """Whether a newer conversation stands where one would come back to."""
    if customer.live_at(transfer.from_location_id) is not None:
        return True
    at_target = customer.live_at(transfer.to_location_id)
    return transfer.merged_conversation_id is not None and at_target not in (None, conversation)


def undo(
    customer: Customer,
    transfer: Transfer,
    conversation: Conversation,
    legs: dict[UUID, Wait],
    at: datetime,
    *,
    by: UUID | None,
) -> None:
    """Put everything back as if it had never moved.

    `legs`: those that the transfer names with their whole chains, and those begun since, ended or not.
    """
    origin, target = transfer.from_location_id, transfer.to_location_id
    transfer.undone_at, transfer.undone_by_user_id = at, by
    customer.touch(transfer)
    customer.next_version(conversation)
    conversation.location_id, conversation.last_activity_at = origin, at
    if conversation.assignee_id is None:
        conversation.assignee_id = transfer.former_assignee_id
    merged = customer.conversations.get(transfer.merged_conversation_id or conversation.id)
    if merged is not None and merged is not conversation:
        _part_chains(customer, transfer, merged, legs)
        merged.waiting_since = _waiting_since(customer, merged, legs)
    _resume_wait(customer, transfer, conversation, legs)
    conversation.waiting_since = _waiting_since(customer, conversation, legs)
    tell_of_move(customer, conversation, transfer, target, origin, at)
    if merged is not None and merged is not conversation:
        _open_again(customer, merged, at, by)


def _part_chains(
    customer: Customer, transfer: Transfer, merged: Conversation, legs: dict[UUID, Wait]
) -> None:
    """The merged conversation gets its own wait back, with what its customer had waited before."""
    if transfer.adopted_wait_id is None or transfer.adopted_chain_id is None:
        return
    adopted = legs[transfer.adopted_wait_id]
    adopted.conversation_id = merged.id
    customer.touch(adopted)
    family = {merged.id}
    while (
        more := {talk.id for talk in customer.conversations.values() if talk.merged_into_id in family}
        - family
    ):
        family |= more
    for leg in legs.values():
        if leg.conversation_id in family and leg.chain_id == adopted.chain_id and leg is not adopted:
            leg.chain_id = transfer.adopted_chain_id
            customer.touch(leg)
    adopted.chain_id = transfer.adopted_chain_id


def _resume_wait(
    customer: Customer, transfer: Transfer, conversation: Conversation, legs: dict[UUID, Wait]
) -> None:
    """The source's wait goes on from its own opening; one that began at the destination is the source's."""
    source = legs.get(transfer.ended_wait_id) if transfer.ended_wait_id else None
    opened = legs.pop(transfer.opened_wait_id, None) if transfer.opened_wait_id else None
    adopted = legs.get(transfer.adopted_wait_id) if transfer.adopted_wait_id else None
    if opened is not None:
        customer.remove_wait(opened)
    if source is not None:
        restart_leg(customer, source)
        # What ended the wait at the destination ended it, wherever it was.
        last = opened or adopted
        if last is not None and last.ended_at is not None and last.outcome is not None:
            end_leg(customer, source, last.outcome, last.ended_at)
    for leg in legs.values():
        at_target = leg.location_id == transfer.to_location_id and leg.started_at >= transfer.at
        if leg.kind is WaitKind.INBOUND and leg.conversation_id == conversation.id and at_target:
            relocate_leg(customer, leg, transfer.from_location_id)


def _waiting_since(customer: Customer, conversation: Conversation, legs: dict[UUID, Wait]) -> datetime | None:
    open_leg = customer.open_wait(conversation)
    if open_leg is None:
        return None
    chain = [leg.started_at for leg in legs.values() if leg.chain_id == open_leg.chain_id]
    return min(chain, default=open_leg.started_at)


def _open_again(customer: Customer, merged: Conversation, at: datetime, by: UUID | None) -> None:
    merged.merged_into_id = None
    customer.touch(merged)
    if customer.contact.blocked_at is None:
        reopen(customer, merged, at, by)
    else:
        customer.happened(EventKind.CONVERSATION_CHANGED, merged, at)
