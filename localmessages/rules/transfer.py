"""Moving a conversation to another location, and back (messaging.md, "Transfer")."""

from datetime import datetime, timedelta
from uuid import UUID

from localmessages.rules.conversation import ConversationChangeKind
from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.lifecycle import reopen, shut
from localmessages.rules.live import EventKind
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation, Message, Transfer, Wait
from localmessages.rules.refusal import AlreadyTransferred, Refused, UserErrorCode
from localmessages.rules.waiting import end_leg, hand_over_leg, relocate_leg, restart_leg
from localmessages.rules.waits import WaitKind, WaitOutcome

UNDO_WITHIN = timedelta(minutes=10)


def check_transfer(conversation: Conversation, origin: Place, target: Place) -> None:
    """Raise `Refused` unless a conversation at `origin` may move to `target`."""
    if target.tenant_id != origin.tenant_id:
        raise Refused(
            UserErrorCode.OTHER_ACCOUNT_TREE,
            "That location belongs to another organisation.",
            field=["to"],
            remedy="Choose a location of your own account tree.",
        )
    if target.id == origin.id:
        raise Refused(
            UserErrorCode.SAME_LOCATION,
            f"The conversation is at {origin.name} already.",
            field=["to"],
            remedy="Choose another location.",
        )
    if not target.active:
        raise Refused(
            UserErrorCode.INACTIVE_LOCATION,
            f"{target.name} is out of service.",
            field=["to"],
            remedy="Choose an active location, or put this one back into service.",
        )
    if not conversation.live:
        raise Refused(
            UserErrorCode.CONVERSATION_CLOSED,
            "The conversation is closed.",
            field=["conversationId"],
            remedy="Reopen it first.",
        )


def move(
    customer: Customer,
    conversation: Conversation,
    target: Place,
    at: datetime,
    *,
    by: UUID | None,
    note: str | None = None,
    notice: Message | None = None,
    keeps_assignee: bool = False,
) -> Transfer:
    """Move a conversation with its open wait; the destination's own one with the contact closes as `MERGED`.

    `notice` is the text to the customer, sent from the old number just before.
    """
    origin = customer.place_of(conversation.location_id)
    met = customer.live_at(target.id) if conversation.live else None
    leg = customer.open_wait(conversation)
    transfer = Transfer(
        tenant_id=conversation.tenant_id,
        id=new_key(at),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        from_location_id=origin.id,
        to_location_id=target.id,
        at=at,
        by_user_id=by,
        note=note,
        version=customer.next_version(conversation),
        notice_id=notice.id if notice else None,
    )
    conversation.location_id, conversation.last_activity_at = target.id, at
    if conversation.assignee_id is not None and not keeps_assignee:
        transfer.former_assignee_id, conversation.assignee_id = conversation.assignee_id, None
    if met is not None:
        _merge(customer, conversation, met, transfer, at, by)
    if leg is not None:
        transfer.ended_wait_id = leg.id
        if transfer.adopted_wait_id is not None:
            end_leg(customer, leg, WaitOutcome.TRANSFERRED, at)
        else:
            transfer.opened_wait_id = hand_over_leg(customer, conversation, leg, at).id
    customer.add(transfer)
    _tell_of_move(customer, conversation, transfer, origin.id, target.id, at)
    if notice is not None:
        customer.entered(conversation, notice)
        customer.happened(
            EventKind.FACT_CHANGED, conversation, at, location_id=origin.id, message=str(notice.id)
        )
    return transfer


def _merge(
    customer: Customer,
    conversation: Conversation,
    met: Conversation,
    transfer: Transfer,
    at: datetime,
    by: UUID | None,
) -> None:
    """`met` closes in favour of `conversation`, which takes over the wait in it."""
    leg, adopted = customer.open_wait(conversation), customer.open_wait(met)
    transfer.merged_conversation_id = met.id
    if adopted is not None:
        transfer.adopted_wait_id, transfer.adopted_chain_id = adopted.id, adopted.chain_id
        adopted.conversation_id = conversation.id
        customer.touch(adopted)
        if leg is not None and leg.chain_id != adopted.chain_id:
            customer.joined_chains.append((adopted.chain_id, leg.chain_id))
            adopted.chain_id = leg.chain_id
        since = [
            instant for instant in (conversation.waiting_since, met.waiting_since) if instant is not None
        ]
        conversation.waiting_since = min(since)
    shut(met, at)
    met.waiting_since, met.merged_into_id = None, conversation.id
    customer.note_change(met, ConversationChangeKind.MERGED, at, by, merged_into_id=conversation.id)


def _tell_of_move(
    customer: Customer,
    conversation: Conversation,
    transfer: Transfer,
    origin: UUID,
    target: UUID,
    at: datetime,
) -> None:
    body = {"transfer": str(transfer.id), "from": str(origin), "to": str(target)}
    customer.happened(EventKind.MOVED_OUT, conversation, at, location_id=origin, **body)
    customer.happened(EventKind.MOVED_IN, conversation, at, location_id=target, **body)


def undoable_until(transfer: Transfer, *, sent_since: bool) -> datetime | None:
    """Until when a move can be undone; None when it no longer can, whatever the time."""
    return None if transfer.undone_at is not None or sent_since else transfer.at + UNDO_WITHIN


def check_undo(
    customer: Customer, transfer: Transfer, conversation: Conversation, at: datetime, *, sent_since: bool
) -> None:
    """Raise `Refused` unless the move may be undone now."""
    if conversation.location_id != transfer.to_location_id or transfer.undone_at is not None:
        place = customer.place_of(conversation.location_id)
        since = max(
            (move.at for move in customer.transfers if move.conversation_id == conversation.id), default=at
        )
        raise AlreadyTransferred(place.id, place.name, transfer.undone_at or since, field=["transferId"])
    if at - transfer.at > UNDO_WITHIN:
        raise Refused(
            UserErrorCode.UNDO_EXPIRED,
            "The ten minutes for an undo are over.",
            field=["transferId"],
            remedy="Transfer the conversation back.",
        )
    if sent_since or customer.live_at(transfer.from_location_id) is not None:
        raise Refused(
            UserErrorCode.SENT_SINCE,
            "Something was sent to the customer since the transfer.",
            field=["transferId"],
            remedy="Transfer the conversation back.",
        )


def undo(
    customer: Customer,
    transfer: Transfer,
    conversation: Conversation,
    legs: dict[UUID, Wait],
    at: datetime,
    *,
    by: UUID | None,
) -> None:
    """Put everything back as if it had never moved. `legs`: those that the transfer names, ended or not."""
    origin, target = transfer.from_location_id, transfer.to_location_id
    transfer.undone_at, transfer.undone_by_user_id = at, by
    customer.touch(transfer)
    customer.next_version(conversation)
    _give_back_adopted(customer, transfer, conversation, legs)
    conversation.location_id, conversation.last_activity_at = origin, at
    if conversation.assignee_id is None:
        conversation.assignee_id = transfer.former_assignee_id
    _resume_wait(customer, transfer, conversation, legs)
    _tell_of_move(customer, conversation, transfer, target, origin, at)
    if transfer.merged_conversation_id is not None:
        merged = customer.conversations[transfer.merged_conversation_id]
        merged.merged_into_id = None
        reopen(customer, merged, at, by)


def _give_back_adopted(
    customer: Customer, transfer: Transfer, conversation: Conversation, legs: dict[UUID, Wait]
) -> None:
    """The merged conversation gets its own wait back."""
    if transfer.adopted_wait_id is None or transfer.merged_conversation_id is None:
        return
    adopted = legs[transfer.adopted_wait_id]
    merged = customer.conversations[transfer.merged_conversation_id]
    adopted.conversation_id = merged.id
    if transfer.adopted_chain_id is not None:
        adopted.chain_id = transfer.adopted_chain_id
    customer.touch(adopted)
    if adopted.ended_at is None:
        merged.waiting_since = adopted.started_at
        conversation.waiting_since = None
    customer.touch(merged)


def _resume_wait(
    customer: Customer, transfer: Transfer, conversation: Conversation, legs: dict[UUID, Wait]
) -> None:
    """The source's wait goes on from its own opening; one that began at the destination is the source's."""
    source = legs.get(transfer.ended_wait_id) if transfer.ended_wait_id else None
    opened = legs.get(transfer.opened_wait_id) if transfer.opened_wait_id else None
    if source is not None:
        restart_leg(customer, source)
        if opened is not None:
            customer.remove_wait(opened)
            if opened.ended_at is not None and opened.outcome is not None:
                end_leg(customer, source, opened.outcome, opened.ended_at)
        if source.ended_at is None:
            conversation.waiting_since = conversation.waiting_since or source.started_at
    for leg in customer.waits:
        at_target = leg.location_id == transfer.to_location_id and leg.started_at >= transfer.at
        if leg.kind is WaitKind.INBOUND and leg.conversation_id == conversation.id and at_target:
            relocate_leg(customer, leg, transfer.from_location_id)
